"""A hub and a desk with a whole trail, from event to outcome, and the bundle of it, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.hub.client import HubDevice, HubEntry, HubRefusedError
from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import MAX_FEED, HubLog
from app.hub.tile_pages import AbsentError
from app.hub.witness import WrongOldSizeError, witness_body
from app.services.bundle import export_bundle
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.evidence import records_behind
from app.services.execute import Executor
from app.services.propose import propose
from app.services.watch_log import stand_witness
from app.signing.canonical import sha256_hex
from app.signing.keys import PublicKey
from app.signing.receipts import open_receipt
from app.signing.statements import SignedEntry
from domain.approvals import Verdict
from domain.commands import Action
from domain.errors import RefusedError
from domain.rights import RightsPolicy
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, default_policy
from tests.support.hub_site import hub_key

PROBLEM = b"what the solver was given"


class HubInHand:
    """A hub without a socket: the desk talks to the log itself."""

    def __init__(self, log: HubLog) -> None:
        self.log = log

    @property
    def hub_key(self) -> PublicKey:
        return self.log.public_key

    def submit(self, envelope: bytes, idempotency_key: str) -> HubEntry:
        try:
            found = self.log.append(envelope, idempotency_key)
        except RefusedError as error:
            raise HubRefusedError(what=error.what, remedy=error.remedy) from error
        receipt = open_receipt(found.receipt, self.hub_key, envelope)
        return HubEntry(envelope=envelope, receipt=receipt, receipt_envelope=found.receipt)

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        del wait_seconds
        return tuple(
            HubEntry(
                envelope=each.envelope,
                receipt=open_receipt(each.receipt, self.hub_key, each.envelope),
                receipt_envelope=each.receipt,
            )
            for each in self.log.feed(after, MAX_FEED)
        )

    def devices(self) -> tuple[HubDevice, ...]:
        return tuple(HubDevice(key=k, owner=o, method=m) for o, k, m in self.log.devices())

    def checkpoint(self) -> str:
        return self.log.checkpoint()

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        try:
            return self.log.consistency(sizes)
        except AbsentError:
            return ()

    def send_cosignature(self, old: int, proof: tuple[bytes, ...], note: str) -> int | None:
        try:
            self.log.witness(witness_body(old, proof, note))
        except WrongOldSizeError as error:
            return error.size
        return None


@dataclass(kw_only=True)
class TrailRoom:
    """A desk at its hub, and what can be done there in one call each."""

    folder: Path
    desk: Desk
    log: HubLog
    hub: HubInHand
    system: CountingSystem

    def propose(
        self,
        *,
        number: int = 1,
        user: str = "a.moreno",
        loss_cents: int = 250_000,
        actions: tuple[Action, ...] = (),
    ) -> SignedEntry:
        """Ask for a reallocation, or for other actions, with everything it rests on."""
        request = self.desk.request(number=number, loss_cents=loss_cents, actions=actions)
        trail = replace(request.recommendation.trail, problem_sha256=sha256_hex(PROBLEM))
        request = replace(
            request,
            recommendation=replace(request.recommendation, trail=trail),
            evidence=(PROBLEM, *records_behind(request.drafts, self.desk.facts)),
        )
        return propose(self.desk.room, self.desk.people[user], request)

    def decide(self, entry: SignedEntry, user: str = "j.okafor", *, approve: bool = True) -> SignedEntry:
        """Say yes or no."""
        verdict = Verdict.APPROVE if approve else Verdict.REJECT
        request = DecisionRequest(action_id=entry.action_id, verdict=verdict, reason="I compared the code.")
        return decide(self.desk.room, self.desk.people[user], request, self.desk.facts.fresh)

    def settle(self) -> None:
        """Deliver, carry out, deliver what came of it, and stand witness."""
        deliver(self.desk.room, self.hub)
        Executor(
            room=self.desk.room,
            connectors={ERP: self.system},
            fresh=self.desk.facts.fresh,
            signer=self.desk.people["executor@desk"],
            jitter=lambda: 0.5,
            record=lambda: deliver(self.desk.room, self.hub),
        ).run_once()
        deliver(self.desk.room, self.hub)
        stand_witness(self.desk.room, self.hub, self.desk.people["executor@desk"].key)

    def whole_trail(self) -> str:
        """One action from event to outcome, one rejected, and one that the hub refuses; gives the first."""
        first = self.propose()
        self.decide(first)
        second = self.propose(number=2)
        self.decide(second, "m.silva", approve=False)
        self.settle()
        return first.action_id

    def bundle(self, *action_ids: str) -> bytes:
        """The exported file."""
        return export_bundle(self.desk.room, self.hub, action_ids)


def enrol_all(log: HubLog, desk: Desk) -> None:
    """Let the people of a desk in."""
    for signer in desk.people.values():
        key = signer.key
        request = EnrolmentRequest(owner=key.owner, public_key=key.public, proof=prove_possession(key))
        log.enrol(request, token="")


@contextmanager
def trail_room(
    folder: Path, *, policy: RightsPolicy | None = None, name: str = "desk-1"
) -> Iterator[TrailRoom]:
    """A hub on a SQLite file and a desk whose people are enrolled at it."""
    clock = TurnedClock()
    engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
    log = HubLog(engine=engine, policy=policy or default_policy(), key=hub_key(), clock=clock)
    desk = Desk(folder, hub_key=hub_key().public, clock=clock)
    enrol_all(log, desk)
    try:
        yield TrailRoom(folder=folder, desk=desk, log=log, hub=HubInHand(log), system=CountingSystem())
    finally:
        desk.close()
        engine.dispose()


def packed(document: dict[str, Any]) -> bytes:
    """A bundle's document as the file is written."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"
