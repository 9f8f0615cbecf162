"""Watching the hub's log: whatever it says next must go on from what this desk accepted last.

The desk keeps one checkpoint of the log. A receipt under a newer one counts only with the proof that the
newer log begins with the older one. A log that was rewritten cannot give that proof: both notes are kept as
evidence, nothing is carried out any more, and everybody is told.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from app.signing.merkle import EMPTY_ROOT, verify_consistency
from app.signing.notes import Checkpoint, cosign, cosigned_at, open_checkpoint, origin_of, with_lines
from app.store.ledger_evidence import LogFork
from domain.errors import CorruptError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.services.approval_room import ApprovalRoom
    from app.signing.keys import PublicKey, SigningKey

_REMEDY = (
    "Nothing more is carried out. Keep the ledger: it holds both signed checkpoints as evidence. Compare "
    "with other desks, and pin another hub only when it is known what happened."
)


class LogRewrittenError(CorruptError):
    """The hub's log is not the continuation of what it was."""


class LogPort(Protocol):
    """The hub's log as a desk watches it; ``app.hub.client.HubClient`` is one."""

    @property
    def hub_key(self) -> PublicKey:
        """The pinned key."""
        ...

    def checkpoint(self) -> str:
        """The note of the latest checkpoint."""
        ...

    def consistency(self, sizes: tuple[int, ...]) -> tuple[tuple[bytes, ...], ...]:
        """Proofs that each size is the beginning of the next one; none when the log never had a size."""
        ...

    def send_cosignature(self, old: int, proof: tuple[bytes, ...], note: str) -> int | None:
        """Give the hub a cosigned note; ``None`` when kept, else the size to go on from."""
        ...


def accept_notes(room: ApprovalRoom, hub: LogPort, notes: Iterable[str]) -> None:
    """Accept checkpoints of the hub, whose signatures hold, as one log with what was accepted before.

    Raises:
        UnavailableError: the hub cannot be reached now.
        LogRewrittenError: they are not the beginnings of one log.
    """
    origin = origin_of(hub.hub_key)
    seen = room.ledger.checkpoint_seen(origin)
    known = {} if seen is None else {open_checkpoint(seen, hub.hub_key).size: seen}
    largest = max(known, default=0)
    for note in notes:
        size = open_checkpoint(note, hub.hub_key).size
        before = known.setdefault(size, note)
        if _root(before, hub) != _root(note, hub):
            raise _rewritten(room, origin, before, note, f"two checkpoints of {size} entries differ")
        # The same checkpoint with more lines is the same log, seen by more witnesses.
        known[size] = max(before, note, key=len)
    _require_one_log(room, hub, known, seen)
    newest = max(known, default=0)
    if newest > largest or known.get(newest) != seen:
        with room.ledger.transaction() as tx:
            tx.accept_checkpoint(origin, newest, known[newest], room.now())


def require_whole_log(room: ApprovalRoom) -> None:
    """Refuse to go on when the pinned hub's log was found to be rewritten.

    Raises:
        LogRewrittenError: it was.
    """
    if room.hub_key is None:
        return
    forks = room.ledger.forks(origin_of(room.hub_key))
    if forks:
        raise LogRewrittenError(what=f"The hub's log was rewritten: {forks[0].why}.", remedy=_REMEDY)


def stand_witness(room: ApprovalRoom, hub: LogPort, key: SigningKey) -> bool:
    """Look at the log's latest checkpoint, accept it, and give the hub this desk's cosignature on it.

    Gives whether a cosignature was sent; there is nothing to cosign when the hub has it already.

    Raises:
        UnavailableError: the hub cannot be reached now.
        LogRewrittenError: the log was rewritten.
    """
    note = hub.checkpoint()
    accept_notes(room, hub, [note])
    if cosigned_at(note, key.public) is not None:
        return False
    size, old = open_checkpoint(note, hub.hub_key).size, 0
    signed = with_lines(note, [cosign(note, key, int(room.now().timestamp()))])
    # The hub knows the last size this key cosigned, and says so when another is named.
    for _ in range(2):
        proof = hub.consistency((old, size))[0] if old < size else ()
        wanted = hub.send_cosignature(old, proof, signed)
        if wanted is None:
            return True
        old = min(wanted, size)
    return False


def _require_one_log(room: ApprovalRoom, hub: LogPort, known: dict[int, str], seen: str | None) -> None:
    sizes = tuple(sorted(known))
    if len(sizes) < 2:  # noqa: PLR2004 - one is consistent with itself
        return
    proofs = hub.consistency(sizes)
    if len(proofs) != len(sizes) - 1:
        why = f"it has no proof from {sizes[0]} entries to {sizes[-1]}"
        other = next(known[size] for size in reversed(sizes) if known[size] != seen)
        raise _rewritten(room, origin_of(hub.hub_key), seen or known[sizes[0]], other, why)
    for (old, new), proof in zip(pairwise(sizes), proofs, strict=True):
        if not verify_consistency(old, new, proof, _root(known[old], hub), _root(known[new], hub)):
            why = f"the log of {new} entries does not begin with that of {old}"
            raise _rewritten(room, origin_of(hub.hub_key), known[old], known[new], why)


def _root(note: str, hub: LogPort) -> bytes:
    checkpoint: Checkpoint = open_checkpoint(note, hub.hub_key)
    return checkpoint.root if checkpoint.size else EMPTY_ROOT


def _rewritten(room: ApprovalRoom, origin: str, accepted: str, other: str, why: str) -> LogRewrittenError:
    fork = LogFork(origin=origin, accepted_note=accepted, other_note=other, why=why, found_at=room.now())
    with room.ledger.transaction() as tx:
        tx.keep_fork(fork)
    return LogRewrittenError(what=f"The hub's log was rewritten: {why}.", remedy=_REMEDY)
