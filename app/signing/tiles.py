"""The hash tree kept as C2SP tiles: 256 hashes each, eight levels of the tree between two levels of tiles.

A tile that is full never changes, so that anybody may keep it for ever; of the last tile of a level the
first hashes are all that is there. ``tile/<level>/<number>`` names a full one, ``.p/<width>`` a part of it,
and a number is written in groups of three digits: 1234067 is ``x001/x234/067``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.signing.merkle import HASH_BYTES, node_hash

TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS

_NUMBER = r"(?P<number>(?:x\d{3}/)*\d{3})"
_PATH = re.compile(rf"(?P<level>entries|[0-5])/{_NUMBER}(?:\.p/(?P<width>[1-9]\d{{0,2}}))?\Z")

#: Gives the hashes kept of a tile, one after another; empty bytes where there are none yet.
TileAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileName:
    """Which tile: ``level`` is -1 for the entries themselves; ``width`` how many of its places."""

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """As C2SP writes it, without the leading ``tile/``."""
        groups = [f"{self.number % 1000:03d}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{level}/{'/'.join(groups)}{part}"


def parse_tile(path: str) -> TileName | None:
    """The tile that a path after ``tile/`` names; ``None`` when it names none in the one right spelling."""
    found = _PATH.match(path)
    if found is None:
        return None
    level = -1 if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    name = TileName(level=level, number=number, width=int(found["width"] or TILE_WIDTH))
    return name if name.path == path else None


class TileTree:
    """The tree over tiles that are read when they are needed; what is appended is kept in ``changed``."""

    def __init__(self, read: TileAt) -> None:
        """Read tiles through ``read(level, number)``."""
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.changed: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of ``2**level`` leaves that is number ``index`` of its level.

        Raises:
            LookupError: the tiles do not reach so far.
        """
        known = self._nodes.get((level, index))
        if known is not None:
            return known
        tile_level, within = divmod(level, TILE_LEVELS)
        if within:
            found = node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        else:
            at = index % TILE_WIDTH * HASH_BYTES
            found = self._tile(tile_level, index // TILE_WIDTH)[at : at + HASH_BYTES]
            if len(found) != HASH_BYTES:
                message = f"no hash {index} on level {level}"
                raise LookupError(message)
        self._nodes[level, index] = found
        return found

    def append(self, size: int, leaves: Iterable[bytes]) -> int:
        """Put leaf hashes behind the first ``size``; gives the new size."""
        for leaf in leaves:
            self._put(0, size, leaf)
            size += 1
        return size

    def _put(self, tile_level: int, index: int, found: bytes) -> None:
        number, place = divmod(index, TILE_WIDTH)
        # What lies behind the head is left over of a batch that was not kept; it is cut off.
        data = self._tile(tile_level, number)[: place * HASH_BYTES] + found
        self._tiles[tile_level, number] = self.changed[tile_level, number] = data
        if place == TILE_WIDTH - 1:
            self._put(tile_level + 1, number, self._fold(tile_level, number))

    def _fold(self, tile_level: int, number: int) -> bytes:
        data = self._tiles[tile_level, number]
        row = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _tile(self, level: int, number: int) -> bytes:
        data = self._tiles.get((level, number))
        if data is None:
            data = self._tiles[level, number] = self._read(level, number)
        return data
