"""Two desks at one hub: one carries out what is approved, the other follows by the log alone."""

from __future__ import annotations

from datetime import timedelta

from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver, pull_feed
from app.services.execute import Executor
from app.services.propose import propose
from app.signing.statements import SignedEntry, read_unverified
from app.signing.trust_entries import says_trust
from app.signing.verifier.report import verify
from domain.approvals import Ending, Verdict
from domain.commands import Action
from tests.support.approval_desk import ERP, Desk
from tests.support.hub_site import hub_key
from tests.support.trail_room import TrailRoom, enrol_all


class Pair:
    """Two desks at one hub: what ``here`` carries out, ``there`` follows."""

    def __init__(self, room: TrailRoom) -> None:
        self.room = room
        self.here = room.desk
        self.there = Desk(room.folder, hub_key=hub_key().public, name="desk-2", clock=room.desk.clock)
        enrol_all(room.log, self.there)
        self.halted = ""

    def approved(self, *actions: Action) -> SignedEntry:
        entry = propose(self.here.room, self.here.people["a.moreno"], self.here.request(actions=actions))
        self.agree(entry)
        return entry

    def agree(self, entry: SignedEntry) -> None:
        """Approve what was proposed here."""
        request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
        decide(self.here.room, self.here.people["j.okafor"], request, self.here.facts.fresh)
        self.share()

    def executor(self, desk: Desk) -> Executor:
        return Executor(
            room=desk.room,
            connectors={ERP: self.room.system},
            fresh=desk.facts.fresh,
            signer=desk.people["executor@desk"],
            jitter=lambda: 1.0,
            record=lambda: deliver(desk.room, self.room.hub),
            halted=lambda: self.halted,
        )

    def run(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.executor(self.here).run_once()
            self.here.clock.turn(timedelta(minutes=6))
        self.share()

    def share(self) -> None:
        for desk in (self.here, self.there):
            deliver(desk.room, self.room.hub)
            pull_feed(desk.room, self.room.hub)

    def states(self, entry: SignedEntry) -> list[str]:
        return [str(desk.ledger.approval(entry.action_id).state) for desk in (self.here, self.there)]

    def endings(self, entry: SignedEntry) -> list[Ending]:
        """What the hub accepted as the end of an action."""
        said = (
            read_unverified(each.envelope).value
            for each in self.room.log.feed(-1)
            if each.outcome == "accepted" and not says_trust(each.envelope)
        )
        return [v for v in said if isinstance(v, Ending) and v.action_id == entry.action_id]

    def verified_state(self, entry: SignedEntry) -> str:
        report = verify(self.room.bundle()[:-1], whole=True)
        return next(str(a["state"]) for a in report["actions"] if a["action"] == entry.action_id)
