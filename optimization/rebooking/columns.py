"""Whole-number columns: how arrays enter an instance, and what is refused with its field and row."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.checks import require

IntColumn: TypeAlias = NDArray[np.int64]
FloatColumn: TypeAlias = NDArray[np.float64]


def whole_numbers(values: object, name: str) -> IntColumn:
    """A read-only int64 column; refuses anything that is not a row of whole numbers."""
    found = np.asarray(values)
    require(found.ndim == 1, f"{name} has {found.ndim} dimensions, expected 1.")
    whole = found.dtype.kind == "i" or found.size == 0
    require(whole, f"{name} holds {found.dtype}, expected whole numbers.")
    column = np.ascontiguousarray(found, dtype=np.int64)
    if column is found or column.base is not None:
        column = column if not column.flags.writeable else column.copy()
    column.flags.writeable = False
    return column


def require_each(column: IntColumn, low: int, high: int, name: str) -> None:
    """Refuse a column with a value outside ``[low, high]``, naming the first such row."""
    if column.size == 0 or (int(column.min()) >= low and int(column.max()) <= high):
        return
    row = int(np.flatnonzero((column < low) | (column > high))[0])
    require(condition=False, what=f"{name} of row {row} is {int(column[row])}, expected {low} to {high}.")


def require_length(column: IntColumn, length: int, name: str) -> None:
    """Refuse a column that is longer or shorter than its table."""
    require(len(column) == length, f"{name} has {len(column)} rows, expected {length}.")
