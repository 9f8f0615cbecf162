"""Keeping the ``peg_*`` tables in line with demand and supply: all groups, or the dirty ones only.

Rows are compared with what is stored, so that a group pegged again without a difference wakes no rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.gathering import let_go
from app.detection.pegging import Supply, shortfalls, waiting_for
from app.detection.pegs import demand, kept
from app.detection.pegs.offers import forget_bound, keep_bound, rewrite_offers
from app.store.dirt import WHOLE, mark_keys, set_changed, whole_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from app.detection.pegging import Demand, ShortPeg
    from app.detection.rule import Moment

#: By these paths a change makes a group dirty.
PEG_WAKES = (
    "order_line>peg",
    "sales_order>peg",
    "customer>peg",
    "inventory_position>peg",
    "allocation>peg",
    "inbound_supply>peg",
)
#: The paths on which a difference is marked.
PEG_PATHS = frozenset({"peg>line", "peg>supply", "peg>item", "peg>peg", "peg>order"})
MS_PER_HOUR = 3_600_000

_LINE_SHORTS = "SELECT * FROM peg_short"
_SCOPED_SHORTS = """
SELECT p.* FROM temp.peg_scope g CROSS JOIN peg_short p ON p.item_id = g.item_id AND p.node_id = g.node_id
"""
_LATES = "SELECT * FROM peg_late"
_SCOPED_LATES = """
SELECT p.* FROM temp.peg_scope g
  CROSS JOIN inbound_supply s ON s.item_id = g.item_id AND s.node_id = g.node_id
  CROSS JOIN peg_late p ON p.supply_id = s.id
