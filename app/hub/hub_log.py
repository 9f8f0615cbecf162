"""The hub's log: verifies what desks send, adds it in one order for all, and proves that it is there.

An entry whose signature and chain hold is always recorded, even when it is refused: a second
decision on the same proposal stays as evidence, and its device's chain goes on. Only what cannot be
attributed to an enrolled device is turned away without a trace.

Writing is by batches: :mod:`app.hub.clerk` hands over what has come in by then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, select, update

from app.hub.enrolment import EnrolmentRequest, admit, revoke
from app.hub.hub_batch import Batch, Recorded, recorded, tile_tree
from app.hub.hub_database import known_hub_errors
from app.hub.hub_schema import CHECKPOINT, DEVICE_KEY, LOG_ENTRY, LOG_HEAD
from app.hub.tile_pages import AbsentError, parse_path, tile_page
from app.hub.witness import lines_on, read_witness, take_cosignature
from app.signing.canonical import digest_of, sha256_hex
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from app.signing.notes import open_checkpoint, origin_of, with_lines
from app.signing.receipts import open_receipt
from app.signing.statements import SignedEntry, open_entry
from app.signing.tiles import TileTree
from app.store.engine import reading
from domain.errors import BadInputError, RefusedError, TowerError
from domain.ids import UserId
from domain.trust import EnforcePolicy

if TYPE_CHECKING:
    from domain.clock import Clock
    from domain.rights import RightsPolicy

MAX_FEED = 200
#: How many sizes one question for consistency may name.
MAX_SIZES = MAX_FEED + 1


class _UnknownKeyError(LookupError):
    """The key is not in memory; the database may have it."""


class HubLog:
    """The log on a database, with the rights that hold and the key that signs receipts."""

    def __init__(
        self,
        *,
        engine: Engine,
        policy: RightsPolicy,
        key: SigningKey,
        clock: Clock,
        executors: frozenset[str] = frozenset(),
        counts_device: Callable[[str], bool] = lambda _keyid: True,
    ) -> None:
        """Serve the log in ``engine``, made by ``open_hub_database``; new decision rights are put into it.

        ``executors`` are the keys that the trust root lets carry anything out; none: any that rights name.
        ``counts_device`` tells whether the trust root names a key, or names none.

        Raises:
            BadInputError: the database is the log of a hub with another key.
        """
        self._engine = engine
        self._reader = reading(engine)
        self._policy = policy
        self._key = key
        self._clock = clock
        self._executors = executors
        self._counts_device = counts_device
        self._one_writer = threading.Lock()
        self._keys: dict[str, PublicKey] = {}
        self._tree: TileTree | None = None
        self._found()

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
        return self.record(self.verified(envelope), idempotency_key)

    def verified(self, envelope: bytes) -> SignedEntry:
        """An entry whose signature is that of an enrolled device; whether that still counts is asked later.

        Raises:
            BadInputError: it is malformed or too large.
            RefusedError: it is not signed by an enrolled device.
        """
        return open_entry(envelope, self._known_key)

    def verified_from_memory(self, envelope: bytes) -> SignedEntry | None:
        """What :meth:`verified` gives, without waiting for the database; ``None`` when that takes a look.

        Raises:
            BadInputError: it is malformed or too large.
            RefusedError: it is not signed by the device that it names.
        """

        def known(keyid: str) -> PublicKey:
            try:
                return self._keys[keyid]
            except KeyError as error:
                raise _UnknownKeyError(keyid) from error

        try:
            return open_entry(envelope, known)
        except _UnknownKeyError:
            return None

    def record(self, entry: SignedEntry, idempotency_key: str) -> Recorded:
        """Record a verified entry; the same bytes again give the same answer.

        Raises:
            RefusedError: its key counts no more.
            KeyReusedError: the idempotency key belongs to other bytes.
            OutOfOrderError: an earlier entry of the device is missing.
        """
        (answer,) = self.record_all(((entry, idempotency_key),))
        if isinstance(answer, TowerError):
            raise answer
        return answer

    def record_all(self, entries: Sequence[tuple[SignedEntry, str]]) -> list[Recorded | TowerError]:
        """Record verified entries, each with its idempotency key, in one transaction; nobody goes unanswered.

        Each answer is what :meth:`record` would give or raise. What is refused does not hold up the others.
        """
        try:
            with self._batch() as (_, batch):
                batch.look_up(entries)
                found = [_added(batch, entry, key) for entry, key in entries]
            return [
                batch.result(entry.sha256) if answer is None else answer
                for (entry, _), answer in zip(entries, found, strict=True)
            ]
        except TowerError as error:
            return [error] * len(entries)

    def enrol(self, request: EnrolmentRequest, *, token: str) -> str:
        """Let a device in, put that into the log, and say how: ``token`` or ``first_use``.

        Raises:
            RefusedError: no proof, a wrong token, a revoked key, or nobody the decision rights know.
            ConflictError: first use is over for that person and device.
        """
        if not self._counts_device(request.public_key.keyid):
            raise RefusedError(
                what=f"The trust root does not name the key {request.public_key.keyid}.",
                remedy="Have its administrators sign it: control-tower root rotate --device-key KEY.",
            )
        with self._batch() as (connection, batch):
            method, act = admit(connection, self._policy, request, token=token, now=self._clock.now())
            if act is not None:
                batch.say(act)
            return method

    def revoke(self, keyid: str, reason: str) -> int:
        """Let a key count no more from here on; gives the number of the statement in the log.

        Raises:
            BadInputError: no such key is enrolled, or it is revoked already.
        """
        with self._batch() as (connection, batch):
            index = batch.say(revoke(connection, keyid, reason))
            connection.execute(
                update(DEVICE_KEY).where(DEVICE_KEY.c.keyid == keyid).values(revoked_index=index)
            )
            return index

    def feed(self, after: int, limit: int = MAX_FEED) -> tuple[Recorded, ...]:
        """Entries after number ``after``, in order; -1 starts at the beginning."""
        query = (
            select(LOG_ENTRY)
            .where(LOG_ENTRY.c.idx > after)
            .order_by(LOG_ENTRY.c.idx)
            .limit(max(1, min(limit, MAX_FEED)))
        )
        with self._reading() as connection:
            return tuple(recorded(row) for row in connection.execute(query))

    def entry(self, index: int) -> Recorded:
        """Entry number ``index``.

        Raises:
            AbsentError: the log is shorter.
        """
        with self._reading() as connection:
            row = connection.execute(select(LOG_ENTRY).where(LOG_ENTRY.c.idx == index)).one_or_none()
        if row is None:
            raise AbsentError(what=f"The log has no entry {index}.", remedy="Read the feed.")
        return recorded(row)

    def checkpoint(self) -> str:
        """The note of the latest checkpoint, with the lines of its witnesses."""
        query = select(CHECKPOINT).order_by(CHECKPOINT.c.size.desc()).limit(1)
        with self._reading() as connection:
            row = connection.execute(query).one()
            return with_lines(row.note, lines_on(connection, row.size))

    def tile(self, path: str) -> bytes:
        """The tile of that path after ``tile/``.

        Raises:
            AbsentError: it names none, or the log has not reached so far.
        """
        name = parse_path(path)
        with self._reading() as connection:
            return tile_page(connection, name)

    def witness(self, body: bytes) -> tuple[str, ...]:
        """Keep the cosignature that a witness sends; gives every line on that checkpoint.

        Raises:
            BadInputError: it is no request, or its proof does not hold.
            RefusedError: the checkpoint is not this log's, or no enrolled device cosigned it.
            ConflictError: the witness goes on from another size than its last one.
        """
        request = read_witness(body)
        with self._one_writer, known_hub_errors(self._engine), self._engine.begin() as connection:
            return take_cosignature(connection, request, hub_key=self.public_key, now=self._clock.now())

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        """For each two neighbours of ``sizes`` the proof that the smaller log begins the larger one.

        Raises:
            BadInputError: they do not rise, are too many, or go beyond the log.
        """
        rising = all(before < after for before, after in pairwise(sizes))
        if not rising or not 1 < len(sizes) <= MAX_SIZES or sizes[0] < 0:
            raise BadInputError(what="The sizes do not rise.", remedy="Name two to 201 rising sizes.")
        with self._reading() as connection:
            if sizes[-1] > connection.execute(select(LOG_HEAD.c.size)).scalar_one():
                raise AbsentError(
                    what=f"The log never had {sizes[-1]} entries.", remedy="Keep your checkpoint."
                )
            tree = tile_tree(connection)
            return tuple(consistency_proof(old, new, tree.node) for old, new in pairwise(sizes))

    def device_key(self, keyid: str) -> PublicKey | None:
        """The enrolled public key of that id, unless it was revoked."""
        query = select(DEVICE_KEY.c.spki).where(
            DEVICE_KEY.c.keyid == keyid, DEVICE_KEY.c.revoked_index.is_(None)
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None or not self._counts_device(keyid) else PublicKey(bytes(row.spki))

    def _known_key(self, keyid: str) -> PublicKey | None:
        """The key of an enrolled device, remembered; whether it still counts is asked when it is recorded."""
        found = self._keys.get(keyid)
        if found is None:
            found = self.device_key(keyid)
            if found is not None:
                self._keys[keyid] = found
        return found

    def devices(self) -> tuple[tuple[KeyOwner, PublicKey, str], ...]:
        """Every enrolled device: its owner, key and how it was let in."""
        query = select(DEVICE_KEY).order_by(DEVICE_KEY.c.enrolled_at, DEVICE_KEY.c.keyid)
        with self._reading() as connection:
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
        """Check every entry, receipt and checkpoint against the tree made anew; problems in words."""
        problems: list[str] = []
        tree = TileTree(lambda _level, _number: b"")
        with self._reading() as connection:
            rows = connection.execute(select(LOG_ENTRY).order_by(LOG_ENTRY.c.idx)).all()
            notes = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.size)).all()
            size = connection.execute(select(LOG_HEAD.c.size)).scalar_one()
            kept = tile_tree(connection)
            tree.append(0, (leaf_hash(bytes(row.envelope)) for row in rows))
            if size != len(rows):
                problems.append(f"The log should have {size} records and has {len(rows)}.")
            elif size and _root(kept, size) != root_of(size, tree.node):
                problems.append("The kept tree is not that of the records.")
        for place, row in enumerate(rows):
            if (row.idx, row.sha256) != (place, sha256_hex(bytes(row.envelope))):
                problems.append(f"Record {row.idx} was changed, moved or follows a missing one.")
            problems.extend(self._check_receipt(row, tree, len(rows)))
        problems.extend(self._check_note(row.size, row.note, tree, len(rows)) for row in notes)
        return tuple(problem for problem in problems if problem)

    def _check_receipt(self, row: Any, tree: TileTree, count: int) -> Iterator[str]:  # noqa: ANN401 - a row
        try:
            receipt = open_receipt(bytes(row.receipt), self.public_key, bytes(row.envelope))
        except TowerError as error:
            yield f"Record {row.idx}: {error.what}"
            return
        if (receipt.index, str(receipt.outcome), receipt.why) != (row.idx, row.outcome, row.why):
            yield f"Record {row.idx} says something else than its receipt."
        noted = open_checkpoint(receipt.checkpoint, self.public_key)
        yield self._check_note(noted.size, receipt.checkpoint, tree, count)

    def _check_note(self, size: int, note: str, tree: TileTree, count: int) -> str:
        try:
            checkpoint = open_checkpoint(note, self.public_key)
        except TowerError as error:
            return f"Checkpoint {size}: {error.what}"
        if checkpoint.size != size or size > count:
            return f"Checkpoint {size} is of another size than the log ever had."
        root = root_of(size, tree.node) if size else EMPTY_ROOT
        return "" if root == checkpoint.root else f"Checkpoint {size} is not the root of the records."

    def _found(self) -> None:
        """Name a new log by its key, and put the decision rights into it when they are other ones."""
        origin = origin_of(self.public_key)
        wanted = EnforcePolicy(policy=self._policy, policy_sha256=digest_of(self._policy))
        with self._batch() as (connection, batch):
            named = connection.execute(select(LOG_HEAD.c.origin)).scalar_one()
            if named not in {"", origin}:
                raise BadInputError(
                    what=f"The hub's database is the log {named}, which another key signs.",
                    remedy="Start the hub with the folder that holds its key, or with an empty database.",
                )
            if not named:
                connection.execute(update(LOG_HEAD).values(origin=origin))
                batch.origin = origin
            if batch.policy_sha256 != wanted.policy_sha256:
                batch.policy_sha256 = wanted.policy_sha256
                batch.say(wanted)

    @contextmanager
    def _batch(self) -> Iterator[tuple[Connection, Batch]]:
        with self._one_writer, known_hub_errors(self._engine):
            tree, self._tree = self._tree, None
            with self._engine.begin() as connection:
                batch = Batch(
                    connection,
                    policy=self._policy,
                    key=self._key,
                    now=self._clock.now(),
                    executors=self._executors,
                    tree=tree,
                )
                yield connection, batch
                batch.close()
            # Only what was committed is gone on from.
            self._tree = batch.tree

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with known_hub_errors(self._engine), self._reader.connect() as connection:
            yield connection


def _added(batch: Batch, entry: SignedEntry, key: str) -> Recorded | TowerError | None:
    try:
        return batch.add(entry, key)
    except TowerError as error:
        return error


def _root(tree: TileTree, size: int) -> bytes:
    try:
        return root_of(size, tree.node)
    except LookupError:
        return b""
