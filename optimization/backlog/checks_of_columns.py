"""Checks of one column of numbers: what is refused is told with file, field and row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInputError
from optimization.backlog.tables import REAL_COLUMNS, Column, Integers, Table

MOST_UNITS = 10**9
MOST_CENTS = 10**12
REMEDY = "Correct it in the file, or in the system that it was written from."


def refuse(file: str, field: str, wrong: NDArray[np.bool_], values: Column, why: str) -> None:
    """Raise for the first row where ``wrong`` holds, saying its value and ``why`` it cannot be."""
    rows = np.flatnonzero(wrong)
    if rows.size:
        row = int(rows[0])
        raise bad_input(f"{file}.parquet, field {field}, row {row}: {values[row]} {why}.")


def bad_input(what: str) -> BadInputError:
    """A sentence about a file, with what to do."""
    return BadInputError(what=what, remedy=REMEDY)


def refuse_not_dense(name: str, field: str, values: Column, count: int) -> None:
    """Refuse identifiers that do not run from zero without a hole."""
    if values.size != count:
        raise bad_input(f"{name}.parquet, field {field}: {values.size} rows, expected {count}.")
    expected = np.arange(count, dtype=np.int64)
    refuse(name, field, values != expected, values, "is out of place; rows run from 0 without a hole")


def refuse_outside(name: str, field: str, values: Column, count: int, lowest: int = 0) -> None:
    """Refuse identifiers that do not exist."""
    wrong = (values < lowest) | (values >= count)
    refuse(name, field, wrong, values, f"is unknown; expected {lowest} to {count - 1}")


def refuse_repeated(name: str, field: str, keys: Column) -> None:
    """Refuse what is said twice."""
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if again.size:
        row = int(order[again[0] + 1])
        raise bad_input(f"{name}.parquet, field {field}, row {row}: said twice.")


def refuse_amounts(name: str, field: str, values: Column, most: int, lowest: int = 0) -> None:
    """Refuse amounts below the lowest, or too large to be summed exactly."""
    refuse(name, field, values < lowest, values, f"is below {lowest}")
    refuse(name, field, values > most, values, f"is above {most}, too large to be summed exactly")


def first_rows(keys: Integers, count: int) -> Integers:
    """Where each key begins in a sorted column: ``count + 1`` offsets."""
    return np.searchsorted(keys, np.arange(count + 1, dtype=np.int64)).astype(np.int64)


def refuse_uneven(name: str, table: Table, columns: tuple[str, ...]) -> None:
    """Refuse a table that lacks a field, has fields of different lengths, or what is no number."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise bad_input(f"{name}.parquet has no field {missing[0]}.")
    rows = {table[column].size for column in columns}
    if len(rows) != 1:
        raise bad_input(f"{name}.parquet has fields of different lengths.")
    for column in columns:
        values = table[column]
        if column in REAL_COLUMNS:
            refuse(name, column, ~np.isfinite(values), values, "is no finite number")
