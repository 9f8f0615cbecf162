"""A plan for a backlog: which units of which line ship from where and when; its Parquet file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimization.backlog.instance import Instance
from optimization.backlog.parquet_columns import numbers_of, read_columns, write_columns
from optimization.backlog.refusal import bad_input
from optimization.backlog.tables import Integers

PLAN_COLUMNS = ("line", "node", "sku", "ship_day", "qty")


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPlan:
    """Rows of line, node, SKU, day and units, sorted; what is not in it is not shipped."""

    line: Integers
    node: Integers
    sku: Integers
    ship_day: Integers
    qty: Integers

    @property
    def digest(self) -> str:
        """SHA-256 of the rows."""
        told = hashlib.sha256(b"plan/1\n")
        for column in PLAN_COLUMNS:
            told.update(getattr(self, column).astype("<i8").tobytes())
        return told.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPlan:
    """A plan as the search keeps it: units and day of each pair of the instance."""

    qty: Integers
    day: Integers


def sorted_plan(
    line: Integers, node: Integers, sku: Integers, ship_day: Integers, qty: Integers
) -> BacklogPlan:
    """A plan in canonical order, without rows of nothing."""
    order = np.lexsort((ship_day, sku, node, line))
    order = order[qty[order] > 0]
    return BacklogPlan(
        line=np.ascontiguousarray(line[order], dtype=np.int64),
        node=np.ascontiguousarray(node[order], dtype=np.int64),
        sku=np.ascontiguousarray(sku[order], dtype=np.int64),
        ship_day=np.ascontiguousarray(ship_day[order], dtype=np.int64),
        qty=np.ascontiguousarray(qty[order], dtype=np.int64),
    )


def plan_of_pairs(instance: Instance, pairs: PairPlan) -> BacklogPlan:
    """The plan that the search's own form stands for."""
    arrays = instance.arrays
    used = np.flatnonzero(pairs.qty > 0)
    row = arrays.pair_row[used]
    return sorted_plan(
        instance.line_id[arrays.pair_line[used]],
        arrays.row_node[row],
        arrays.row_sku[row],
        pairs.day[used],
        pairs.qty[used],
    )


def write_plan(plan: BacklogPlan, file: Path) -> None:
    """Write the rows as Parquet."""
    write_columns({column: getattr(plan, column) for column in PLAN_COLUMNS}, file)


def read_plan(file: Path) -> BacklogPlan:
    """Read rows that were written.

    Raises:
        BadInputError: it is no plan.
    """
    try:
        found = read_columns(file)
        columns = [numbers_of(found[column], pa.int64()) for column in PLAN_COLUMNS]
    except (FileNotFoundError, KeyError, pa.ArrowInvalid) as error:
        raise bad_input(f"{file} is no plan: {error}.") from None
    return sorted_plan(*columns)
