"""What a false executor says of taking back, or of an end, is not believed, although the hub recorded it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.approval_room import sign_next
from app.services.authority import Authority, require_authority
from app.services.beginning import announce
from app.services.deliver import deliver
from app.signing.canonical import digest_of
from app.signing.verifier.report import in_words, verify
from domain.approvals import Ending, Execution, Signed
from domain.commands import Action, CommandResult, SetLinePrice
from domain.compensation import steps_of
from domain.endings import CommandEnd, CommandFate, EndedAs
from domain.ids import LineId, OrderId
from tests.support.approval_desk import ERP, reallocation, transfer
from tests.support.belief import BELIEVED, refusal
from tests.support.trail_room import TrailRoom, trail_room

PRICE = SetLinePrice(order_id=OrderId("SO-1"), line_id=LineId("L2"), unit_price_cents=900)
LAST = SetLinePrice(order_id=OrderId("SO-1"), line_id=LineId("L3"), unit_price_cents=900)
TRANSFER = transfer()
THREE: tuple[Action, ...] = (reallocation(1), PRICE, LAST)
OK, NO = CommandResult.SUCCEEDED, CommandResult.REJECTED


class FalseExecutor:
    """It has the executor's key and signs whatever a test wants; the hub records it."""

    def __init__(self, room: TrailRoom, actions: tuple[Action, ...] = THREE) -> None:
        self.room = room
        entry = room.propose(actions=actions)
        room.decide(entry)
        deliver(room.desk.room, room.hub)
        self.action_id = entry.action_id
        self.signer = room.desk.people["executor@desk"]
        self.authority: Authority = require_authority(
            room.desk.room, room.desk.ledger.approval(entry.action_id)
        )
        announce(room.desk.room, self.signer, self.authority)
        terms = self.authority.terms
        self.actions = {each.key: each.action for each in terms.commands}
        self.actions |= {key: action for each in terms.commands for key, action in steps_of(each)}

    def says(self, make: object) -> None:
        with self.room.desk.ledger.transaction() as tx:
            tx.enqueue(sign_next(tx, self.signer, make), self.room.desk.room.now())  # type: ignore[arg-type]

    def does(self, *steps: tuple[str, CommandResult], action: Action | None = None) -> FalseExecutor:
        for short, result in steps:
            key = f"{self.action_id}-{short}"
            sent = action or self.actions.get(key, PRICE)

            def execution(
                seq: int, prev: str, key: str = key, sent: Action = sent, result: CommandResult = result
            ) -> Signed:
                now = self.room.desk.room.now()
                return Execution(
                    action_id=self.action_id,
                    command_key=key,
                    source=ERP,
                    attempt=1,
                    result=result,
                    message="",
                    request_sha256=digest_of(sent),
                    decision_sha256=self.authority.decision_sha256,
                    upstream_version="",
                    probed=False,
                    started_at=now,
                    issued_at=now,
                    actor=self.signer.actor,
                    seq=seq,
                    prev=prev,
                    hub_index=self.authority.hub_index,
                )

            self.says(execution)
        return self

    def ends(self, outcome: EndedAs, **fates: CommandFate) -> FalseExecutor:
        commands = tuple(
            CommandEnd(key=f"{self.action_id}-{short[1:].replace('_', '-')}", fate=fate)
            for short, fate in fates.items()
        )

        def ending(seq: int, prev: str) -> Signed:
            return Ending(
                action_id=self.action_id,
                decision_sha256=self.authority.decision_sha256,
                outcome=outcome,
                why="",
                commands=commands,
                issued_at=self.room.desk.room.now(),
                actor=self.signer.actor,
                seq=seq,
                prev=prev,
                hub_index=self.authority.hub_index,
            )

        self.says(ending)
        return self

    def judged(self) -> str:
        deliver(self.room.desk.room, self.room.hub)
        return refusal(self.room.bundle())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as made:
        yield made


