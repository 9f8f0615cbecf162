"""Tryton's JSON: values that JSON lacks travel as objects with a ``__class__``."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from domain.errors import BadInputError

Row = dict[str, object]


def encode(value: object) -> object:
    """A value as Tryton wants it; times are sent as naive UTC, which is what it keeps."""
    match value:
        case datetime():
            moment = value.astimezone(UTC)
            return {
                "__class__": "datetime",
                "year": moment.year,
                "month": moment.month,
                "day": moment.day,
                "hour": moment.hour,
                "minute": moment.minute,
                "second": moment.second,
                "microsecond": moment.microsecond,
            }
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dict():
            return {str(key): encode(item) for key, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
        case _:
            return value


def decode(value: object) -> object:
    """The value behind Tryton's JSON.

    Raises:
        BadInputError: a tagged value is incomplete.
    """
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if not isinstance(kind, str):
        return {str(key): decode(item) for key, item in value.items()}
    try:
        return _decode_tagged(kind, value)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise BadInputError(
            what=f"Tryton sent a {kind} that cannot be read: {error!r}.",
            remedy="Try again; if it stays so, that server is faulty.",
        ) from error


def _decode_tagged(kind: str, value: dict[str, object]) -> object:
    if kind == "Decimal":
        return Decimal(str(value["decimal"]))
    if kind == "date":
        return date(_whole(value["year"]), _whole(value["month"]), _whole(value["day"]))
    if kind == "datetime":
        day = (_whole(value["year"]), _whole(value["month"]), _whole(value["day"]))
        time = (_whole(value["hour"]), _whole(value["minute"]), _whole(value["second"]))
        return datetime(*day, *time, _whole(value.get("microsecond", 0)), tzinfo=UTC)
    if kind == "timedelta":
        return timedelta(seconds=float(str(value["seconds"])))
    if kind == "bytes":
        return base64.b64decode(str(value["base64"]))
    return {str(key): decode(item) for key, item in value.items()}


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is no whole number")


def raw_bytes(row: Row) -> bytes:
    """A decoded row as JSON again, to keep beside a record that could not be understood."""
    return msgspec.json.encode(encode(row), enc_hook=str)
