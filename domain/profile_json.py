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
_Read: TypeAlias = "Callable[[JsonValue], object]"

MAX_BYTES = 32 * 1024
MAX_DEPTH = 16
MAX_DIGITS = 16

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_IN_TOTO_NAMES = frozenset({"_type", "predicateType", "payloadType"})
#: Year 1000 and hour 24 are where libraries begin to write times in more than one way.
_TIME = re.compile(r"[1-9]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z\Z", re.ASCII)
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


def check_profile(value: Any, depth: int = 0) -> None:  # noqa: ANN401 - the value of any JSON
    """Refuse a value that the profile cannot carry.

    Raises:
        BadInputError: a float, a null, an inexact integer, a text not in NFC, a bad name, or too deep.
    """
    kind = type(value)
    if kind is str:
        _check_text(value)
    elif kind is dict or kind is list:
        if depth > MAX_DEPTH or (depth == MAX_DEPTH and value):
            raise refuse(f"A signed document is nested deeper than {MAX_DEPTH}.")
        if kind is dict:
            for name in value:
                _check_name(name)
        for inner in value.values() if kind is dict else value:
            # Most of a document are plain texts: they are looked at here, without a call for each.
            if type(inner) is not str or not inner.isascii():
                check_profile(inner, depth + 1)
    elif kind is not int and kind is not bool:
        raise refuse(f"A signed document holds a {kind.__name__}.")
    elif abs(value) > MAX_EXACT_INTEGER:
        raise refuse("A signed document holds an integer that JSON cannot carry exactly.")


@functools.lru_cache(maxsize=1024)
def _check_name(name: object) -> None:
    if not isinstance(name, str) or not (_NAME.match(name) or name in _IN_TOTO_NAMES):
        raise refuse(f"A signed document uses the name {name!r}.")


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise refuse("A signed document holds half a character.") from error
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


def to_profile(value: Any) -> JsonValue:  # noqa: ANN401 - whatever can be signed
    """A frozen value as the profile writes it; text is brought to NFC, absent fields are left out.

    Raises:
        BadInputError: it holds something that the profile cannot carry.
    """
    kind: _Hint = type(value)
    if kind is str:
        return value if value.isascii() else _normal(value)
    if kind is tuple or kind is list:
        return [to_profile(each) for each in value]
    names = _names(kind)
    if names:
        return _write_dataclass(kind, names, value)
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Enum):
        return to_profile(value.value)
    if isinstance(value, bool | int):
        check_profile(value)
        return value
    raise refuse(f"A {kind.__name__} cannot be signed.")


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    _check_text(text)
    return text


def _write_dataclass(kind: _Hint, names: tuple[str, ...], value: object) -> JsonObject:
    written: JsonObject = {}
    for name in names:
        inner = getattr(value, name)
        if inner is not None:
            written[name] = to_profile(inner)
    tag = getattr(kind, _TAG, None)
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


def from_profile(kind: type[V], data: JsonValue, *, exact: bool = False) -> V:
    """The value of type ``kind`` that :func:`to_profile` wrote.

    ``exact`` refuses a document without a name that :func:`to_profile` writes, though the value has a default
    for it: then what is read is written back as the very same document.

    Raises:
        BadInputError: a name is missing or unknown, or a value has another type.
    """
    try:
        hint: _Hint = kind
        return typing.cast("V", _reader(hint, exact)(data))
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
def _reader(kind: _Hint, exact: bool) -> _Read:
    """What reads a value of that type: found out once, because the same few types come again and again."""
    origin: object = typing.get_origin(kind)
    inner = typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return _union_reader(inner, exact)
    if origin is tuple:
        return _tuple_reader(inner, exact)
    kind = getattr(kind, "__supertype__", kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind, exact)
    if kind is datetime:
        return lambda data: parse_time(_expect(str, data))
    if issubclass(kind, Enum):
        return typing.cast("_Read", kind)
    if kind in {str, int, bool}:
        return functools.partial(_expect, kind)
    raise TypeError(f"{kind} is not part of the profile")


def _expect(kind: type[V], data: object) -> V:
    if type(data) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {type(data).__name__}")
    return data


def _union_reader(kinds: tuple[_Hint, ...], exact: bool) -> _Read:
    present = [each for each in kinds if each is not type(None)]
    if len(present) == 1:
        return _reader(present[0], exact)
    of_tag = {getattr(each, _TAG, None): _reader(each, exact) for each in present}

    def read(data: JsonValue) -> object:
        tag = _expect(dict, data).get(_TAG)
        if not isinstance(tag, str) or tag not in of_tag:
            raise ValueError(f"unknown {_TAG} {tag!r}")
        return of_tag[tag](data)

    return read


def _tuple_reader(inner: tuple[_Hint, ...], exact: bool) -> _Read:
    readers = [_reader(each, exact) for each in inner if each is not Ellipsis]
    if Ellipsis in inner:
        (read_one,) = readers
        return lambda data: tuple(read_one(each) for each in _expect(list, data))
    return lambda data: tuple(read(each) for read, each in zip(readers, _expect(list, data), strict=True))


def _dataclass_reader(kind: _Hint, exact: bool) -> _Read:
    hints = typing.get_type_hints(kind)
    readers = [(name, _reader(hints[name], exact)) for name in _names(kind)]
    tag = getattr(kind, _TAG, None)
    tagged = isinstance(tag, str)
    always = [name for name, _ in readers if exact and type(None) not in typing.get_args(hints[name])]

    def read(data: JsonValue) -> object:
        document = _expect(dict, data)
        if tagged and document.get(_TAG) != tag:
            raise ValueError(f"it is no {tag}")
        values = {name: read_one(document[name]) for name, read_one in readers if name in document}
        if len(values) != len(document) - tagged:
            raise KeyError(f"unknown name {min(document.keys() - values.keys() - {_TAG})!r}")
        if len(values) < len(readers):
            missing = [name for name in always if name not in values]
            if missing:
                raise KeyError(f"missing name {missing[0]!r}")
        return kind(**values)

    return read


@functools.cache
def _names(kind: _Hint) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()
