"""The restricted JSON that is signed, and how frozen values become it and come back.

The profile: UTF-8 in NFC, names ``[a-z][a-z0-9_]*``, strings, booleans, integers within 2^53 - 1,
arrays and objects. No float, no null, no name twice, no surrogate: every reader sees the same value.
Absent is written by leaving the name out; times are RFC 3339 in UTC with milliseconds. A value that
is one of several kinds is told apart by its ``verb``, which is written beside its fields.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import types
import typing
import unicodedata
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from domain.checks import MAX_EXACT_INTEGER
from domain.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable

JsonValue: TypeAlias = str | int | bool | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject: TypeAlias = dict[str, JsonValue]
V = TypeVar("V")
#: A type as written in a hint (``tuple[Fact, ...]``, ``datetime | None``); typing has no name for it yet.
_Hint: TypeAlias = Any

MAX_BYTES = 32 * 1024
MAX_DEPTH = 16
MAX_DIGITS = 16

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_IN_TOTO_NAMES = frozenset({"_type", "predicateType", "payloadType"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
_TAG = "verb"
_REMEDY = "Do not trust this document; ask for it again from where it was signed."


def refuse(what: str) -> BadInputError:
    """The error for a document outside the profile."""
    return BadInputError(what=what, remedy=_REMEDY)


def load_strict(data: bytes) -> JsonObject:
    """Read a document of the profile; anything else is refused, nothing is repaired.

    Raises:
        BadInputError: it is too large, not UTF-8, not JSON, or outside the profile.
    """
    if len(data) > MAX_BYTES:
        raise refuse(f"A signed document has {len(data)} bytes, more than {MAX_BYTES}.")
    try:
        document = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_once,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_exact_integer,
        )
    except BadInputError:
        raise
    except (ValueError, RecursionError) as error:
        raise refuse(f"A signed document is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise refuse("A signed document is not a JSON object.")
    check_profile(document)
    return document


def check_profile(value: object, depth: int = 0) -> None:
    """Refuse a value that the profile cannot carry.

    Raises:
        BadInputError: a float, a null, an inexact integer, a text not in NFC, a bad name, or too deep.
    """
    if depth > MAX_DEPTH:
        raise refuse(f"A signed document is nested deeper than {MAX_DEPTH}.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_name(name)
            check_profile(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_profile(inner, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif not isinstance(value, int):
        raise refuse(f"A signed document holds a {type(value).__name__}.")
    elif abs(value) > MAX_EXACT_INTEGER:
        raise refuse("A signed document holds an integer that JSON cannot carry exactly.")


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not (_NAME.match(name) or name in _IN_TOTO_NAMES):
        raise refuse(f"A signed document uses the name {name!r}.")


def _check_text(text: str) -> None:
    if not text.isascii():
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise refuse("A signed document holds half a character.")
        if not unicodedata.is_normalized("NFC", text):
            raise refuse("A signed document holds text that is not in NFC.")


def _object_once(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refuse("A signed document names something twice.")
    return found


def _no_float(text: str) -> JsonValue:
    raise refuse(f"A signed document holds the inexact number {text[:20]}.")


def _exact_integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS or text == "-0":
        raise refuse("A signed document holds an integer that JSON cannot carry exactly.")
    return int(text)


def to_profile(value: object) -> JsonValue:
    """A frozen value as the profile writes it; text is brought to NFC, absent fields are left out.

    Raises:
        BadInputError: it holds something that the profile cannot carry.
    """
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Enum):
        return to_profile(value.value)
    if isinstance(value, str):
        if value.isascii():
            return value
        text = unicodedata.normalize("NFC", value)
        _check_text(text)
        return text
    if isinstance(value, tuple | list):
        return [to_profile(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_dataclass(value)
    if isinstance(value, bool | int):
        check_profile(value)
        return value
    raise refuse(f"A {type(value).__name__} cannot be signed.")


def _write_dataclass(value: _Hint) -> JsonObject:
    kind: _Hint = type(value)
    present = ((name, getattr(value, name)) for name in _names(kind))
    written = {name: to_profile(inner) for name, inner in present if inner is not None}
    tag = getattr(type(value), _TAG, None)
    if isinstance(tag, str):
        written[_TAG] = tag
    return written


def object_of(value: object) -> JsonObject:
    """A frozen dataclass as a profile object.

    Raises:
        BadInputError: it is no dataclass or holds something that the profile cannot carry.
    """
    written = to_profile(value)
    if not isinstance(written, dict):
        raise refuse(f"A {type(value).__name__} is no object.")
    return written


def from_profile(kind: type[V], data: JsonValue) -> V:
    """The value of type ``kind`` that :func:`to_profile` wrote.

    Raises:
        BadInputError: a name is missing or unknown, or a value has another type.
    """
    try:
        hint: _Hint = kind
        return typing.cast("V", _reader(hint)(data))
    except (TypeError, ValueError, KeyError, StopIteration) as error:
        if isinstance(error, BadInputError):
            raise
        raise refuse(f"A signed document does not hold a {kind.__name__}: {error}.") from error


def format_time(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, cut off; the one spelling that is signed."""
    if instant.tzinfo is None:
        raise refuse(f"{instant.isoformat()} has no time zone and cannot be signed.")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def parse_time(text: str) -> datetime:
    """The instant of a text that :func:`format_time` wrote.

    Raises:
        BadInputError: it is spelled in any other way.
    """
    if not _TIME.match(text):
        raise refuse(f"{text!r} is not a time as signed documents write it.")
    return datetime.fromisoformat(text)


