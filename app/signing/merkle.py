"""The hash tree of a transparency log (RFC 6962, RFC 9162): roots, proofs, and checking them.

A leaf is ``SHA-256(0x00 + entry)``, a node ``SHA-256(0x01 + left + right)``. Proofs are made from the hashes
of complete subtrees alone, which never change once they are there: ``node(level, index)`` gives the one of
``2**level`` leaves that begins at leaf ``index * 2**level``. Who checks a proof needs the two roots only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
#: The root of a log without entries.
EMPTY_ROOT = sha256(b"").digest()

NodeAt = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def root_of(size: int, node: NodeAt) -> bytes:
    """The root of the log of the first ``size`` entries."""
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeAt) -> tuple[bytes, ...]:
    """The hashes that lead from leaf ``index`` to the root of ``size`` entries, the nearest first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        message = f"leaf {index} of {size}"
        raise ValueError(message)
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: NodeAt) -> tuple[bytes, ...]:
    """The hashes that show the log of ``old`` entries to be the beginning of that of ``new``.

    Raises:
        ValueError: ``old`` is more than ``new``.
    """
    if not 0 <= old <= new:
        message = f"from {old} to {new}"
        raise ValueError(message)
    start, end, path = 0, new, list[bytes]()
    while 0 < old < end:
        middle = start + _half(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    if start:
        path.append(_range_hash(start, end, node))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf`` is number ``index`` of the ``size`` entries under that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(each) != HASH_BYTES for each in proof):
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the log of ``old`` entries is the beginning of that of ``new`` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or any(len(each) != HASH_BYTES for each in proof):
        return False
    if old in {0, new}:
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
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
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            of_new = node_hash(of_new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root


def _half(size: int) -> int:
    """The largest power of two below ``size``: where RFC 6962 parts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(start: int, end: int, node: NodeAt) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _half(size)
    return node_hash(_range_hash(start, middle, node), _range_hash(middle, end, node))
