"""Reads typed values out of Tryton's rows; what is missing or wrong is said by field name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from connectors.tryton.tagged import Row
from domain.errors import BadValueError

_CENT = Decimal(100)
_MICRO = 1_000_000


def _bad(row: Row, field: str, wanted: str) -> BadValueError:
    shown = repr(row[field]) if field in row else "missing"
    return BadValueError(
        what=f"{field} of record {row.get('id')} is {shown}, expected {wanted}.",
        remedy="Correct the record in Tryton.",
    )


def text(row: Row, field: str) -> str:
    """A text that must be there."""
    value = row.get(field)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _bad(row, field, "a text")


def optional_text(row: Row, field: str) -> str:
    """A text, empty where Tryton has none."""
    value = row.get(field)
    return value.strip() if isinstance(value, str) else ""


def link(row: Row, field: str) -> int:
    """The id of another row (or its own) that must be there."""
    value = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _bad(row, field, "a record")


def optional_link(row: Row, field: str) -> int | None:
    """The id of another row, or None; a field that is not in the row at all is refused."""
    if field in row and row[field] is None:
        return None
    return link(row, field)


def links(row: Row, field: str) -> list[int]:
    """The ids of several rows."""
    value = row.get(field)
    if isinstance(value, list) and all(isinstance(each, int) for each in value):
        return value
    raise _bad(row, field, "records")


def reference(row: Row, field: str) -> tuple[str, int] | None:
    """The (model, id) of a reference field, or None."""
    value = row.get(field)
    if isinstance(value, str):
        model, _, number = value.partition(",")
        if number.isdigit():
            return model, int(number)
    return None


def number(row: Row, field: str) -> Decimal:
    """A quantity; Tryton sends them as floats."""
    value = row.get(field)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value))
    raise _bad(row, field, "a number")


def whole(value: Decimal, name: str) -> int:
    """A quantity as whole units.

    Raises:
        BadValueError: it has a fraction; such items cannot be counted here.
    """
    rounded = value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    if abs(value - rounded) > Decimal("0.000001"):
        raise BadValueError(
            what=f"{name} is {value}, expected whole units.", remedy="Check its unit in Tryton."
        )
    return int(rounded)


def to_cents(value: Decimal) -> int:
    """An amount in cents, half a cent to even."""
    return int((value * _CENT).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def cents(row: Row, field: str) -> int:
    """An amount that must be there, in cents."""
    return to_cents(number(row, field))


def optional_cents(row: Row, field: str) -> int | None:
    """An amount in cents, or None."""
    return None if row.get(field) is None else cents(row, field)


def optional_day(row: Row, field: str) -> date | None:
    """A date, or None."""
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _bad(row, field, "a date")


def moment(row: Row, field: str) -> datetime:
    """A time in UTC that must be there."""
    value = row.get(field)
    if isinstance(value, datetime):
        return value
    raise _bad(row, field, "a time")


def microseconds(value: datetime) -> int:
    """A time as whole microseconds since 1970, exact."""
    return int(value.timestamp()) * _MICRO + value.microsecond


def instant(micros: int) -> datetime:
    """The time of whole microseconds since 1970, exact."""
    return datetime.fromtimestamp(micros // _MICRO, UTC).replace(microsecond=micros % _MICRO)


def modified(row: Row) -> int:
    """When a row was last created or written, in microseconds."""
    return microseconds(moment(row, "last_modified_at"))
