"""``control-tower confirm``: a backlog planned strictly class by class, as confirmation strategies ask."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import monotonic_seconds
from domain.errors import BadInputError

if TYPE_CHECKING:
    from optimization.backlog.tables import Integers, Tables

COLUMNS = ("line", "confirmed_qty", "conf_class")


def confirm(options: argparse.Namespace) -> int:
    """Plan WIN first and LOSE last, write the plan and print who gets less than was confirmed."""
    from optimization.backlog.confirmation import solve_strictly
    from optimization.backlog.files import read_tables
    from optimization.backlog.limits import BacklogLimits
    from optimization.backlog.plan import write_plan

    tables = read_tables(Path(options.problem))
    classes, confirmed = read_classes(tables, Path(options.classes))
    limits = BacklogLimits(seconds=options.time_limit, moves=options.moves)
    outcome = solve_strictly(tables, classes, confirmed, limits, options.seed, monotonic=monotonic_seconds)
    for error in outcome.audit.errors[:1]:
        raise BadInputError(what=f"The plan was refused by its audit: {error}.", remedy="Report it.")
    write_plan(outcome.plan, Path(options.out))
    below = ", ".join(map(str, outcome.below_confirmed[:20])) or "none"
    print(f"{outcome.audit.terms.total_cents} cents; below what was confirmed to IMPROVE and GAIN: {below}")
    return 0


def read_classes(tables: Tables, file: Path) -> tuple[Integers, Integers]:
    """The class of every order and the confirmed quantity of every line.

    Raises:
        BadInputError: no such file, a column or a line is missing, or an order has two classes.
    """
    import numpy as np
    import pyarrow as pa

    from optimization.backlog.parquet_columns import numbers_of, read_columns

    try:
        found = read_columns(file)
        line, units, kinds = (numbers_of(found[name], pa.int64()) for name in COLUMNS)
    except (FileNotFoundError, KeyError, pa.ArrowInvalid) as error:
        wanted = f"Give a Parquet file with {', '.join(COLUMNS)}."
        raise BadInputError(what=f"{file} has no classes: {error}.", remedy=wanted) from None
    count = tables.sizes.lines
    if line.size != count or (np.sort(line) != np.arange(count)).any():
        raise BadInputError(what=f"{file} has not every line once.", remedy="Give one row for each line.")
    confirmed, of_line = np.zeros(count, np.int64), np.zeros(count, np.int64)
    confirmed[line], of_line[line] = units, kinds
    order = tables.lines["order"]
    classes = np.zeros(tables.sizes.orders, np.int64)
    classes[order] = of_line
    for each in np.flatnonzero(classes[order] != of_line)[:1]:
        raise BadInputError(
            what=f"{file}: line {each} and another of order {order[each]} have two classes.",
            remedy="Give all lines of an order one class.",
        )
    return classes, confirmed
