"""Pages of a stream: driver after driver, keyset by (modification time, id), never an offset into rows.

Where a pull reads known rows only (``Cursor.only``), those of all drivers make one batch: a record is then
built once, whichever of its rows changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from connectors.protocol import Page
from connectors.tryton import cursor as positions
from connectors.tryton.cursor import Cursor
from connectors.tryton.reading import FIELDS, Batch, Reader
from connectors.tryton.streams import Driver, Roots, StreamReader
from connectors.tryton.tagged import Row
from connectors.tryton.values import instant, link, modified
from domain.errors import BadValueError
from domain.records import RejectedRecord

_ORDER = [["last_modified_at", "ASC"], ["id", "ASC"]]
#: A page's reads are joined in memory; more roots a page make no read faster.
MAX_ROWS = 500
#: What a finished pull leaves behind, made of its last cursor.
Seal = Callable[[Cursor], Cursor]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What changed rows lead to; ``after`` is the cursor once all of it was given."""

    roots: Roots
    rejected: list[RejectedRecord]
    after: Cursor


def read_page(stream: StreamReader, cursor: Cursor, limit: int, reader: Reader, seal: Seal) -> Page:
    """The next records at or after a cursor, at most ``limit``; ``seal`` is asked when they were the last."""
    if cursor.only is not None:
        return _page_of(stream, _news(stream, cursor, cursor.only, reader), cursor, limit, reader, seal)
    rows_limit = max(1, min(limit, MAX_ROWS))
    while cursor.driver < len(stream.drivers):
        driver = stream.drivers[cursor.driver]
        rows = _changed_rows(reader, driver, cursor.positions[cursor.driver], rows_limit)
        if rows:
            roots, rejected, last = _roots_of(driver, rows, reader)
            after = _past(cursor, last, full=len(rows) == rows_limit)
            found = _Found(roots=roots, rejected=rejected, after=after)
            return _page_of(stream, found, cursor, limit, reader, seal)
        cursor = msgspec.structs.replace(cursor, driver=cursor.driver + 1, skip=0)
    going_on, more = _after(stream, cursor, seal)
    return Page(records=(), rejected=(), deleted=(), cursor=going_on, more=more)


def _news(stream: StreamReader, cursor: Cursor, only: Sequence[Sequence[int]], reader: Reader) -> _Found:
    """What comes of the rows that were not given yet, of all drivers at once."""
    roots, rejected, newest = Roots(), list[RejectedRecord](), cursor.newest
    for driver, ids in zip(stream.drivers, only, strict=True):
        wanted: list[object] = [["id", "in", list(ids)]]
        rows = _rows(reader, driver, wanted) if ids else []
        own, bad, last = _roots_of(driver, rows, reader)
        rejected.extend(bad)
        for root, event in own.items():
            roots[root] = max(event, roots.get(root, 0))
        newest = max(newest, last[0] if last else 0)
    after = msgspec.structs.replace(cursor, driver=len(stream.drivers), newest=newest, skip=0)
    return _Found(roots=roots, rejected=rejected, after=after)


def _past(cursor: Cursor, last: tuple[int, int] | None, *, full: bool) -> Cursor:
    """The cursor behind rows of its driver of which ``last`` is the last."""
    known = list(cursor.positions)
    known[cursor.driver] = last or cursor.positions[cursor.driver]
    return msgspec.structs.replace(
        cursor,
        positions=tuple(known),
        newest=max(cursor.newest, last[0] if last else 0),
        driver=cursor.driver if full and last else cursor.driver + 1,
        skip=0,
    )


def _after(stream: StreamReader, cursor: Cursor, seal: Seal) -> tuple[str, bool]:
    """The cursor as text, closed when no driver is left, and whether there is more."""
    if cursor.driver < len(stream.drivers):
        return positions.encode(cursor), True
    done = msgspec.structs.replace(cursor, driver=0, skip=0, open=False, first=False, only=None)
    return positions.encode(seal(done)), False


def _changed_rows(reader: Reader, driver: Driver, position: tuple[int, int], limit: int) -> list[Row]:
    stamp, row_id = position
    since = instant(stamp)
    after: list[object] = [["last_modified_at", ">=", since]] if stamp else []
    if row_id:
        tied = [["last_modified_at", "=", since], ["id", ">", row_id]]
        after = [["OR", [["last_modified_at", ">", since]], tied]]
    return _rows(reader, driver, after, limit)


def _rows(reader: Reader, driver: Driver, wanted: list[object], limit: int | None = None) -> list[Row]:
    fields = FIELDS[driver.model] if driver.is_own_root else ("last_modified_at", *driver.fields)
    return reader.client.search_read(
        driver.model, [*driver.domain, *wanted], fields, limit=limit, order=_ORDER
    )


def _page_of(
    stream: StreamReader, found: _Found, cursor: Cursor, limit: int, reader: Reader, seal: Seal
) -> Page:
    built = stream.build(reader, found.roots) if found.roots else Batch()
    records = built.records[cursor.skip : cursor.skip + limit]
    first_part = cursor.skip == 0
    following = found.after
    if cursor.skip + limit < len(built.records):
        following = msgspec.structs.replace(cursor, skip=cursor.skip + limit, split=True)
    if found.rejected or built.rejected:
        following = msgspec.structs.replace(following, spoiled=True)
    going_on, more = _after(stream, following, seal)
    return Page(
        records=tuple(records),
        rejected=(*found.rejected, *built.rejected) if first_part else (),
        deleted=tuple(built.deleted) if first_part else (),
        cursor=going_on,
        more=more,
    )


def _roots_of(
    driver: Driver, rows: list[Row], reader: Reader
) -> tuple[Roots, list[RejectedRecord], tuple[int, int] | None]:
    """The roots of the rows, those that cannot be placed rejected, and the position of the last."""
    batch = Batch()
    good: list[Row] = []
    last: tuple[int, int] | None = None
    for row in rows:
        try:
            last = (modified(row), link(row, "id"))
        except BadValueError as error:
            reader.reject(batch, f"{driver.model},{row.get('id')}", row, error)
        else:
            good.append(row)
    if driver.is_own_root:
        reader.remember(driver.model, good)
    try:
        return driver.to_roots(reader, good) if good else {}, batch.rejected, last
    except BadValueError:
        roots: Roots = {}
        for row in good:
            try:
                roots.update(driver.to_roots(reader, [row]))
            except BadValueError as error:
                reader.reject(batch, f"{driver.model},{row.get('id')}", row, error)
        return roots, batch.rejected, last
