"""The log as C2SP tiles: what monitors and auditors read, made from what the transaction kept."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.hub.hub_schema import LOG_ENTRY, LOG_HEAD, TILE
from app.signing.merkle import HASH_BYTES
from app.signing.tiles import TILE_WIDTH, TileName, parse_tile
from domain.errors import BadInputError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LENGTH = Struct(">H")


class AbsentError(BadInputError):
    """What is asked for is not there."""


def parse_path(path: str) -> TileName:
    """The tile that a path names.

    Raises:
        AbsentError: it names none.
    """
    name = parse_tile(path)
    if name is None:
        raise _absent(path)
    return name


def tile_page(connection: Connection, name: TileName) -> bytes:
    """The bytes of a tile: its hashes, or its entries with their lengths before them.

    Raises:
        AbsentError: the log has not reached so far.
    """
    if name.level < 0:
        return _entries(connection, name)
    query = select(TILE.c.data).where(TILE.c.lvl == name.level, TILE.c.n == name.number)
    data = connection.execute(query).scalar_one_or_none()
    wanted = name.width * HASH_BYTES
    if data is None or len(data) < wanted:
        raise _absent(name.path)
    return bytes(data[:wanted])


def _entries(connection: Connection, name: TileName) -> bytes:
    first = name.number * TILE_WIDTH
    if first + name.width > connection.execute(select(LOG_HEAD.c.size)).scalar_one():
        raise _absent(name.path)
    query = (
        select(LOG_ENTRY.c.envelope)
        .where(LOG_ENTRY.c.idx >= first, LOG_ENTRY.c.idx < first + name.width)
        .order_by(LOG_ENTRY.c.idx)
    )
    envelopes = [bytes(each) for each in connection.execute(query).scalars()]
    return b"".join(_LENGTH.pack(len(each)) + each for each in envelopes)


def _absent(path: str) -> AbsentError:
    return AbsentError(what=f"The log has no tile {path[:80]}.", remedy="Read the checkpoint first.")
