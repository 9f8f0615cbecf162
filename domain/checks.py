"""Small guards that constructors use to refuse values that cannot be true."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from domain.errors import BadValueError

MAX_EXACT_INTEGER = 2**53 - 1
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
BASIS_POINTS = 10_000
"""Basis points in a whole: shares are kept as integers."""


def require(condition: bool, what: str) -> None:
    """Raise :class:`BadValueError` saying ``what`` is wrong unless ``condition`` holds."""
    if not condition:
        raise _wrong(what)


def _wrong(what: str) -> BadValueError:
    # The checks below put their sentence together only here: they run several times for every record read.
    return BadValueError(what=what, remedy="Correct the record in the system it comes from.")


def require_text(value: str, name: str) -> None:
    """Refuse an empty or blank text."""
    if not value or value.isspace():
        raise _wrong(f"{name} is empty.")


def require_sha256(value: str, name: str) -> None:
    """Refuse what is not 64 hexadecimal digits in lower case."""
    if _SHA256.match(value) is None:
        raise _wrong(f"{name} is no SHA-256 digest.")


def require_quantity(value: int, name: str) -> None:
    """Refuse a quantity below zero or beyond what JSON carries exactly."""
    if not 0 <= value <= MAX_EXACT_INTEGER:
        raise _wrong(f"{name} is {value}, expected 0 or more.")


def require_magnitude(value: int, name: str) -> None:
    """Refuse a quantity that JSON cannot carry exactly; books may say less than nothing."""
    if not abs(value) <= MAX_EXACT_INTEGER:
        raise _wrong(f"{name} is {value}, too large for a quantity.")


def require_cents(value: int, name: str) -> None:
    """Refuse an amount in cents that JSON cannot carry exactly; negative amounts are allowed."""
    if not abs(value) <= MAX_EXACT_INTEGER:
        raise _wrong(f"{name} is {value}, too large for an amount in cents.")


def require_utc(value: datetime | None, name: str) -> None:
    """Refuse a time that is naive or not in UTC; ``None`` passes."""
    if value is None or value.tzinfo is UTC:
        return
    if value.utcoffset() != timedelta(0):
        raise _wrong(f"{name} is {value.isoformat()}, expected a UTC time.")


def as_utc(value: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        BadValueError: the time is naive, so its instant is unknown.
    """
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise _wrong(f"{value.isoformat()} has no time zone.")
    return value.astimezone(UTC)