@functools.cache
def _reader(kind: _Hint) -> Callable[[JsonValue], object]:
    """What reads a value of that type: found out once, because the same few types come again and again."""
    origin: object = typing.get_origin(kind)
    inner = typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return lambda data: _reader(_chosen(inner, data))(data)
    if origin is tuple:
        return lambda data: _read_tuple(inner, data)
    kind = getattr(kind, "__supertype__", kind)
    if dataclasses.is_dataclass(kind):
        return lambda data: _read_dataclass(kind, data)
    if kind is datetime:
        return lambda data: parse_time(_expect(str, data))
    if issubclass(kind, Enum):
        return typing.cast("Callable[[JsonValue], object]", kind)
    if kind in {str, int, bool}:
        return lambda data: _expect(kind, data)
    raise TypeError(f"{kind} is not part of the profile")


def _chosen(kinds: tuple[_Hint, ...], data: JsonValue) -> _Hint:
    present = [each for each in kinds if each is not type(None)]
    if len(present) == 1:
        return present[0]
    verb = _expect(dict, data).get(_TAG)
    return next(each for each in present if getattr(each, _TAG, None) == verb)


def _expect(kind: type[V], data: object) -> V:
    if type(data) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {type(data).__name__}")
    return data


def _read_tuple(inner: tuple[_Hint, ...], data: JsonValue) -> tuple[object, ...]:
    items = _expect(list, data)
    if Ellipsis in inner:
        read = _reader(inner[0])
        return tuple(read(each) for each in items)
    return tuple(_reader(kind)(each) for kind, each in zip(inner, items, strict=True))


def _read_dataclass(kind: _Hint, data: JsonValue) -> object:
    document = dict(_expect(dict, data))
    readers = _readers(kind)
    if isinstance(getattr(kind, _TAG, None), str) and document.pop(_TAG, None) != getattr(kind, _TAG):
        raise ValueError(f"it is no {getattr(kind, _TAG)}")
    unknown = document.keys() - readers.keys()
    if unknown:
        raise KeyError(f"unknown name {min(unknown)!r}")
    return kind(**{name: readers[name](each) for name, each in document.items()})


@functools.cache
def _readers(kind: _Hint) -> dict[str, Callable[[JsonValue], object]]:
    every = typing.get_type_hints(kind)
    return {name: _reader(every[name]) for name in _names(kind)}


@functools.cache
def _names(kind: _Hint) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))
