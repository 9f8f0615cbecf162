"""Devices that send entries to a hub as fast as it takes them, and keep what it acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from app.hub.wire import ENTRY_TYPE, IDEMPOTENCY_HEADER, from_text
from app.identifiers import UlidSource
from app.services.approval_room import Signer
from app.signing.statements import sign_value
from domain.approvals import CHAIN_START, Proposal
from tests.support.approval_desk import START, TurnedClock, signer_of
from tests.support.approval_values import terms

PAUSE_SECONDS = 0.01
ANSWER_SECONDS = 10.0
#: Refusals of the moment; the same entry is sent again.
LATER = {"in_flight", "too_many"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An entry and the receipt that came back for it."""

    envelope: bytes
    index: int
    receipt: bytes


def proposals(signer: Signer) -> Iterator[bytes]:
    """A chain of proposals of one device, without end."""
    ids = UlidSource(clock=TurnedClock(), random_bits=random.Random(signer.key.public.keyid).getrandbits)
    plain, prev = terms(), CHAIN_START
    (command,) = plain.commands
    for seq in count(1):
        action_id = ids.new_id()
        value = Proposal(
            terms=replace(plain, action_id=action_id, commands=(replace(command, key=f"{action_id}-1"),)),
            actor=signer.actor,
            reason="The line would ship late.",
            issued_at=START,
            expires_at=START + timedelta(days=1),
            seq=seq,
            prev=prev,
        )
        entry = sign_value(value, signer.key)
        prev = entry.sha256
        yield entry.envelope


@dataclass(kw_only=True)
class Device:
    """One device with its chain; it sends each entry until it is acknowledged, whatever happens."""

    name: str
    port: int
    most: int = 10**9
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def signer(self) -> Signer:
        """Whose device it is."""
        return signer_of("a.moreno", self.name)

    def send_until(self, ended: threading.Event, envelopes: Iterator[bytes] | None = None) -> None:
        """Send entry after entry."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        for number, envelope in enumerate(envelopes or proposals(self.signer()), start=1):
            while not self._sent(connection, envelope, f"{self.name}/{number}"):
                connection.close()
                if ended.wait(PAUSE_SECONDS):
                    return
            if ended.is_set() or number == self.most or self.refused:
                break
        connection.close()

    def _sent(self, connection: http.client.HTTPConnection, envelope: bytes, key: str) -> bool:
        headers = {"Content-Type": ENTRY_TYPE, IDEMPOTENCY_HEADER: key}
        try:
            connection.request("POST", "/v1/entries", body=envelope, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status in {200, 201}:
            document = json.loads(body)
            self.acknowledged.append(
                Acknowledged(
                    envelope=envelope, index=document["index"], receipt=from_text(document["receipt"])
                )
            )
            return True
        if answer.status >= http.client.INTERNAL_SERVER_ERROR or json.loads(body)["code"] in LATER:
            return False
        self.refused.append(body.decode())
        return True
