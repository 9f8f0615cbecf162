"""The sync worker: the one process that writes, driven by its schedule and by requests of the window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from app.bootstrap import connecting, open_tower, surroundings_of, utc_now
from app.fault_log import SORRY
from app.schedule import Schedule
from app.services.propose_policy import PolicyEdit, propose_policy
from app.signing_desk import fixed_pin
from app.workers.case_moves import move_case, move_each
from app.workers.messages import (
    AddNote,
    Asked,
    AskSource,
    Changed,
    Decide,
    Failed,
    HubState,
    KeepRecommendation,
    MoveCase,
    MoveCases,
    Propose,
    ProposePolicy,
    Ready,
    Report,
    Request,
    RetryQuarantined,
    Said,
    SayWhetherItHappened,
    SplitCase,
    Stop,
    SyncNow,
    TakeBack,
    WorkerSetup,
)
from app.workers.what_if_acts import promote_moves, share_scenario
from app.workers.what_if_wishes import PromoteMoves, ShareScenario
from domain.approvals import Verdict
from domain.errors import TowerError
from domain.ids import SourceName

if TYPE_CHECKING:
    from app.bootstrap import Surroundings
    from app.hub.listener import HubListener
    from app.profile import SourceSettings
    from app.signing.statements import SignedEntry
    from app.tower import Tower

SETTLE = "settle"
DETECT = "detect"
SETTLE_SECONDS = 3
DETECT_SECONDS = 30
FIRST_DELAY = timedelta(milliseconds=150)

_DONE = {
    Verdict.APPROVE: "Approved",
    Verdict.REJECT: "Rejected",
    Verdict.REQUEST_CHANGES: "Changes asked for",
    Verdict.REVOKE: "Approval revoked",
}

_log = logging.getLogger(__name__)


def work(setup: WorkerSetup, pipe: Connection) -> None:
    """Work until told to stop or until the other end of ``pipe`` is gone."""
    voice = _Voice(pipe)
    try:
        ask_pin = fixed_pin(setup.pin) if setup.pin else None
        around = surroundings_of(setup.profile, demo=setup.demo, ask_pin=ask_pin)
        tower = open_tower(around)
    except TowerError as error:
        voice.say(Failed(text=str(error)))
        return
    SyncWorker(tower, voice, around).run(pipe)


class _Voice:
    """Speaks to the window, one message at a time; a window that is gone hears nothing."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._turn = threading.Lock()

    def say(self, report: Report) -> None:
        with self._turn:
            try:
                self._pipe.send(report)
            except (BrokenPipeError, OSError):
                _log.info("The window is gone.")


