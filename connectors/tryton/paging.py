"""Pages of a stream: driver after driver, keyset by (modification time, id), never an offset into rows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from connectors.protocol import Page
from connectors.tryton import cursor as positions
from connectors.tryton.cursor import Cursor
from connectors.tryton.reading import FIELDS, Batch, Reader
from connectors.tryton.streams import Driver, Roots, StreamReader
from connectors.tryton.tagged import Row
from connectors.tryton.values import instant, link, modified
from domain.errors import BadValueError

_ORDER = [["last_modified_at", "ASC"], ["id", "ASC"]]
#: A page's reads are joined in memory; more roots a page make no read faster.
MAX_ROWS = 500
#: What a finished pull leaves behind, made of its last cursor.
Seal = Callable[[Cursor], Cursor]


def read_page(stream: StreamReader, cursor: Cursor, limit: int, reader: Reader, seal: Seal) -> Page:
    """The next records at or after a cursor, at most ``limit``; ``seal`` is asked when they were the last."""
    rows_limit = max(1, min(limit, MAX_ROWS))
    while cursor.driver < len(stream.drivers):
        driver = stream.drivers[cursor.driver]
        rows = _changed_rows(reader, driver, cursor.positions[cursor.driver], rows_limit)
        if rows:
            return _page_of(stream, driver, rows, cursor, limit, reader, seal, full=len(rows) == rows_limit)
        cursor = msgspec.structs.replace(cursor, driver=cursor.driver + 1, skip=0)
    going_on, more = _after(stream, cursor, seal)
    return Page(records=(), rejected=(), deleted=(), cursor=going_on, more=more)


def _after(stream: StreamReader, cursor: Cursor, seal: Seal) -> tuple[str, bool]:
    """The cursor as text, closed when no driver is left, and whether there is more."""
    if cursor.driver < len(stream.drivers):
        return positions.encode(cursor), True
    done = msgspec.structs.replace(cursor, driver=0, skip=0, open=False, first=False)
    return positions.encode(seal(done)), False


def _changed_rows(reader: Reader, driver: Driver, position: tuple[int, int], limit: int) -> list[Row]:
    stamp, row_id = position
    since = instant(stamp)
    after: list[object] = [["last_modified_at", ">=", since]] if stamp else []
    if row_id:
        tied = [["last_modified_at", "=", since], ["id", ">", row_id]]
        after = [["OR", [["last_modified_at", ">", since]], tied]]
    fields = FIELDS[driver.model] if driver.is_own_root else ("last_modified_at", *driver.fields)
    return reader.client.search_read(
        driver.model, [*driver.domain, *after], fields, limit=limit, order=_ORDER
    )


def _page_of(
    stream: StreamReader,
    driver: Driver,
    rows: list[Row],
    cursor: Cursor,
    limit: int,
    reader: Reader,
    seal: Seal,
    *,
    full: bool,
) -> Page:
    batch = Batch()
    roots, last = _roots_of(driver, rows, reader, batch)
    built = stream.build(reader, roots)
    records = built.records[cursor.skip : cursor.skip + limit]
    first_part = cursor.skip == 0
    if cursor.skip + limit < len(built.records):
        following = msgspec.structs.replace(cursor, skip=cursor.skip + limit)
    else:
        known = list(cursor.positions)
        known[cursor.driver] = last or cursor.positions[cursor.driver]
        following = msgspec.structs.replace(
            cursor,
            positions=tuple(known),
            newest=max(cursor.newest, known[cursor.driver][0] if last else 0),
            driver=cursor.driver if full and last else cursor.driver + 1,
            skip=0,
        )
    if batch.rejected or built.rejected:
        following = msgspec.structs.replace(following, spoiled=True)
    going_on, more = _after(stream, following, seal)
    return Page(
        records=tuple(records),
        rejected=(*batch.rejected, *built.rejected) if first_part else (),
        deleted=tuple(built.deleted) if first_part else (),
        cursor=going_on,
        more=more,
    )


def _roots_of(
    driver: Driver, rows: list[Row], reader: Reader, batch: Batch
) -> tuple[Roots, tuple[int, int] | None]:
    """The roots of the rows and the position of the last; a row that cannot be placed is rejected."""
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
        return driver.to_roots(reader, good) if good else {}, last
    except BadValueError:
        roots: Roots = {}
        for row in good:
            try:
                roots.update(driver.to_roots(reader, [row]))
            except BadValueError as error:
                reader.reject(batch, f"{driver.model},{row.get('id')}", row, error)
        return roots, last