YES, REJECTED, CANCELLED = CommandFate.SUCCEEDED, CommandFate.REJECTED, CommandFate.CANCELLED
DONE = (("1", OK), ("2", OK), ("3", NO))
BACK = (("2-undo-1", OK), ("1-undo-1", OK))


def test_an_honest_way_back_is_believed_and_told(room: TrailRoom) -> None:
    executor = FalseExecutor(room).does(*DONE, *BACK)
    executor.ends(EndedAs.COMPENSATED, _1=YES, _2=YES, _3=REJECTED, _2_undo_1=YES, _1_undo_1=YES)
    assert executor.judged() == BELIEVED
    report = verify(room.bundle()[:-1])
    (action,) = report["actions"]
    assert action["state"] == "compensated"
    assert [each["key"].removeprefix(executor.action_id) for each in action["taken_back"]] == [
        "-2-undo-1",
        "-1-undo-1",
    ]
    assert "undid   " in in_words(report)
    assert "ended   compensated" in in_words(report)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*DONE, ("1-undo-1", OK)), "out of order"),
        ((*DONE, ("2-undo-2", OK)), "nobody approved"),
        ((*DONE, ("2-undo-01", OK)), "nobody approved"),
        ((*DONE, ("3-undo-1", OK)), "nothing to take back"),
        ((("1", OK), ("2", OK), ("3", OK), ("3-undo-1", OK)), "nothing to take back"),
        ((*DONE, *BACK, ("2-undo-1", OK)), "twice"),
        ((("1", OK), ("2", NO), ("1-undo-1", OK), ("3", OK)), "being taken back"),
        ((*DONE, ("4-undo-1", OK)), "nobody approved"),
    ],
)
def test_a_false_step_back(room: TrailRoom, steps: tuple[tuple[str, CommandResult], ...], why: str) -> None:
    assert why in FalseExecutor(room).does(*steps).judged()


def test_a_step_back_that_does_something_else(room: TrailRoom) -> None:
    executor = FalseExecutor(room).does(*DONE).does(("2-undo-1", OK), action=LAST)
    assert "nobody approved this command" in executor.judged()


def test_a_point_of_no_return_is_not_taken_back(room: TrailRoom) -> None:
    executor = FalseExecutor(room, (TRANSFER, PRICE)).does(("1", OK), ("2", NO), ("1-undo-1", OK))
    assert "nobody approved" in executor.judged()


@pytest.mark.parametrize(
    ("outcome", "fates", "why"),
    [
        (EndedAs.COMPENSATED, {"_1": YES, "_2": YES, "_3": REJECTED}, "not told at its end"),
        (EndedAs.FAILED, {"_1": YES, "_2": YES, "_3": REJECTED}, "not told at its end"),
        (EndedAs.EXECUTED, {"_1": YES, "_2": YES, "_3": REJECTED}, "ended otherwise"),
        (EndedAs.EXECUTED, {"_1": YES, "_2": YES, "_3": YES}, "told in two ways"),
        (EndedAs.PARTIALLY_EXECUTED, {"_1": YES, "_2": CANCELLED, "_3": REJECTED}, "told in two ways"),
        (EndedAs.PARTIALLY_EXECUTED, {"_1": YES, "_3": REJECTED}, "something that was done is not told"),
    ],
)
def test_a_false_end(room: TrailRoom, outcome: EndedAs, fates: dict[str, CommandFate], why: str) -> None:
    assert why in FalseExecutor(room).does(*DONE).ends(outcome, **fates).judged()


def test_nothing_is_done_after_the_end(room: TrailRoom) -> None:
    executor = FalseExecutor(room).does(*DONE, *BACK)
    executor.ends(EndedAs.COMPENSATED, _1=YES, _2=YES, _3=REJECTED, _2_undo_1=YES, _1_undo_1=YES)
    executor.does(("3", OK)).ends(EndedAs.FAILED)
    assert executor.judged() == BELIEVED, "the hub lets neither take effect"
    refused = verify(room.bundle()[:-1])["refused_by_the_hub"]
    assert [each["by"] for each in refused] == ["executor@desk", "executor@desk"]
