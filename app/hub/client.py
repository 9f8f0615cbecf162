"""The desk's side of the hub: sends entries, checks receipts, reads the feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, cast

from app.hub.enrolment import prove_possession
from app.hub.http_signature import hub_tag, signed_headers
from app.hub.wire import ENTRY_TYPE, IDEMPOTENCY_HEADER, LATER_CODES, from_text
from app.hub.witness import witness_body
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.receipts import HubReceipt, open_receipt, proof_bytes
from app.signing.refusals import open_refusal
from domain.clock import Clock
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.ids import UserId

#: Longer than the hub holds a long poll.
_POLL_MARGIN_SECONDS = 10.0


class HubRefusedError(RefusedError):
    """The hub signed that it does not take an entry: it counts for nothing, and is not sent again."""


class Reply(Protocol):
    """An answer of the transport."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def body(self) -> bytes:
        """The whole body."""
        ...


class Transport(Protocol):
    """What the client needs of an HTTP client; ``connectors.http.HttpClient`` is one."""

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:
        """Send one request; the answer whatever its status.

        Raises:
            UnavailableError: the other side cannot be reached.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEntry:
    """An entry of the feed with its verified receipt."""

    envelope: bytes
    receipt: HubReceipt
    receipt_envelope: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HubDevice:
    """A device the hub has enrolled, and how it was let in."""

    key: PublicKey
    owner: KeyOwner
    method: str


class HubClient:
    """Talks to one hub whose key is pinned; reads are signed with ``reader``'s key."""

    def __init__(self, *, transport: Transport, hub_key: PublicKey, reader: SigningKey, clock: Clock) -> None:
        """Use ``transport``; nothing is sent yet."""
        self._transport = transport
        self._reader = reader
        self._clock = clock
        self.hub_key = hub_key
        self._tag = hub_tag(hub_key)

    def submit(self, envelope: bytes, idempotency_key: str) -> HubEntry:
        """Have an entry recorded; its receipt says whether it took effect.

        Raises:
            UnavailableError: the hub cannot be reached now, an earlier entry must come first, or something
                that is not the hub says no.
            HubRefusedError: the hub signed that it does not accept it at all; why is in the sentence.
            RefusedError: a receipt came that does not hold.
        """
        reply = self._transport.send(
            "POST",
            "/v1/entries",
            headers={"Content-Type": ENTRY_TYPE, IDEMPOTENCY_HEADER: idempotency_key},
            body=envelope,
        )
        document = _document(reply)
        if "receipt" in document:
            return self._entry({**document, "envelope": ""}, envelope)
        raise self._signed_refusal(reply, document, envelope)

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        """Entries after number ``after``, each with a receipt that holds, in order and without a gap.

        Raises:
            UnavailableError: the hub cannot be reached now.
            RefusedError: a receipt does not hold, or the hub does not know this device.
        """
        rows = self._read(f"/v1/feed?after={after}&wait={wait_seconds:g}", "entries", wait_seconds)
        entries = tuple(self._entry(row) for row in rows)
        if [entry.receipt.index for entry in entries] != list(range(after + 1, after + 1 + len(entries))):
            raise RefusedError(
                what="The hub left records out of its feed.",
                remedy="Tell its administrator; keep the ledger.",
            )
        return entries

    def devices(self) -> tuple[HubDevice, ...]:
        """The devices the hub has enrolled; it vouches for whose key each is.

        Raises:
            UnavailableError: the hub cannot be reached now.
            RefusedError: the hub does not know this device.
        """
        return tuple(_device(row) for row in self._read("/v1/devices", "devices", 0.0))

    def checkpoint(self) -> str:
        """The note of the hub's latest checkpoint, as it was received.

        Raises:
            UnavailableError: the hub cannot be reached now.
        """
        reply = self._transport.send("GET", "/checkpoint")
        if reply.status != HTTPStatus.OK:
            raise _problem(reply, _document(reply))
        return _text(reply)

    def root(self) -> bytes:
        """The hub's file of the trust root, to be verified from the pinned fingerprint on; empty without one.

        Raises:
            UnavailableError: the hub cannot be reached now.
        """
        reply = self._transport.send("GET", "/v1/root")
        return reply.body if reply.status == HTTPStatus.OK else b""

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        """What the hub gives as proofs that each of these sizes is the beginning of the next one.

        Nothing when the hub says that its log never had one of them.

        Raises:
            UnavailableError: there is no answer of the hub now.
        """
        named = ",".join(str(size) for size in sizes)
        reply = self._transport.send("GET", f"/v1/consistency?sizes={named}")
        try:
            document = _document(reply)
            if document.get("code") == "absent":
                return ()
            return tuple(_proof(row) for row in cast("list[object]", document["proofs"]))
        except (BadInputError, KeyError, TypeError, ValueError) as error:
            raise UnavailableError(
                what="The hub gave no proof that its log goes on.", remedy="It is asked again."
            ) from error

    def send_cosignature(self, old: int, proof: tuple[bytes, ...], note: str) -> int | None:
        """Give the hub a cosigned note; ``None`` when it is kept, else the size to go on from.

        Raises:
            UnavailableError: the hub cannot be reached now.
            RefusedError: the hub does not take it.
        """
        reply = self._transport.send("POST", "/v1/witness", body=witness_body(old, proof, note))
        if reply.status == HTTPStatus.OK:
            return None
        text = _text(reply).strip()
        if reply.status == HTTPStatus.CONFLICT and text.isascii() and text.isdigit():
            return int(text)
        raise _problem(reply, _document(reply))

    def _signed_refusal(
        self, reply: Reply, document: dict[str, object], envelope: bytes
    ) -> UnavailableError | HubRefusedError:
        """What a no means: one that the hub did not sign is none, else a proxy could drop an approval."""
        problem = _problem(reply, document)
        if isinstance(problem, UnavailableError):
            return problem
        try:
            refusal = open_refusal(from_text(document.get("refusal")), self.hub_key, envelope)
        except (ValueError, BadInputError, RefusedError):
            return UnavailableError(
                what=f"Something refused it, and the hub did not sign that: {problem.what}",
                remedy="It is tried again; look at what stands between this desk and the hub.",
            )
        return HubRefusedError(what=f"The hub refused: {refusal.why}", remedy="See the approvals page.")

    def _read(self, target: str, name: str, wait_seconds: float) -> list[object]:
        reply = self._transport.send(
            "GET",
            target,
            headers=signed_headers(self._reader, self._tag, "GET", target, self._clock.now()),
            timeout_seconds=wait_seconds + _POLL_MARGIN_SECONDS,
        )
        document = _document(reply)
        rows = document.get(name)
        if not isinstance(rows, list):
            raise _problem(reply, document)
        return rows

    def _entry(self, row: object, sent: bytes | None = None) -> HubEntry:
        if not isinstance(row, dict):
            raise _nonsense()
        try:
            envelope = from_text(row.get("envelope")) if sent is None else sent
            receipt_envelope = from_text(row.get("receipt"))
        except ValueError as error:
            raise _nonsense() from error
        receipt = open_receipt(receipt_envelope, self.hub_key, envelope)
        return HubEntry(envelope=envelope, receipt=receipt, receipt_envelope=receipt_envelope)


