"""How large a number may be, so that no sum in a model can overflow or lose a cent."""

from __future__ import annotations

from collections.abc import Iterable

from domain.checks import require

MAX_CENTS = 10**9
MAX_UNITS = 10**8
MAX_GRAMS = 10**10
MAX_DAYS = 400
MAX_TRANSIT_DAYS = 365
MAX_DAY_DISTANCE = 3_650
MAX_OBJECTIVE_CENTS = 2**52


def require_range(value: int, low: int, high: int, name: str) -> None:
    """Refuse a value that is not an integer in ``[low, high]``, naming the field and row."""
    require(type(value) is int, f"{name} is {value!r}, expected a whole number.")
    require(low <= value <= high, f"{name} is {value}, expected {low} to {high}.")


def require_unique(keys: Iterable[object], name: str) -> None:
    """Refuse a repeated key, naming it."""
    seen: set[object] = set()
    for key in keys:
        require(key not in seen, f"{name} {key} is given twice.")
        seen.add(key)


def require_known(key: str, known: Iterable[str], name: str) -> None:
    """Refuse a reference to something the problem does not hold."""
    require(key in known, f"{name} {key} is unknown.")
