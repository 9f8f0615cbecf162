"""Witnesses: enrolled devices that cosign the checkpoints they saw, each one going on from its last.

The request is that of C2SP's tlog-witness, turned round: the witness sends, the log keeps.
``old <size>``, the proof's hashes in base64 one a line, an empty line, and the note with the witness's
line. So a hub that rewrites its log finds that witnesses can no longer go on, and they have the proof.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from app.hub.hub_batch import tile_tree
from app.hub.hub_schema import COSIGNATURE, DEVICE_KEY, LOG_HEAD
from app.signing.keys import PublicKey
from app.signing.merkle import EMPTY_ROOT, root_of, verify_consistency
from app.signing.notes import cosigned_at, open_checkpoint, signature_lines, witness_of
from app.store.instants import to_ms
from domain.errors import BadInputError, ConflictError, RefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from app.signing.notes import Checkpoint

MAX_PROOF_LINES = 63
_OLD = re.compile(r"old (0|[1-9]\d{0,15})\Z")


class WrongOldSizeError(ConflictError):
    """The witness goes on from another size than its last one; ``size`` is the right one."""

    def __init__(self, size: int) -> None:
        """Name the size to go on from."""
        super().__init__(what=f"Your last checkpoint here has {size} entries.", remedy="Prove from there.")
        self.size = size


class BadProofError(BadInputError):
    """The proof does not lead from the witness's last checkpoint to this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRequest:
    """What a witness sends."""

    old: int
    proof: tuple[bytes, ...]
    note: str


def witness_body(old: int, proof: tuple[bytes, ...], note: str) -> bytes:
    """The request of a witness, as bytes."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return ("\n".join(lines) + f"\n\n{note}").encode()


def read_witness(body: bytes) -> WitnessRequest:
    """The request of bytes that :func:`witness_body` wrote.

    Raises:
        BadInputError: they are none.
    """
    try:
        head, blank, note = body.decode().partition("\n\n")
        first, *proof = head.split("\n")
        old = _OLD.match(first)
        if not blank or old is None or len(proof) > MAX_PROOF_LINES:
            raise _malformed()
        hashes = tuple(base64.b64decode(each, validate=True) for each in proof)
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise _malformed() from error
    return WitnessRequest(old=int(old[1]), proof=hashes, note=note)


def take_cosignature(
    connection: Connection, request: WitnessRequest, *, hub_key: PublicKey, now: datetime
) -> tuple[str, ...]:
    """Check and keep a witness's line, in one transaction; gives every line on that checkpoint.

    Raises:
        BadInputError: it is no request, or goes backwards.
        RefusedError: the checkpoint is not this log's, or no enrolled device cosigned it.
        WrongOldSizeError: the witness goes on from another size than its last one.
        BadProofError: the proof does not hold, or this log never had that root.
    """
    connection.execute(select(LOG_HEAD.c.size).with_for_update())
    checkpoint = open_checkpoint(request.note, hub_key)
    if request.old > checkpoint.size:
        raise BadInputError(
            what="The checkpoint is older than the one before it.", remedy="Send a newer one."
        )
    witness, line = _witness(connection, request.note)
    last = _last_size(connection, witness.keyid)
    if request.old != last:
        raise WrongOldSizeError(last)
    _require_proof(connection, request, checkpoint)
    if checkpoint.size > last:
        connection.execute(
            insert(COSIGNATURE).values(
                keyid=witness.keyid, size=checkpoint.size, line=line, cosigned_at=to_ms(now)
            )
        )
    return lines_on(connection, checkpoint.size)


def lines_on(connection: Connection, size: int) -> tuple[str, ...]:
    """The cosignatures kept on the checkpoint of that size."""
    query = select(COSIGNATURE.c.line).where(COSIGNATURE.c.size == size).order_by(COSIGNATURE.c.keyid)
    return tuple(connection.execute(query).scalars())


def _witness(connection: Connection, note: str) -> tuple[PublicKey, str]:
    lines = signature_lines(note)
    query = select(DEVICE_KEY).where(DEVICE_KEY.c.revoked_index.is_(None))
    for row in connection.execute(query):
        line = _line_of(row, lines)
        key = PublicKey(bytes(row.spki)) if line else None
        if key is not None and cosigned_at(note, key) is not None:
            return key, line
    raise RefusedError(what="No enrolled device cosigned this checkpoint.", remedy="Enrol the witness first.")


def _line_of(row: Row[tuple[object, ...]], lines: tuple[str, ...]) -> str:
    name = witness_of(PublicKey(bytes(row.spki)))
    return next((line for line in lines if line.startswith(f"\u2014 {name} ")), "")


def _last_size(connection: Connection, keyid: str) -> int:
    query = select(COSIGNATURE.c.size).where(COSIGNATURE.c.keyid == keyid)
    return connection.execute(query.order_by(COSIGNATURE.c.size.desc()).limit(1)).scalar_one_or_none() or 0


def _require_proof(connection: Connection, request: WitnessRequest, checkpoint: Checkpoint) -> None:
    tree = tile_tree(connection)
    if checkpoint.size > connection.execute(select(LOG_HEAD.c.size)).scalar_one():
        raise _bad_proof()
    root = root_of(checkpoint.size, tree.node) if checkpoint.size else EMPTY_ROOT
    before = root_of(request.old, tree.node) if request.old else EMPTY_ROOT
    holds = verify_consistency(request.old, checkpoint.size, request.proof, before, checkpoint.root)
    if root != checkpoint.root or not holds:
        raise _bad_proof()


def _bad_proof() -> BadProofError:
    return BadProofError(
        what="The proof does not lead from your last checkpoint to this one.",
        remedy="Keep both checkpoints as evidence, and tell the administrator.",
    )


def _malformed() -> BadInputError:
    return BadInputError(
        what="This is no request of a witness.", remedy="Send old SIZE, the proof, an empty line, the note."
    )