class SyncWorker:
    """A tower on a schedule: sources by their intervals, delivery and execution every few seconds."""

    def __init__(self, tower: Tower, voice: _Voice, around: Surroundings) -> None:
        """Work with a tower in what it stands in."""
        self._tower = tower
        self._voice = voice
        self._around = around
        self._schedule = Schedule()
        self._hub_unreachable = ""
        self._warned = {""}
        self._listener: HubListener | None = None

    def run(self, pipe: Connection) -> None:
        """Start the schedule and answer requests until told to stop."""
        now = utc_now()
        for number, source in enumerate(self._tower.parts.profile.sources):
            seconds = max(1, source.poll_seconds // self._around.speed)
            first_at = now + FIRST_DELAY * number
            job = self._guarded(partial(self._sync, SourceName(source.name), force=False))
            self._schedule.every(seconds, _sync_job(source.name), job, first_at=first_at)
        self._schedule.every(SETTLE_SECONDS, SETTLE, self._guarded(self._settle), first_at=now)
        later = now + timedelta(seconds=DETECT_SECONDS)
        self._schedule.every(DETECT_SECONDS, DETECT, self._guarded(self._detect), first_at=later)
        self._schedule.start()
        self._voice.say(Ready())
        try:
            self._answer(pipe)
        finally:
            self._schedule.stop()
            if self._listener is not None:
                self._listener.stop()
            self._tower.close()

    def _answer(self, pipe: Connection) -> None:
        while True:
            try:
                request: Request = pipe.recv()
            except (EOFError, OSError):
                return
            if isinstance(request, Stop):
                return
            job = self._what_if if isinstance(request, PromoteMoves | ShareScenario) else self._do
            self._guarded(partial(job, request))()

    def _guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """A job whose known errors are told to the person, and whose faults are logged and told politely."""

        def run() -> None:
            try:
                job()
            except TowerError as error:
                self._voice.say(Said(text=str(error), kind="error"))
            except Exception:  # noqa: BLE001 - a fault is logged and told, the schedule goes on
                _log.exception("a job failed")
                self._voice.say(Said(text=SORRY, kind="error"))

        return run

    def _do(self, request: Request) -> None:
        match request:
            case SyncNow() | RetryQuarantined() | AskSource():
                self._turn_to_source(request)
            case KeepRecommendation():
                self._tower.keep(request.recommendation)
                self._changed("recommendations")
            case Propose() | ProposePolicy() | TakeBack():
                self._propose(request)
            case Decide() | SayWhetherItHappened():
                self._judge(request)
            case MoveCase():
                self._move(request)
            case MoveCases():
                self._move_each(request)
            case SplitCase():
                self._tower.cases.incidents.split(request.case_id, request.reason, request.user)
                self._changed("cases")
            case AddNote():
                self._tower.cases.note(request.case_id, request.text, request.user)
                self._changed("notes")

    def _turn_to_source(self, request: SyncNow | RetryQuarantined | AskSource) -> None:
        if isinstance(request, AskSource):
            # A system that is away answers late, and other requests do not wait for it.
            job = self._guarded(partial(self._ask_source, request.settings))
            self._schedule.once(f"ask:{request.settings.name}", job, at=utc_now())
        elif isinstance(request, RetryQuarantined):
            self._tower.retry_quarantined(request.quarantine_id)
            self._sync_soon(request.quarantine_id.partition("/")[0])
        else:
            self._sync_soon(request.source)

    def _sync_soon(self, source: str) -> None:
        names = [source] if source else [s.name for s in self._tower.parts.profile.sources]
        for name in names:
            self._schedule.once(
                f"now:{name}", self._guarded(partial(self._sync, SourceName(name), force=True)), at=utc_now()
            )
        self._settle_soon()

    def _ask_source(self, settings: SourceSettings) -> None:
        try:
            connector = connecting(self._around, self._tower.parts.desk)(settings)
        except TowerError as error:
            self._voice.say(Asked(source=settings.name, reachable=False, why=str(error)))
            return
        health = connector.health()
        connector.close()
        self._voice.say(Asked(source=settings.name, reachable=health.reachable, why=health.why))

    def _settle_soon(self) -> None:
        self._schedule.run_now(SETTLE, utc_now())

    def _sync(self, source: SourceName, *, force: bool) -> None:
        self._look_at_policies()
        result = self._tower.sync(source, force=force)
        if result.skipped:
            return
        parts = {"sources"}
        if result.written or result.deleted or result.changed_cases:
            parts.add("cases")
        self._changed(*parts)

    def _look_at_policies(self) -> None:
        if self._tower.policies.look():
            self._changed("policies")

    def _detect(self) -> None:
        self._look_at_policies()
        if self._tower.detect():
            self._changed("cases")
        self._changed("sources")

    def _settle(self) -> None:
        report = self._tower.settle()
        if self._listener is None and not report.cannot:
            self._listener = self._tower.listen(self._settle_soon)
        if report.cannot != self._hub_unreachable:
            self._hub_unreachable = report.cannot
            self._voice.say(HubState(unreachable=report.cannot))
            self._changed("approvals")
        for why in {report.rights_differ, report.cannot_follow} - self._warned:
            self._voice.say(Said(text=why, kind="warning"))
        self._warned = {"", report.rights_differ, report.cannot_follow}
        if report.moved:
            self._changed("approvals", "cases", "sources")
        for action_id, why in report.execution.held:
            if report.execution.begun or report.told:
                self._voice.say(Said(text=f"Held {action_id}: {why}", kind="warning"))

    def _propose(self, request: Propose | ProposePolicy | TakeBack) -> None:
        if isinstance(request, ProposePolicy):
            entry = self._proposed_policy(request)
        elif isinstance(request, TakeBack):
            entry = self._tower.afterwards.propose_way_back(request.action_id, request.user, request.reason)
        else:
            entry = self._tower.propose(request.case_id, request.option_id, request.user, request.reason)
        self._voice.say(Said(text=f"Proposed and signed. Code {entry.code}.", kind="ok"))
        self._changed("approvals", "cases")
        self._settle_soon()

    def _proposed_policy(self, request: ProposePolicy) -> SignedEntry:
        parts = self._tower.parts
        return propose_policy(
            parts.desk.room,
            parts.signer(request.user),
            PolicyEdit(file_name=request.file_name, text=request.text, reason=request.reason),
            folder=parts.profile.policy_folder,
            new_id=parts.ids.new_id,
        )

    def _what_if(self, request: Request) -> None:
        if isinstance(request, ShareScenario):
            self._voice.say(Said(text=share_scenario(self._tower, request), kind="ok"))
        elif isinstance(request, PromoteMoves):
            self._promote(request)

    def _promote(self, request: PromoteMoves) -> None:
        promoted = promote_moves(self._tower, request)
        text, kind = promoted.summary
        self._voice.say(promoted)
        self._voice.say(Said(text=text, kind=kind))
        self._changed("approvals", "cases")
        self._settle_soon()

    def _judge(self, request: Decide | SayWhetherItHappened) -> None:
        if isinstance(request, Decide):
            entry, what = self._decided(request), _DONE[Verdict(request.decision)]
        else:
            entry, what = self._settled(request), "Told what became of it"
        waits = ", not yet recorded: the hub cannot be reached" if self._hub_unreachable else ""
        self._voice.say(Said(text=f"{what} and signed{waits}. Code {entry.code}.", kind="ok"))
        self._changed("approvals", "cases")
        self._settle_soon()

    def _decided(self, request: Decide) -> SignedEntry:
        return self._tower.decide(
            request.action_id,
            request.user,
            approve=Verdict(request.decision),
            reason=request.reason,
            offline=bool(self._hub_unreachable),
        )

    def _settled(self, request: SayWhetherItHappened) -> SignedEntry:
        return self._tower.afterwards.say_settled(
            request.action_id,
            request.command_key,
            request.user,
            happened=request.happened,
            reason=request.reason,
        )

    def _move_each(self, request: MoveCases) -> None:
        moved = move_each(self._tower.cases.life, request)
        self._voice.say(moved)
        if moved.done:
            self._changed("cases")

    def _move(self, request: MoveCase) -> None:
        move_case(self._tower.cases.life, request)
        self._changed("cases")

    def _changed(self, *parts: str) -> None:
        self._voice.say(Changed(parts=frozenset(parts)))


def _sync_job(source: str) -> str:
    return f"sync:{source}"
