"""A batch of the log: what is recorded in one transaction, with one checkpoint for all of it.

The head row is locked first, so that batches of several workers or hosts follow one another. Everything that
may be refused is checked before anything is written; entries, tree, head and checkpoint become durable
together, and only then is any receipt given out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, union_all, update

from app.hub.ballot import Ballot
from app.hub.hub_rows import add_rows, among
from app.hub.hub_schema import CHECKPOINT, DEVICE_KEY, LOG_ENTRY, LOG_HEAD, TILE
from app.hub.judgement import Judge
from app.signing.canonical import sha256_hex
from app.signing.chain import ChainHead
from app.signing.merkle import inclusion_proof, leaf_hash, root_of
from app.signing.notes import Checkpoint, sign_checkpoint
from app.signing.receipts import HubOutcome, HubReceipt, proof_texts, sign_receipt
from app.signing.tiles import TileTree
from app.signing.trust_entries import sign_trust
from app.store.instants import from_ms, to_ms
from domain.approvals import Actor
from domain.errors import BadInputError, ConflictError, RefusedError
from domain.trust import HUB_ROLE, TRUST_TYPE, TrustAct, TrustStatement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.signing.keys import SigningKey
    from app.signing.statements import SignedEntry
    from domain.rights import RightsPolicy


_NEWEST = LOG_ENTRY.alias()
#: Put together once: writing a statement out costs more than asking it.
_HEAD = select(LOG_HEAD).with_for_update()
_BEFORE = union_all(
    select(LOG_ENTRY).where(among("digests", LOG_ENTRY.c.sha256)),
    select(LOG_ENTRY).where(among("used", LOG_ENTRY.c.keyid, LOG_ENTRY.c.idempotency_key)),
)
_OWNERS = (
    select(DEVICE_KEY, LOG_ENTRY.c.seq, LOG_ENTRY.c.sha256)
    .select_from(DEVICE_KEY)
    .outerjoin(
        LOG_ENTRY,
        (LOG_ENTRY.c.keyid == DEVICE_KEY.c.keyid)
        & (
            LOG_ENTRY.c.seq
            == select(func.max(_NEWEST.c.seq))
            .where(_NEWEST.c.keyid == DEVICE_KEY.c.keyid)
            .correlate(DEVICE_KEY)
            .scalar_subquery()
        ),
    )
    .where(among("keyids", DEVICE_KEY.c.keyid))
)
_LAST_OF = (
    select(LOG_ENTRY.c.seq, LOG_ENTRY.c.sha256)
    .where(LOG_ENTRY.c.keyid == bindparam("keyid"))
    .order_by(LOG_ENTRY.c.seq.desc())
    .limit(1)
)
_ENVELOPES = select(LOG_ENTRY.c.sha256, LOG_ENTRY.c.envelope).where(among("digests", LOG_ENTRY.c.sha256))
_TILE = select(TILE.c.data).where(TILE.c.lvl == bindparam("level"), TILE.c.n == bindparam("number"))
_GROW_TILE = (
    update(TILE)
    .where(TILE.c.lvl == bindparam("level"), TILE.c.n == bindparam("number"))
    .values(data=bindparam("grown"))
)
_ADD_TILE, _ADD_CHECKPOINT = insert(TILE), insert(CHECKPOINT)
_MOVE_HEAD = update(LOG_HEAD).values(size=bindparam("now_size"), policy_sha256=bindparam("now_policy"))


class KeyReusedError(BadInputError):
    """An idempotency key came with other bytes than the first time."""


class OutOfOrderError(ConflictError):
    """An entry does not follow the last one of its device; earlier ones must come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry in the log; ``repeated`` tells that it was there before."""

    index: int
    outcome: HubOutcome
    why: str
    envelope: bytes
    receipt: bytes
    repeated: bool = False


def recorded(row: Row[Any], *, repeated: bool = False) -> Recorded:
    """The entry of a row of the log."""
    return Recorded(
        index=row.idx,
        outcome=HubOutcome(row.outcome),
        why=row.why,
        envelope=bytes(row.envelope),
        receipt=bytes(row.receipt),
        repeated=repeated,
    )


def tile_tree(connection: Connection, earlier: TileTree | None = None) -> TileTree:
    """The hash tree as it is kept in the database; ``earlier`` is one of the same size that was written."""

    def read(level: int, number: int) -> bytes:
        data = connection.execute(_TILE, {"level": level, "number": number}).scalar_one_or_none()
        return b"" if data is None else bytes(data)

    return TileTree(read) if earlier is None else earlier.going_on(read)


class Batch:
    """What one transaction adds to the log."""

    def __init__(
        self,
        connection: Connection,
        *,
        policy: RightsPolicy,
        key: SigningKey,
        now: datetime,
        executors: frozenset[str] = frozenset(),
        tree: TileTree | None = None,
    ) -> None:
        """Lock the head; nothing is written before :meth:`close`.

        ``tree`` is that of the batch before it here, which counts when nobody else wrote in between.
        """
        self._connection = connection
        self._policy = policy
        self._key = key
        self._executors = executors
        self._ballot = Ballot(connection)
        self._now = from_ms(to_ms(now))
        head = connection.execute(_HEAD).one()
        self.origin, self.policy_sha256, self._first = head.origin, head.policy_sha256, int(head.size)
        self.tree = tree
        self._rows: list[dict[str, Any]] = []
        self._envelopes: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}
        self._heads: dict[str, ChainHead] = {}
        self._before: dict[str, Recorded] = {}
        self._owners: dict[str, Row[Any]] = {}
        self._used_keys: set[tuple[str, str]] = set()
        self._done: dict[str, Recorded] = {}

    @property
    def size(self) -> int:
        """How many entries the log has with those of this batch."""
        return self._first + len(self._rows)

    def look_up(self, entries: Sequence[tuple[SignedEntry, str]]) -> None:
        """Read what the log knows of these entries, their keys and their devices, in a few looks for all."""
        keyids = sorted({entry.value.actor.keyid for entry, _ in entries})
        ask = self._connection.execute
        digests = [entry.sha256 for entry, _ in entries]
        used = [(entry.value.actor.keyid, key) for entry, key in entries]
        for row in ask(_BEFORE, {"digests": digests, "used": used}):
            self._before[row.sha256] = recorded(row, repeated=True)
            self._used_keys.add((row.keyid, row.idempotency_key))
        self._heads = dict.fromkeys(keyids, ChainHead())
        for row in ask(_OWNERS, {"keyids": keyids}):
            self._owners[row.keyid] = row
            if row.seq is not None:
                self._heads[row.keyid] = ChainHead(next_seq=row.seq + 1, prev=row.sha256)
        self._ballot.read(entry.action_id for entry, _ in entries)
        self._read_proposals(entries)

    def add(self, entry: SignedEntry, idempotency_key: str) -> Recorded | None:
        """Record a verified entry that was looked up; gives it when it was recorded before this batch.

        Raises:
            RefusedError: its key is not enrolled any more, or is another person's.
            KeyReusedError: the idempotency key belongs to other bytes.
            OutOfOrderError: an earlier entry of the device is missing.
        """
        if entry.sha256 in self._envelopes:
            return None
        if entry.sha256 in self._before:
            return self._before[entry.sha256]
        self._require_place(entry, idempotency_key)
        judge = Judge(
            ballot=self._ballot,
            policy=self._policy,
            now=self._now,
            envelope_of=self._envelope_of,
            executors=self._executors,
        )
        judgement = judge.judge(entry, self.size)
        actor = entry.value.actor
        self._used_keys.add((actor.keyid, idempotency_key))
        self._put(
            sha256=entry.sha256,
            keyid=actor.keyid,
            seq=entry.value.seq,
            action_id=entry.action_id,
            predicate_type=entry.predicate_type,
            outcome=str(judgement.outcome),
            why=judgement.why,
            envelope=entry.envelope,
            idempotency_key=idempotency_key,
        )
        return None

    def say(self, act: TrustAct) -> int:
        """Record a statement of trust of the hub itself; gives its number."""
        owner, keyid = self._key.owner, self._key.public.keyid
        head = self._head(keyid)
        actor = Actor(user_id=owner.user_id, role=HUB_ROLE, device_id=owner.device_id, keyid=keyid)
        statement = TrustStatement(
            act=act, actor=actor, issued_at=self._now, seq=head.next_seq, prev=head.prev
        )
        envelope = sign_trust(statement, self._key).envelope
        self._put(
            sha256=sha256_hex(envelope),
            keyid=keyid,
            seq=head.next_seq,
            action_id="",
            predicate_type=TRUST_TYPE,
            outcome=str(HubOutcome.ACCEPTED),
            why="",
            envelope=envelope,
            idempotency_key=f"trust/{head.next_seq}",
        )
        return self.size - 1

    def close(self) -> None:
        """Write entries, tree, head and checkpoint; the transaction's commit makes them durable together."""
        if not self._rows:
            return
        self._ballot.write()
        goes_on = self.tree is not None and self.tree.size == self._first
        self.tree = tree = tile_tree(self._connection, self.tree if goes_on else None)
        tree.append(self._first, (leaf_hash(row["envelope"]) for row in self._rows))
        checkpoint = Checkpoint(origin=self.origin, size=self.size, root=root_of(self.size, tree.node))
        note = sign_checkpoint(checkpoint, self._key)
        for row in self._rows:
            row["receipt"] = self._receipt(row, tree, note)
            self._done[row["sha256"]] = Recorded(
                index=row["idx"],
                outcome=HubOutcome(row["outcome"]),
                why=row["why"],
                envelope=row["envelope"],
                receipt=row["receipt"],
            )
        columns = LOG_ENTRY.columns.keys()
        rows = [{name: row[name] for name in columns} for row in self._rows]
        add_rows(self._connection, LOG_ENTRY, rows)
        for (level, number), data in tree.changed.items():
            self._keep_tile(level, number, data)
        moved = {"now_size": self.size, "now_policy": self.policy_sha256}
        self._connection.execute(_MOVE_HEAD, moved)
        self._connection.execute(_ADD_CHECKPOINT, {"size": self.size, "note": note})

    def result(self, sha256: str) -> Recorded:
        """What became of an entry of this batch, after :meth:`close`; told once, then it is a repetition."""
        found = self._done[sha256]
        self._done[sha256] = replace(found, repeated=True)
        return found

    def _put(self, *, sha256: str, **values: Any) -> None:  # noqa: ANN401 - columns of one row
        trust = self._head(self._key.public.keyid).prev
        self._rows.append(
            {
                **values,
                "idx": self.size,
                "sha256": sha256,
                "received_at": to_ms(self._now),
                "trust_sha256": trust,
            }
        )
        self._envelopes[sha256] = values["envelope"]
        self._heads[values["keyid"]] = ChainHead(next_seq=values["seq"] + 1, prev=sha256)

    def _receipt(self, row: dict[str, Any], tree: TileTree, note: str) -> bytes:
        receipt = HubReceipt(
            index=row["idx"],
            entry_sha256=row["sha256"],
            outcome=HubOutcome(row["outcome"]),
            why=row["why"],
            received_at=self._now,
            trust_sha256=row["trust_sha256"],
            checkpoint=note,
            proof=proof_texts(inclusion_proof(row["idx"], self.size, tree.node)),
        )
        return sign_receipt(receipt, self._key)

    def _keep_tile(self, level: int, number: int, data: bytes) -> None:
        grown = {"level": level, "number": number, "grown": data}
        if self._connection.execute(_GROW_TILE, grown).rowcount == 0:
            self._connection.execute(_ADD_TILE, {"lvl": level, "n": number, "data": data})

    def _require_place(self, entry: SignedEntry, idempotency_key: str) -> None:
        actor, seq, prev = entry.value.actor, entry.value.seq, entry.value.prev
        owner = self._owners.get(actor.keyid)
        if owner is None or owner.revoked_index is not None:
            raise RefusedError(
                what=f"The key {actor.keyid[:12]}… does not count any more.", remedy="Enrol a new one."
            )
        if (owner.user_id, owner.device_id) != (actor.user_id, actor.device_id):
            raise RefusedError(
                what=f"The key of {owner.user_id} signed as {actor.user_id}.", remedy="Sign as yourself."
            )
        if (actor.keyid, idempotency_key) in self._used_keys:
            raise KeyReusedError(
                what=f"The idempotency key {idempotency_key!r} was used for other bytes.",
                remedy="Use one key for one entry.",
            )
        head = self._head(actor.keyid)
        if (seq, prev) != (head.next_seq, head.prev):
            raise OutOfOrderError(
                what=f"Entry {seq} of this device came where entry {head.next_seq} is expected.",
                remedy="Send the earlier entries first.",
            )

    def _head(self, keyid: str) -> ChainHead:
        if keyid not in self._heads:
            row = self._connection.execute(_LAST_OF, {"keyid": keyid}).one_or_none()
            self._heads[keyid] = (
                ChainHead() if row is None else ChainHead(next_seq=row.seq + 1, prev=row.sha256)
            )
        return self._heads[keyid]

    def _read_proposals(self, entries: Sequence[tuple[SignedEntry, str]]) -> None:
        """Read the proposals that these entries are about, at once."""
        standings = (self._ballot.standing(entry.action_id) for entry, _ in entries)
        wanted = {standing.proposal_sha256 for standing in standings if standing is not None}
        if wanted:
            rows = self._connection.execute(_ENVELOPES, {"digests": sorted(wanted)})
            self._known = {row.sha256: bytes(row.envelope) for row in rows}

    def _envelope_of(self, sha256: str) -> bytes | None:
        for known in (self._envelopes, self._known):
            if sha256 in known:
                return known[sha256]
        query = select(LOG_ENTRY.c.envelope).where(LOG_ENTRY.c.sha256 == sha256)
        found = self._connection.execute(query).scalar_one_or_none()
        return None if found is None else bytes(found)
