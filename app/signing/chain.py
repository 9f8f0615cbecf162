"""The chain of each device: every entry names the one before it, so that a gap or a swap shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.approvals import CHAIN_START


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One entry as a link: whose chain, which place, the digest before it, its own digest."""

    keyid: str
    seq: int
    prev: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """Where the next entry of a device goes."""

    next_seq: int = 1
    prev: str = CHAIN_START


def check_chain(links: Iterable[ChainLink]) -> tuple[str, ...]:
    """What is wrong with the chains, in words; nothing when each runs unbroken from its start."""
    problems: list[str] = []
    heads: dict[str, ChainHead] = {}
    for link in sorted(links, key=lambda each: (each.keyid, each.seq)):
        head = heads.get(link.keyid, ChainHead())
        if link.seq != head.next_seq:
            problems.append(
                f"Device {link.keyid[:12]}: entry {link.seq} follows where {head.next_seq} is expected."
            )
        elif link.prev != head.prev:
            problems.append(f"Device {link.keyid[:12]}: entry {link.seq} does not follow the one before it.")
        heads[link.keyid] = ChainHead(next_seq=link.seq + 1, prev=link.sha256)
    return tuple(problems)