"""
#: The statements that read what is stored of a scope, for the test of their plans.
SCOPED_READS = (_SCOPED_SHORTS, _SCOPED_LATES)

ShortRow = tuple[str, str, str, int, int, int, int, int | None]
LateRow = tuple[str, str, int]


def rewrite_pegs(connection: Connection, moment: Moment) -> None:
    """Peg every group anew."""
    let_go(connection, moment.gathered)
    kept.keep_all(connection, moment.gathered)
    forget_bound(connection, None)
    shorts, lates = _peg_scope(connection, moment)
    stored = {tuple(row) for row in connection.exec_driver_sql(_LINE_SHORTS)}
    waiting = {tuple(row) for row in connection.exec_driver_sql(_LATES)}
    _replace(connection, stored, shorts, waiting, lates)
    rewrite_offers(connection, None)


def refresh_pegs(connection: Connection, moment: Moment) -> None:
    """Peg the groups that changes made dirty, and mark what depends on a difference."""
    groups = _dirty_groups(connection)
    if groups is None:
        rewrite_pegs(connection, moment)
        mark_keys(connection, WHOLE, sorted(PEG_PATHS))
        return
    if not groups:
        return
    kept.keep_changed(connection, groups)
    forget_bound(connection, groups)
    shorts, lates = _peg_scope(connection, moment)
    demand.set_scope(connection, groups)
    stored = {tuple(row) for row in connection.exec_driver_sql(_SCOPED_SHORTS)}
    waiting = {tuple(row) for row in connection.exec_driver_sql(_SCOPED_LATES)}
    differing, late_differing = _replace(connection, stored, shorts, waiting, lates)
    lines = {row[0] for row in differing} | {row[1] for row in late_differing}
    mark_keys(connection, "peg>line", lines)
    mark_keys(connection, "peg>order", _orders_of(connection, lines))
    mark_keys(connection, "peg>supply", {row[0] for row in late_differing} | _supplies_of(connection, lines))
    reached = {(row[2], row[1]) for row in differing} | _groups_of(connection, lines)
    mark_keys(connection, "peg>peg", {f"{item}|{node}" for item, node in reached})
    items = {item for item, _ in reached}
    items |= rewrite_offers(connection, {item for item, _ in groups})
    mark_keys(connection, "peg>item", items)


def _groups_of(connection: Connection, lines: set[str]) -> set[tuple[str, str]]:
    """Every group in which those lines are short: what one lacks over all nodes is told in each."""
    set_changed(connection, list(lines))
    query = "SELECT DISTINCT item_id, node_id FROM peg_short WHERE line_id IN temp.changed_id"
    return {(row.item_id, row.node_id) for row in connection.exec_driver_sql(query)}


def _supplies_of(connection: Connection, lines: set[str]) -> set[str]:
    """The supplies that those lines wait for: each is told with what its lines lack."""
    set_changed(connection, list(lines))
    query = "SELECT DISTINCT supply_id FROM peg_late WHERE line_id IN temp.changed_id"
    return set(connection.exec_driver_sql(query).scalars())


def _orders_of(connection: Connection, lines: set[str]) -> list[str]:
    set_changed(connection, list(lines))
    query = "SELECT DISTINCT order_id FROM order_line WHERE id IN temp.changed_id"
    return list(connection.exec_driver_sql(query).scalars())


def _dirty_groups(connection: Connection) -> set[tuple[str, str]] | None:
    """The groups to look at; ``None`` for all."""
    whole = whole_paths(connection)
    if WHOLE in whole or not whole.isdisjoint((*PEG_WAKES, *kept.LINE_WAKES)):
        return None
    marks = ", ".join("?" * len(PEG_WAKES))
    query = f"SELECT DISTINCT key FROM dirty_scope WHERE path IN ({marks})"  # noqa: S608 - question marks
    keys = connection.exec_driver_sql(query, PEG_WAKES).scalars()
    return {(item, node) for item, _, node in (key.rpartition("|") for key in keys)}


def _peg_scope(connection: Connection, moment: Moment) -> tuple[set[ShortRow], set[LateRow]]:
    """What the groups of the scope lack, and what waits for late supply; what each binds is kept."""
    stock = demand.on_hand(connection)
    totals = kept.totals(connection)
    keep_bound(connection, ((item_id, node_id, bound) for item_id, node_id, bound, _ in totals))
    demand.set_scope(connection, [t[:2] for t in totals if t[3] > stock.get(t[:2], 0)])
    coming: dict[tuple[str, str], list[Supply]] = {}
    for row in demand.inbound(connection):
        supply = Supply(row.id, row.quantity, row.due_at, row.eta_at)
        coming.setdefault((row.item_id, row.node_id), []).append(supply)
    late_ms = moment.policy.setting("inbound_late_hours") * MS_PER_HOUR
    shorts: set[ShortRow] = set()
    lates: set[LateRow] = set()
    for group, demands in kept.wants(connection):
        there, supplies = stock.get(group, 0), coming.get(group, [])
        short = shortfalls(demands, there, supplies)
        if short:
            shorts.update(_short_rows(*group, there, short))
            lates.update(_late_rows(demands, there, supplies, short, late_ms))
    return shorts, lates


def _short_rows(item_id: str, node_id: str, there: int, short: Mapping[str, ShortPeg]) -> Iterable[ShortRow]:
    return (
        (line_id, node_id, item_id, peg.demand, peg.short, there, peg.inbound, peg.next_eta_ms)
        for line_id, peg in short.items()
    )


def _late_rows(
    demands: Sequence[Demand],
    there: int,
    supplies: Sequence[Supply],
    short: dict[str, ShortPeg],
    late_ms: int,
) -> Iterable[LateRow]:
    return (
        (supply.supply_id, line_id, units)
        for supply in supplies
        if supply.eta_ms - supply.due_ms >= late_ms
        for line_id, units in waiting_for(supply, demands, there, supplies, short).items()
    )


def _replace(
    connection: Connection,
    stored: set[Any],
    shorts: set[ShortRow],
    waiting: set[Any],
    lates: set[LateRow],
) -> tuple[set[Any], set[Any]]:
    """Write what differs; the rows that came or went, short and late."""
    for table, keys, old, new in (
        ("peg_short", "line_id = ? AND node_id = ?", stored, shorts),
        ("peg_late", "supply_id = ? AND line_id = ?", waiting, lates),
    ):
        gone = [row[:2] for row in old - new]
        if gone:
            drop = f"DELETE FROM {table} WHERE {keys}"  # noqa: S608 - constants
            connection.exec_driver_sql(drop, gone)
        fresh = list(new - old)
        if fresh:
            marks = ", ".join("?" * len(fresh[0]))
            add = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - constants
            connection.exec_driver_sql(add, fresh)
    return stored ^ shorts, waiting ^ lates
