"""Rules of the product, broken one at a time: a judge that finds none of these is no judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import app.services.decide as decide_service
import app.services.deliver as deliver_service
import app.services.execute as execute_service
from app.hub import judgement
from app.services.execute import Executor
from app.signing.statements import sign_value
from domain.approval_states import OPEN_TO, ApprovalState, CommandState
from domain.approvals import Verdict
from domain.day_limits import DayLimit
from domain.rights import RightsPolicy
from tests.simulator.crashes import Killed
from tests.simulator.desk import SimulatedDesk
from tests.simulator.hub import SimulatedHub

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Planted:
    """A broken rule, words of the finding it must lead to, and the seed that found it last."""

    plant: Plant
    words: str
    found_by: int


def no_probe(patch: pytest.MonkeyPatch) -> None:
    """What may have happened is taken as not happened: the system is not asked."""

    def blind(executor: Executor, turn: Any) -> bool:
        with executor._room.ledger.transaction() as tx:
            tx.machines.move_command(turn.row.key, CommandState.PROBING, executor._cause("blind"))
        return executor._move(turn, CommandState.RETRY_WAIT, "blind", due_at=None)

    patch.setattr(Executor, "_probe", blind)


def forgets_what_left(patch: pytest.MonkeyPatch) -> None:
    """After a crash what was on its way counts as not sent."""

    def recover(executor: Executor) -> None:
        for row in executor._room.ledger.commands_in(CommandState.SENDING):
            cause = executor._cause("it surely did not leave")
            with executor._room.ledger.transaction() as tx:
                tx.machines.move_command(row.key, CommandState.RETRY_WAIT, cause, due_at=None)

    answered, once = Executor._answered, set[str]()

    def ends_first(executor: Executor, turn: Any, receipt: Any, **more: Any) -> bool:
        # A day has few crashes between sending and answer: here every command has one.
        if turn.row.key not in once:
            once.add(turn.row.key)
            raise Killed("execute:answered")
        return answered(executor, turn, receipt, **more)

    patch.setattr(Executor, "_recover", recover)
    patch.setattr(Executor, "_answered", ends_first)


def one_pair_of_eyes(patch: pytest.MonkeyPatch) -> None:
    """Hub and executor do not look who proposed it."""
    judge = RightsPolicy.judge_decision

    def lenient(policy: RightsPolicy, decision: Any, _proposer: Any, before: Any) -> Any:
        return judge(policy, decision, "nobody", before)  # type: ignore[arg-type] # a person who is none

    patch.setattr(RightsPolicy, "judge_decision", lenient)


def anybody_may(patch: pytest.MonkeyPatch) -> None:
    """Rights are not asked for at all."""
    ruling_of = RightsPolicy.judge_decision

    def lenient(policy: RightsPolicy, decision: Any, proposer: Any, before: Any) -> Any:
        ruling = ruling_of(policy, decision, proposer, before)
        granted = policy.ruling(decision.terms.remedy, decision.terms.amount)
        return granted if granted.allowed else ruling

    patch.setattr(RightsPolicy, "judge_decision", lenient)


def early_word(patch: pytest.MonkeyPatch) -> None:
    """A decision is acknowledged first and written at the next occasion."""
    sign, work = decide_service.sign_decision, SimulatedDesk.work
    waiting: list[Callable[[], object]] = []

    def early(room: Any, signer: Any, prepared: Any) -> Any:
        waiting.append(lambda: sign(room, signer, prepared))
        return sign_value(prepared.decision, signer.key)

    def written_first(desk: SimulatedDesk) -> None:
        due, waiting[:] = list(waiting), []
        for write in due:
            write()
        work(desk)

    patch.setattr(decide_service, "sign_decision", early)
    patch.setattr(SimulatedDesk, "work", written_first)


def gives_up(patch: pytest.MonkeyPatch) -> None:
    """What the hub does not take at the first attempt counts as refused."""

    def drop(room: Any, item: Any, error: Any) -> None:
        deliver_service._refused_outright(room, item, error)

    patch.setattr(deliver_service, "_come_back", drop)


def forked_log(patch: pytest.MonkeyPatch) -> None:
    """The hub's commits are not durable: after a crash its database is what it was some time before."""
    end, look = SimulatedHub.end, SimulatedHub.look
    kept: dict[Path, bytes] = {}

    def remember(hub: SimulatedHub) -> None:
        look(hub)
        if hub.down_until is None and len(kept) < 1 and hub.given:
            with hub.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
                kept[hub.file] = hub.file.read_bytes()

    def lose(hub: SimulatedHub, seconds: int) -> None:
        end(hub, seconds)
        if hub.file in kept:
            hub.file.write_bytes(kept[hub.file])

    patch.setattr(SimulatedHub, "look", remember)
    patch.setattr(SimulatedHub, "end", lose)


def stale_facts(patch: pytest.MonkeyPatch) -> None:
    """The executor does not compare the facts with those that were approved."""
    patch.setattr(execute_service, "changed_since", lambda _expected, _fresh: ())


def one_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Nobody counts how many approvers an amount takes."""
    ruling_of = RightsPolicy.ruling

    def alone(policy: RightsPolicy, *asked: Any, **named: Any) -> Any:
        return replace(ruling_of(policy, *asked, **named), min_approvers=1)

    patch.setattr(RightsPolicy, "ruling", alone)


def second_word(patch: pytest.MonkeyPatch) -> None:
    """The hub takes every decision, whatever was said before, and by whom."""
    patch.setattr(judgement, "OPEN_TO", dict.fromkeys(Verdict, frozenset(ApprovalState)))
    patch.setattr(judgement.Judge, "_has_decided", lambda _judge, _value: False)


def revokes_what_began(patch: pytest.MonkeyPatch) -> None:
    """The hub lets an action be taken back that has begun."""
    late = {**OPEN_TO, Verdict.REVOKE: frozenset({ApprovalState.APPROVED, ApprovalState.EXECUTING})}
    patch.setattr(judgement, "OPEN_TO", late)


def no_limit_of_the_day(patch: pytest.MonkeyPatch) -> None:
    """Nobody adds up what was approved before."""
    patch.setattr(DayLimit, "exceeded_by", lambda *_asked: False)


PLANTED = {
    "revokes what began": Planted(revokes_what_began, "was revoked and begun", 11),
    "no limit of the day": Planted(no_limit_of_the_day, "more than a day's limit", 6),
    "second word": Planted(second_word, "decided again after it had been settled", 11),
    "no probe": Planted(no_probe, "without asking whether it had happened", 10),
    "forgets what left": Planted(forgets_what_left, "without asking whether it had happened", 22),
    "one pair of eyes": Planted(one_pair_of_eyes, "approvers with a right", 51),
    "anybody may": Planted(anybody_may, "approvers with a right", 9),
    "early word": Planted(early_word, "was acknowledged and is not in the ledger", 2),
    "gives up": Planted(gives_up, "never reached the log", 1),
    "forked log": Planted(forked_log, "was rewritten", 2),
    "stale facts": Planted(stale_facts, "although the line had changed", 6),
    "one is enough": Planted(one_is_enough, "it takes 2 approvers", 1),
}
