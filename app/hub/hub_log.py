"""The hub's log: verifies what desks send, adds it in one order for all, and signs a receipt.

An entry whose signature and chain hold is always recorded, even when it is refused: a second
decision on the same proposal stays as evidence, and its device's chain goes on. Only what cannot be
attributed to an enrolled device is turned away without a trace.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from app.hub.hub_database import known_hub_errors
from app.hub.hub_schema import DEVICE_KEY, LOG_ENTRY, LOG_HEAD
from app.hub.judgement import Judge
from app.signing.canonical import sha256_hex
from app.signing.chain import ChainHead
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.receipts import HubOutcome, HubReceipt, open_receipt, sign_receipt
from app.signing.statements import SignedEntry, open_entry
from app.store.engine import reading
from app.store.instants import from_ms, to_ms
from domain.approvals import CHAIN_START
from domain.errors import BadInputError, ConflictError, RefusedError
from domain.ids import UserId

if TYPE_CHECKING:
    from domain.clock import Clock
    from domain.rights import RightsPolicy

MAX_FEED = 200


class KeyReusedError(BadInputError):
    """An idempotency key came with other bytes than the first time."""


class OutOfOrderError(ConflictError):
    """An entry does not follow the last one of its device; earlier ones must come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry in the log; ``repeated`` tells that it was there before."""

    index: int
    outcome: HubOutcome
    envelope: bytes
    receipt: bytes
    repeated: bool = False


class HubLog:
    """The log on a database, with the rights that hold and the key that signs receipts."""

    def __init__(self, *, engine: Engine, policy: RightsPolicy, key: SigningKey, clock: Clock) -> None:
        """Serve the log in ``engine``, made by ``open_hub_database``."""
        self._engine = engine
        self._reader = reading(engine)
        self._policy = policy
        self._key = key
        self._clock = clock
        self._one_writer = threading.Lock()

    @property
    def public_key(self) -> PublicKey:
        """The key that receipts are signed with: desks pin it when they enrol."""
        return self._key.public

    def append(self, envelope: bytes, idempotency_key: str) -> Recorded:
        """Verify and record an entry; the same bytes again give the same answer.

        Raises:
            BadInputError: it is malformed or too large.
            RefusedError: it is not signed by an enrolled device.
            KeyReusedError: the idempotency key belongs to other bytes.
            OutOfOrderError: an earlier entry of the device is missing.
        """
        with self._one_writer, known_hub_errors(self._engine), self._engine.begin() as connection:
            head = connection.execute(select(LOG_HEAD).with_for_update()).one()
            entry = open_entry(envelope, lambda keyid: _device_key(connection, keyid))
            before = _find(connection, LOG_ENTRY.c.sha256 == entry.sha256)
            if before is not None:
                return _recorded(before, repeated=True)
            self._require_place(connection, entry, idempotency_key)
            return self._add(connection, entry, idempotency_key, (head.size, head.link_sha256))

    def feed(self, after: int, limit: int = MAX_FEED) -> tuple[Recorded, ...]:
        """Entries after number ``after``, in order; -1 starts at the beginning."""
        query = (
            select(LOG_ENTRY)
            .where(LOG_ENTRY.c.idx > after)
            .order_by(LOG_ENTRY.c.idx)
            .limit(max(1, min(limit, MAX_FEED)))
        )
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            return tuple(_recorded(row) for row in connection.execute(query))

    def entry(self, index: int) -> Recorded:
        """Entry number ``index``.

        Raises:
            BadInputError: the log is shorter.
        """
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            row = _find(connection, LOG_ENTRY.c.idx == index)
        if row is None:
            raise BadInputError(what=f"The log has no entry {index}.", remedy="Read the feed.")
        return _recorded(row)

    def device_key(self, keyid: str) -> PublicKey | None:
        """The enrolled public key of that id."""
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            return _device_key(connection, keyid)

    def devices(self) -> tuple[tuple[KeyOwner, PublicKey, str], ...]:
        """Every enrolled device: its owner, key and how it was let in."""
        query = select(DEVICE_KEY).order_by(DEVICE_KEY.c.enrolled_at, DEVICE_KEY.c.keyid)
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(
            (
                KeyOwner(user_id=UserId(row.user_id), device_id=row.device_id),
                PublicKey(bytes(row.spki)),
                str(row.method),
            )
            for row in rows
        )

    def verify(self) -> tuple[str, ...]:
        """Check every entry, receipt and link of the log; problems in words."""
        problems: list[str] = []
        link = CHAIN_START
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            rows = connection.execute(select(LOG_ENTRY).order_by(LOG_ENTRY.c.idx)).all()
            size = connection.execute(select(LOG_HEAD.c.size)).scalar_one()
        for place, row in enumerate(rows):
            receipt = open_receipt(row.receipt, self.public_key)
            link = _next_link(link, row.idx, sha256_hex(row.envelope), row.outcome)
            said = (receipt.index, receipt.entry_sha256, receipt.link_sha256, str(receipt.outcome))
            if said != (place, sha256_hex(row.envelope), link, row.outcome) or row.link_sha256 != link:
                problems.append(f"Record {row.idx} was changed, moved or follows a missing one.")
        if size != len(rows):
            problems.append(f"The log should have {size} records and has {len(rows)}.")
        return tuple(problems)

    def _require_place(self, connection: Connection, entry: SignedEntry, idempotency_key: str) -> None:
        actor, seq, prev = entry.value.actor, entry.value.seq, entry.value.prev
        owner = connection.execute(select(DEVICE_KEY).where(DEVICE_KEY.c.keyid == actor.keyid)).one()
        if (owner.user_id, owner.device_id) != (actor.user_id, actor.device_id):
            raise RefusedError(
                what=f"The key of {owner.user_id} signed as {actor.user_id}.", remedy="Sign as yourself."
            )
        used = (LOG_ENTRY.c.keyid == actor.keyid) & (LOG_ENTRY.c.idempotency_key == idempotency_key)
        if _find(connection, used) is not None:
            raise KeyReusedError(
                what=f"The idempotency key {idempotency_key!r} was used for other bytes.",
                remedy="Use one key for one entry.",
            )
        head = _device_head(connection, actor.keyid)
        if (seq, prev) != (head.next_seq, head.prev):
            raise OutOfOrderError(
                what=f"Entry {seq} of this device came where entry {head.next_seq} is expected.",
                remedy="Send the earlier entries first.",
            )

    def _add(
        self, connection: Connection, entry: SignedEntry, idempotency_key: str, head: tuple[int, str]
    ) -> Recorded:
        index, link_before = head
        now = from_ms(to_ms(self._clock.now()))
        judgement = Judge(connection=connection, policy=self._policy, now=now).judge(entry, index)
        link = _next_link(link_before, index, entry.sha256, str(judgement.outcome))
        receipt = sign_receipt(
            HubReceipt(
                index=index,
                entry_sha256=entry.sha256,
                link_sha256=link,
                outcome=judgement.outcome,
                why=judgement.why,
                received_at=now,
            ),
            self._key,
        )
        connection.execute(
            insert(LOG_ENTRY).values(
                idx=index,
                sha256=entry.sha256,
                keyid=entry.value.actor.keyid,
                seq=entry.value.seq,
                action_id=entry.action_id,
                predicate_type=entry.predicate_type,
                outcome=str(judgement.outcome),
                envelope=entry.envelope,
                receipt=receipt,
                received_at=to_ms(now),
                link_sha256=link,
                idempotency_key=idempotency_key,
            )
        )
        connection.execute(update(LOG_HEAD).values(size=index + 1, link_sha256=link))
        return Recorded(index=index, outcome=judgement.outcome, envelope=entry.envelope, receipt=receipt)


def _next_link(before: str, index: int, entry_sha256: str, outcome: str) -> str:
    return sha256_hex(f"{before}\n{index}\n{entry_sha256}\n{outcome}".encode())


def _device_key(connection: Connection, keyid: str) -> PublicKey | None:
    row = connection.execute(select(DEVICE_KEY.c.spki).where(DEVICE_KEY.c.keyid == keyid)).one_or_none()
    return None if row is None else PublicKey(bytes(row.spki))


def _device_head(connection: Connection, keyid: str) -> ChainHead:
    row = connection.execute(
        select(LOG_ENTRY.c.seq, LOG_ENTRY.c.sha256)
        .where(LOG_ENTRY.c.keyid == keyid)
        .order_by(LOG_ENTRY.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return ChainHead() if row is None else ChainHead(next_seq=row.seq + 1, prev=row.sha256)


def _find(connection: Connection, where: Any) -> Row[Any] | None:  # noqa: ANN401 - any condition
    return connection.execute(select(LOG_ENTRY).where(where)).one_or_none()


def _recorded(row: Row[Any], *, repeated: bool = False) -> Recorded:
    return Recorded(
        index=row.idx,
        outcome=HubOutcome(row.outcome),
        envelope=bytes(row.envelope),
        receipt=bytes(row.receipt),
        repeated=repeated,
    )
