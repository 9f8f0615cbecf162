"""One byte form for every frozen value, so that equal problems have equal digests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

FORMAT_VERSION = 1

OMITTED_WHEN_NONE = {"omitted_when_none": True}
"""For a field that came later: values without it keep the digest that they had before."""


def to_json_value(value: object) -> JsonValue:
    """The JSON shape of a frozen value made of dataclasses, tuples, text, integers and None.

    Raises:
        TypeError: the value holds a float or another type without an exact JSON form.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple | list):
        return [to_json_value(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        held = {field: getattr(value, field.name) for field in fields(value)}
        return {
            field.name: to_json_value(each)
            for field, each in held.items()
            if each is not None or "omitted_when_none" not in field.metadata
        }
    message = f"{type(value).__name__} has no exact JSON form"
    raise TypeError(message)


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces."""
    shape = to_json_value(value)
    return json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digested_bytes(value: object) -> bytes:
    """What a value's digest is taken of: its type name, format version and canonical JSON."""
    return f"{type(value).__name__}/{FORMAT_VERSION}\n".encode() + canonical_json(value)


def digest_of(value: object) -> str:
    """SHA-256 (hexadecimal) of a value's type name, format version and canonical JSON."""
    return hashlib.sha256(digested_bytes(value)).hexdigest()