def enrol_at(transport: Transport, key: SigningKey, token: str = "") -> tuple[PublicKey, str]:
    """Enrol a key; gives the hub's public key, which the caller must pin, and how it was let in.

    Raises:
        UnavailableError: the hub cannot be reached now.
        RefusedError: the hub does not let this device in.
    """
    asked = {
        "user_id": key.owner.user_id,
        "device_id": key.owner.device_id,
        "public_key": key.public.to_text(),
        "proof": prove_possession(key),
        "token": token,
    }
    reply = transport.send(
        "POST",
        "/v1/enrolments",
        headers={"Content-Type": "application/json"},
        body=json.dumps(asked).encode(),
    )
    document = _document(reply)
    if "hub_key" not in document:
        raise _problem(reply, document)
    return PublicKey.from_text(str(document["hub_key"])), str(document.get("method", ""))


def _device(row: object) -> HubDevice:
    if not isinstance(row, dict):
        raise _nonsense()
    owner = KeyOwner(user_id=UserId(str(row.get("user_id"))), device_id=str(row.get("device_id")))
    key = PublicKey.from_text(str(row.get("public_key")))
    return HubDevice(key=key, owner=owner, method=str(row.get("method")))


def _proof(row: object) -> tuple[bytes, ...]:
    if not isinstance(row, list) or not all(isinstance(each, str) for each in row):
        raise _nonsense()
    return proof_bytes(tuple(row))


def _text(reply: Reply) -> str:
    try:
        return reply.body.decode()
    except UnicodeDecodeError as error:
        raise _nonsense() from error


def _document(reply: Reply) -> dict[str, object]:
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise _nonsense() from error
    if not isinstance(document, dict):
        raise _nonsense()
    return cast("dict[str, object]", document)


def _problem(reply: Reply, document: dict[str, object]) -> UnavailableError | RefusedError:
    detail = str(document.get("detail") or f"status {reply.status}")[:300]
    transient = reply.status >= 500 or reply.status in {408, 425, 429}  # noqa: PLR2004 - server faults
    if transient or document.get("code") in LATER_CODES:
        return UnavailableError(what=f"The hub cannot take it now: {detail}", remedy="It is tried again.")
    return RefusedError(what=f"The hub refused: {detail}", remedy="See the approvals page.")


def _nonsense() -> BadInputError:
    return BadInputError(
        what="The hub gave an answer that is none of a hub.",
        remedy="Check its address in the profile; a proxy or login page may stand in between.",
    )
