"""A plan for a backlog: which units of which line ship from where and when; its Parquet file."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.instance import Instance, places_of
from optimization.backlog.parquet_columns import numbers_of, read_columns, write_columns
from optimization.backlog.rules import NEVER_EXPIRES
from optimization.backlog.tables import Integers

PLAN_COLUMNS = ("line", "node", "sku", "ship_day", "qty")
WAYS = ("from_node", "expedited", "expires_day")
"""Further columns of the plan of a backlog that has transfers, expedited lanes or lots."""
WITH_WAYS = ("transfers", "expedite", "lots")
LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How rows of a plan get there: whose goods they are, 1 if expedited, when a lot expires (or -1)."""

    from_node: Integers
    expedited: Integers
    expires_day: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPlan:
    """Rows of line, node, SKU, day and units, sorted; what is not in it is not shipped.

    ``ways`` is missing where all goods are the node's own, without a date, and ship in the usual mode.
    """

    line: Integers
    node: Integers
    sku: Integers
    ship_day: Integers
    qty: Integers
    ways: Ways | None = None

    @property
    def columns(self) -> dict[str, Integers]:
        """The columns by their names in the file."""
        found = {column: getattr(self, column) for column in PLAN_COLUMNS}
        return found if self.ways is None else found | {each: getattr(self.ways, each) for each in WAYS}

    @property
    def digest(self) -> str:
        """SHA-256 of the rows."""
        told = hashlib.sha256(b"plan/1\n")
        for values in self.columns.values():
            told.update(values.astype("<i8").tobytes())
        return told.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPlan:
    """A plan as the search keeps it: units and day of each pair of the instance."""

    qty: Integers
    day: Integers


def sorted_plan(
    line: Integers,
    node: Integers,
    sku: Integers,
    ship_day: Integers,
    qty: Integers,
    *,
    ways: Ways | None = None,
) -> BacklogPlan:
    """A plan in canonical order, without rows of nothing."""
    kept = qty > 0
    columns = [each[kept] for each in (line, node, sku, ship_day, qty)]
    further = [] if ways is None else [getattr(ways, each)[kept] for each in WAYS]
    order = in_order([*columns[:4], *further])
    made = [np.ascontiguousarray(each[order], dtype=np.int64) for each in (*columns, *further)]
    return BacklogPlan(
        line=made[0],
        node=made[1],
        sku=made[2],
        ship_day=made[3],
        qty=made[4],
        ways=None if ways is None else Ways(from_node=made[5], expedited=made[6], expires_day=made[7]),
    )


def in_order(columns: list[Integers]) -> Integers:
    """The places of rows sorted by their columns, the first one first; by one number a row where it fits."""
    least = [int(each.min(initial=0)) for each in columns]
    spans = [int(each.max(initial=0)) - low + 1 for each, low in zip(columns, least, strict=True)]
    if math.prod(spans) > LARGEST:
        return np.lexsort(columns[::-1])
    key = np.zeros(columns[0].size, np.int64)
    for column, low, span in zip(columns, least, spans, strict=True):
        key = key * span + (column - low)
    return np.argsort(key, kind="stable")


def plan_of_pairs(instance: Instance, pairs: PairPlan) -> BacklogPlan:
    """The plan that the search's own form stands for."""
    used = np.flatnonzero(pairs.qty > 0)
    return plan_of_units(instance, used, pairs.day[used], pairs.qty[used])


def plan_of_units(instance: Instance, pair: Integers, day: Integers, qty: Integers) -> BacklogPlan:
    """The plan that ships units of some pairs on some days, and the firm rows."""
    arrays, firm = instance.arrays, instance.tables.rule("firm")
    row, source = arrays.pair_row[pair], arrays.pair_source[pair].astype(np.int64)
    ways = None
    if any(name in instance.tables.rules for name in WITH_WAYS):
        none = np.zeros(firm["line"].size, np.int64)
        ways = Ways(
            from_node=np.append(arrays.row_node[row], firm["node"]),
            expedited=np.append(source // arrays.n_nodes, none),
            expires_day=np.append(instance.row_expires[row], none + NEVER_EXPIRES),
        )
    return sorted_plan(
        np.append(instance.line_id[arrays.pair_line[pair]], firm["line"]),
        np.append(source % arrays.n_nodes, firm["node"]),
        np.append(arrays.row_sku[row], firm["sku"]),
        np.append(day, firm["ship_day"]),
        np.append(qty, firm["qty"]),
        ways=ways,
    )


def pairs_of_plan(instance: Instance, plan: BacklogPlan) -> PairPlan:
    """A plan in the search's own form again, without the firm rows.

    Raises:
        BadInputError: the plan ships what the backlog cannot, or a pair on two days.
    """
    arrays = instance.arrays
    free = np.flatnonzero(~np.isin(plan.line, instance.tables.rule("firm")["line"]))
    none = np.zeros(plan.line.size, np.int64)
    ways = plan.ways or Ways(from_node=plan.node, expedited=none, expires_day=none + NEVER_EXPIRES)
    row, known = instance.rows_of(plan.sku[free], ways.from_node[free], ways.expires_day[free])
    source = plan.node[free] + ways.expedited[free] * arrays.n_nodes
    known &= (source >= 0) & (source < arrays.n_sources)
    rows, sources = arrays.row_sku.size, arrays.n_sources
    keys = (instance.line_id[arrays.pair_line] * rows + arrays.pair_row) * sources + arrays.pair_source
    order = np.argsort(keys, kind="stable")
    place, known = places_of(keys[order], (plan.line[free] * rows + row) * sources + source, known)
    known &= (plan.ship_day[free] >= 0) & (plan.ship_day[free] < arrays.n_days)
    if not known.all():
        raise bad_input("The plan ships what this backlog cannot.")
    pairs = order[place]
    if np.unique(pairs).size < pairs.size:
        raise bad_input(
            "The plan ships units of a line from one node on two days, which cannot be gone on from."
        )
    qty, day = np.zeros(keys.size, np.int64), np.zeros(keys.size, np.int64)
    qty[pairs], day[pairs] = plan.qty[free], plan.ship_day[free]
    return PairPlan(qty=qty, day=day)


def write_plan(plan: BacklogPlan, file: Path) -> None:
    """Write the rows as Parquet."""
    write_columns(plan.columns, file)


def read_plan(file: Path) -> BacklogPlan:
    """Read rows that were written.

    Raises:
        BadInputError: it is no plan.
    """
    try:
        found = read_columns(file)
        columns = [numbers_of(found[column], pa.int64()) for column in PLAN_COLUMNS]
        named = [numbers_of(found[column], pa.int64()) for column in WAYS if column in found]
    except (FileNotFoundError, KeyError, pa.ArrowInvalid) as error:
        raise bad_input(f"{file} is no plan: {error}.") from None
    return sorted_plan(
        *columns, ways=Ways(**dict(zip(WAYS, named, strict=True))) if len(named) == len(WAYS) else None
    )
