"""Checkpoints of the log as C2SP signed notes, and the lines by which witnesses cosign them.

A note is text that ends with a newline, an empty line, and signature lines ``— <name> <base64>``; the
base64 holds four bytes that name the key and then the signature. A checkpoint's text has three lines: the
log's name (its origin), how many entries it has, and the root in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from app.signing.keys import PublicKey, SigningKey
from app.signing.merkle import HASH_BYTES
from domain.checks import MAX_EXACT_INTEGER
from domain.errors import BadInputError, RefusedError

_NAMES = "control-tower.example"
LOG_KIND, WITNESS_KIND = b"\x01", b"\x04"
_KEY_ID_BYTES, _SIGNATURE_BYTES = 4, 64
_RAW_KEY_BYTES = 32
_MAX_NOTE_CHARACTERS = 8 * 1024
#: Receipts of one batch hold the same note, and a desk looks at it more than once.
KEPT_IN_MEMORY = 1024
_SIZE = re.compile(r"(0|[1-9]\d{0,15})\Z")
_LINE = re.compile(r"\u2014 (?P<name>[^\s+]+) (?P<data>[A-Za-z0-9+/]+=*)\Z")
_SECONDS = Struct(">Q")
_REMEDY = "Do not act on it; tell the hub's administrator, and keep it as evidence."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log of that origin had ``size`` entries, and this was its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of its note."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


def origin_of(hub_key: PublicKey) -> str:
    """The name of the log that a hub with that key keeps: another key is another log."""
    return f"{_NAMES}/log/{hub_key.keyid[:32]}"


def witness_of(key: PublicKey) -> str:
    """The name under which a device cosigns."""
    return f"{_NAMES}/witness/{key.keyid[:32]}"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The note of a checkpoint, signed by the log."""
    line = _line(checkpoint.origin, LOG_KIND, key.public, key.sign(checkpoint.text.encode()))
    return f"{checkpoint.text}\n{line}"


@lru_cache(maxsize=KEPT_IN_MEMORY)
def open_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint that a note says, when the log of that key signed it.

    Raises:
        BadInputError: it is no note of a checkpoint.
        RefusedError: it is of another log, or the log did not sign it.
    """
    text, lines = _parted(note)
    checkpoint = _read(text)
    if checkpoint.origin != origin_of(key):
        raise RefusedError(what=f"The checkpoint is of another log, {checkpoint.origin}.", remedy=_REMEDY)
    signatures = _signatures(lines, checkpoint.origin, LOG_KIND, key)
    if not any(key.verifies(each, text.encode()) for each in signatures):
        raise RefusedError(what="The log did not sign this checkpoint.", remedy=_REMEDY)
    return checkpoint


def cosign(note: str, key: SigningKey, at_seconds: int) -> str:
    """The line by which a witness says that it saw the checkpoint of ``note`` at that time (Unix seconds).

    Raises:
        BadInputError: it is no note of a checkpoint.
    """
    text, _ = _parted(note)
    signature = key.sign(_cosigned(text, at_seconds))
    return _line(witness_of(key.public), WITNESS_KIND, key.public, _SECONDS.pack(at_seconds) + signature)


def cosigned_at(note: str, key: PublicKey) -> int | None:
    """When the witness of that key cosigned the note (Unix seconds); ``None`` when it did not.

    Raises:
        BadInputError: it is no note of a checkpoint.
    """
    text, lines = _parted(note)
    for data in _signatures(lines, witness_of(key), WITNESS_KIND, key):
        (at_seconds,) = _SECONDS.unpack(data[: _SECONDS.size])
        if key.verifies(data[_SECONDS.size :], _cosigned(text, at_seconds)):
            return int(at_seconds)
    return None


def signature_lines(note: str) -> tuple[str, ...]:
    """The signature lines of a note, each with its newline.

    Raises:
        BadInputError: it is no note.
    """
    return tuple(f"{line}\n" for line in _parted(note)[1])


def with_lines(note: str, lines: Iterable[str]) -> str:
    """The note with further signature lines."""
    return note + "".join(lines)


def _read(text: str) -> Checkpoint:
    parts = text.split("\n")
    if len(parts) != 4 or not _SIZE.match(parts[1]):  # noqa: PLR2004 - three lines and the end of the last
        raise _malformed("it does not have the three lines of a checkpoint")
    root = _decoded(parts[2])
    if len(root) != HASH_BYTES or int(parts[1]) > MAX_EXACT_INTEGER:
        raise _malformed("its size or root is none")
    return Checkpoint(origin=parts[0], size=int(parts[1]), root=root)


def _parted(note: str) -> tuple[str, list[str]]:
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n") or len(note) > _MAX_NOTE_CHARACTERS:
        raise _malformed("it has no text, blank line and signatures")
    lines = rest[:-1].split("\n")
    if any(not _LINE.match(line) for line in lines):
        raise _malformed("a signature line has another form")
    return f"{text}\n", lines


def _signatures(lines: list[str], name: str, kind: bytes, key: PublicKey) -> list[bytes]:
    found = []
    wanted = _SIGNATURE_BYTES + (_SECONDS.size if kind == WITNESS_KIND else 0)
    for line in lines:
        parts = _LINE.match(line)
        data = _decoded(parts["data"]) if parts is not None and parts["name"] == name else b""
        if data[:_KEY_ID_BYTES] == key_id(name, kind, key) and len(data) == _KEY_ID_BYTES + wanted:
            found.append(data[_KEY_ID_BYTES:])
    return found


def key_id(name: str, kind: bytes, key: PublicKey) -> bytes:
    """The four bytes that tell whose a signature line is: they only narrow the search."""
    return sha256(name.encode() + b"\n" + kind + key.spki[-_RAW_KEY_BYTES:]).digest()[:_KEY_ID_BYTES]


def _line(name: str, kind: bytes, key: PublicKey, signature: bytes) -> str:
    return f"\u2014 {name} {_encoded(key_id(name, kind, key) + signature)}\n"


def _cosigned(text: str, at_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("its base64 is broken") from error
    if _encoded(data) != text:
        raise _malformed("its base64 is not written in the one canonical way")
    return data


def _malformed(why: str) -> BadInputError:
    return BadInputError(what=f"This is no checkpoint: {why}.", remedy=_REMEDY)
