"""The hash tree (RFC 6962, RFC 9162) and the signed checkpoints (C2SP) that entries are proved against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from app.signing.verifier.plain import Json, fail, holds, require, unbase64

NAMES = "control-tower.example"
HASH_BYTES = 32
NOTE = re.compile(
    r"([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n\n((?:\u2014 [^ \n]+ [A-Za-z0-9+/=]+\n)+)\Z",
    re.ASCII,
)


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours (RFC 6962)."""
    return sha256(b"\x01" + left + right).digest()


def hashes(texts: Sequence[str]) -> list[bytes]:
    """The hashes of a proof; one of another length could hide where one ends and the next begins."""
    found = [unbase64(text) for text in texts]
    require(all(len(each) == HASH_BYTES for each in found), "a proof holds something that is no hash")
    return found


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def continues(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162, 2.1.4.2: whether the log of ``old`` entries (at least one) begins that of ``new``."""
    if not 0 < old <= new or old == new:
        return old == new and old > 0 and not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    of_old = of_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            of_old, of_new = node(sibling, of_old), node(sibling, of_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            of_new = node(of_new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root


def note_line(name: str, kind: bytes, spki: bytes, lines: str) -> bytes | None:
    """The signature of that key among the lines of a note."""
    wanted = sha256(name.encode() + b"\n" + kind + spki[-32:]).digest()[:4]
    for line in lines.splitlines():
        _, named, data = line.split(" ")
        if named == name and unbase64(data)[:4] == wanted:
            return unbase64(data)[4:]
    return None


class Checkpoint:
    """A checkpoint of the log, signed by its key."""

    def __init__(self, note: str, spki: bytes) -> None:
        """Read and verify a note."""
        parts = NOTE.match(note)
        if parts is None:
            fail("a checkpoint is no signed note")
        self.name, self.size, self.root, self.lines = parts[1], int(parts[2]), unbase64(parts[3]), parts[4]
        self.text = f"{parts[1]}\n{parts[2]}\n{parts[3]}\n"
        require(self.name == f"{NAMES}/log/{sha256(spki).hexdigest()[:32]}", "a checkpoint is of another log")
        signature = note_line(self.name, b"\x01", spki, self.lines) or b""
        require(holds(spki, signature, self.text.encode()), "the log did not sign a checkpoint")

    def witnesses(self, keys: dict[str, Json]) -> Iterator[str]:
        """The users who cosigned it; a line that is nobody's is refused."""
        named = {f"{NAMES}/witness/{keyid[:32]}": key for keyid, key in keys.items()}
        first, *lines = self.lines.splitlines()
        names = [line.split(" ")[1] for line in lines]
        require(first.split(" ")[1] == self.name, "the log's own line is not the first")
        require(names == sorted(set(names)), "the cosignatures are not in order")
        for line, name in zip(lines, names, strict=True):
            if name not in named:
                fail("a cosignature is of nobody the log knows")
            data = note_line(name, b"\x04", named[name]["spki"], line + "\n") or b""
            message = f"cosignature/v1\ntime {int.from_bytes(data[:8])}\n{self.text}".encode()
            require(holds(named[name]["spki"], data[8:], message), "a cosignature does not hold")
            yield named[name]["user_id"]
