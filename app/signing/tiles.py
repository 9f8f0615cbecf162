"""The hash tree kept as C2SP tiles: 256 hashes each, eight levels of the tree between two levels of tiles.

A tile that is full never changes, so that anybody may keep it for ever; of the last tile of a level the
first hashes are all that is there. ``tile/<level>/<number>`` names a full one, ``.p/<width>`` a part of it,
and a number is written in groups of three digits: 1234067 is ``x001/x234/067``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

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
    """The tree over tiles that are read when they are needed; :attr:`changed` is what was appended."""

    def __init__(self, read: TileAt) -> None:
        """Read tiles through ``read(level, number)``."""
        self._read = read
        #: Of each tile its own hashes, and above them those of the complete subtrees within it.
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}
        self._grown: set[tuple[int, int]] = set()
        #: How many leaves there are with those appended; 0 before anything was.
        self.size = 0

    def going_on(self, read: TileAt) -> TileTree:
        """This tree to be appended to once more: it keeps the tiles that grow, and reads the others."""
        tree, number = TileTree(read), self.size
        for level in range(self.size.bit_length() // TILE_LEVELS + 1):
            number //= TILE_WIDTH
            rows = self._tiles.get((level, number))
            if rows is not None:
                tree._tiles[level, number] = rows
        return tree

    @property
    def changed(self) -> dict[tuple[int, int], bytes]:
        """The tiles that are others now, by level and number."""
        return {name: b"".join(self._tiles[name][0]) for name in self._grown}

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of ``2**level`` leaves that is number ``index`` of its level.

        Raises:
            LookupError: the tiles do not reach so far.
        """
        tile_level, within = divmod(level, TILE_LEVELS)
        number, place = divmod(index, TILE_WIDTH >> within)
        row = self._tile(tile_level, number)[within]
        if place >= len(row):
            message = f"no hash {index} on level {level}"
            raise LookupError(message)
        return row[place]

    def append(self, size: int, leaves: Iterable[bytes]) -> int:
        """Put leaf hashes behind the first ``size``; gives the new size.

        Raises:
            LookupError: the tiles do not reach so far.
        """
        for leaf in leaves:
            self._put(0, size, leaf)
            size += 1
        self.size = size
        return size

    def _put(self, tile_level: int, index: int, found: bytes) -> None:
        number, place = divmod(index, TILE_WIDTH)
        rows = self._tile(tile_level, number)
        if len(rows[0]) > place:
            # What lies behind the head is left over of a batch that was not kept; it is cut off.
            for within, row in enumerate(rows):
                del row[place >> within :]
        elif len(rows[0]) < place:
            message = f"no hash {index - 1} on tile level {tile_level}"
            raise LookupError(message)
        self._grown.add((tile_level, number))
        rows[0].append(found)
        for lower, row in pairwise(rows):
            if not place & 1:
                return
            row.append(node_hash(lower[-2], lower[-1]))
            place >>= 1
        if place:
            self._put(tile_level + 1, number, node_hash(*rows[-1]))

    def _tile(self, level: int, number: int) -> list[list[bytes]]:
        rows = self._tiles.get((level, number))
        if rows is None:
            data = self._read(level, number)
            ends = range(HASH_BYTES, len(data) + 1, HASH_BYTES)
            rows = [[data[end - HASH_BYTES : end] for end in ends]]
            while len(rows) < TILE_LEVELS:
                below = rows[-1]
                rows.append([node_hash(*pair) for pair in zip(below[::2], below[1::2], strict=False)])
            self._tiles[level, number] = rows
        return rows
