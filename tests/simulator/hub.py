"""The hub of the simulator: a real log on a real database, ended at its commits, behind a bad network."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, event

from app.hub.client import HubDevice, HubEntry, HubRefusedError
from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_batch import OutOfOrderError
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.approval_room import Signer
from app.signing.keys import PublicKey
from app.signing.receipts import open_receipt
from domain.errors import TowerError, UnavailableError
from domain.rights import RightsPolicy
from tests.simulator.crashes import Fate, Killed
from tests.support.approval_desk import TurnedClock
from tests.support.hub_site import hub_key
from tests.support.trail_room import HubInHand

Answer = TypeVar("Answer")

#: How often each thing happens to a request on its way to the hub.
FAULTS = {"lost": 0.05, "silent": 0.06, "twice": 0.05, "late": 0.04}


@dataclass
class SimulatedHub:
    """One log and what is known of it outside: everything it ever gave out."""

    folder: Path
    clock: TurnedClock
    policy: RightsPolicy
    fate: Fate
    given: dict[int, bytes] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)
    down_until: datetime | None = None
    restarts: int = 0

    def __post_init__(self) -> None:
        """Start for the first time."""
        self.open()

    @property
    def file(self) -> Path:
        """Its database."""
        return self.folder / "hub.db"

    def open(self) -> None:
        """Start on the database as it is."""
        self.engine: Engine = open_hub_database(f"sqlite:///{self.file}")
        self.log = HubLog(engine=self.engine, policy=self.policy, key=hub_key(), clock=self.clock)
        event.listen(self.engine, "commit", lambda _connection: self.fate("hub:before-commit"))
        self.hand = HubInHand(self.log)
        self.down_until = None

    def enrol(self, signer: Signer) -> None:
        """Let a person's key in."""
        key = signer.key
        request = EnrolmentRequest(owner=key.owner, public_key=key.public, proof=prove_possession(key))
        self.log.enrol(request, token="")

    def end(self, seconds: int) -> None:
        """It is killed, and comes back that much later."""
        self.engine.dispose()
        self.restarts += 1
        self.down_until = self.clock.now() + timedelta(seconds=seconds)

    def look(self) -> None:
        """Come back when it is time."""
        if self.down_until is not None and self.down_until <= self.clock.now():
            self.open()

    def gave(self, entry: HubEntry) -> None:
        """Remember what number it gave an entry; a number must never become another entry."""
        before = self.given.setdefault(entry.receipt.index, entry.receipt.entry_sha256.encode())
        if before != entry.receipt.entry_sha256.encode():
            self.moved.append(entry.receipt.index)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


@dataclass
class Wire:
    """The network between one desk and the hub; a ``HubPort`` of the product."""

    hub: SimulatedHub
    chance: random.Random
    online: bool = True
    calm: bool = False
    late: list[tuple[datetime, bytes, str]] = field(default_factory=list)

    @property
    def hub_key(self) -> PublicKey:
        """The pinned key."""
        return hub_key().public

    def submit(self, envelope: bytes, idempotency_key: str) -> HubEntry:
        """Have an entry recorded, if the network lets it."""
        if self.reachable and not self.calm and self.chance.random() < FAULTS["late"]:
            due = self.hub.clock.now() + timedelta(seconds=self.chance.randint(1, 900))
            self.late.append((due, envelope, idempotency_key))
            raise _timed_out()
        entry = self._call(lambda: _submitted(self.hub.log, envelope, idempotency_key, self.hub_key))
        self.hub.gave(entry)
        return entry

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        """What was recorded."""
        entries = self._call(lambda: self.hub.hand.feed(after, wait_seconds))
        for entry in entries:
            self.hub.gave(entry)
        return entries

    def devices(self) -> tuple[HubDevice, ...]:
        """Who is enrolled."""
        return self._call(self.hub.hand.devices)

    def checkpoint(self) -> str:
        """The latest checkpoint."""
        return self._call(self.hub.hand.checkpoint)

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        """Proofs that the log goes on."""
        return self._call(lambda: self.hub.hand.consistency(sizes))

    def send_cosignature(self, old: int, proof: tuple[bytes, ...], note: str) -> int | None:
        """Stand witness."""
        return self._call(lambda: self.hub.hand.send_cosignature(old, proof, note))

    @property
    def reachable(self) -> bool:
        """Whether a request gets anywhere."""
        return self.online and self.hub.down_until is None

    def arrive(self) -> None:
        """Let requests arrive whose sender gave up long ago, in any order."""
        if self.hub.down_until is not None:
            return
        due = [each for each in self.late if each[0] <= self.hub.clock.now()]
        self.late = [each for each in self.late if each[0] > self.hub.clock.now()]
        self.chance.shuffle(due)
        for _, envelope, idempotency_key in due:
            try:
                self.hub.log.append(envelope, idempotency_key)
            except TowerError:
                continue
            except Killed:
                self.hub.end(self.chance.randint(1, 300))
                return

    def _call(self, ask: Callable[[], Answer]) -> Answer:
        if not self.reachable:
            raise _timed_out()
        roll = 1.0 if self.calm else self.chance.random()
        if roll < FAULTS["lost"]:
            raise _timed_out()
        try:
            answer = ask()
            if FAULTS["lost"] <= roll < FAULTS["lost"] + FAULTS["twice"]:
                answer = ask()
            self.hub.fate("hub:after-commit")
        except Killed:
            self.hub.end(self.chance.randint(1, 300))
            raise _timed_out() from None
        if FAULTS["lost"] + FAULTS["twice"] <= roll < sum(FAULTS.values()) - FAULTS["late"]:
            raise _timed_out()
        return answer


def _submitted(log: HubLog, envelope: bytes, idempotency_key: str, key: PublicKey) -> HubEntry:
    """What ``HubClient`` makes of the hub's answer."""
    try:
        found = log.append(envelope, idempotency_key)
    except (OutOfOrderError, UnavailableError) as error:
        raise UnavailableError(what=error.what, remedy="It is tried again.") from error
    except TowerError as error:
        raise HubRefusedError(what=f"The hub refused: {error}", remedy="See the approvals page.") from error
    receipt = open_receipt(found.receipt, key, envelope)
    return HubEntry(envelope=envelope, receipt=receipt, receipt_envelope=found.receipt)


def _timed_out() -> UnavailableError:
    return UnavailableError(what="The hub did not answer.", remedy="It is tried again.")
