"""A record of the tower as a document of one system, and back: own keys, own names, own forms."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from connectors.world.rendering.dialect import Dialect
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND, Entity, ref_of

_PLAIN = frozenset({str, int, bool, type(None)})


class KeyTable:
    """A system's own keys: whole numbers in the order in which it first saw a record."""

    def __init__(self, prefix: str) -> None:
        """Begin without keys."""
        self._prefix = prefix
        self._key_of: dict[tuple[str, str], str] = {}
        self._number_of: dict[str, tuple[str, str]] = {}

    def key(self, kind: EntityKind, number: str) -> str:
        """The system's key of a record that others know by ``number``; made when it has none yet."""
        known = self._key_of.get((kind.value, number))
        if known is None:
            known = f"{self._prefix}{100_001 + len(self._key_of)}"
            self._learn(kind.value, number, known)
        return known

    def number(self, kind: EntityKind, key: str) -> str:
        """The number others know a record by.

        Raises:
            BadInputError: the system never gave that key.
        """
        found = self._number_of.get(key)
        if found is None or found[0] != kind.value:
            raise BadInputError(what=f"{key} is no key of a {kind}.", remedy="Write the world anew.")
        return found[1]

    def rows(self) -> list[tuple[str, str, str]]:
        """Kind, number and key of every record, in the order of the keys."""
        return [(kind, number, key) for (kind, number), key in self._key_of.items()]

    def learn(self, rows: typing.Iterable[tuple[str, str, str]]) -> None:
        """Take over keys that were given before."""
        for kind, number, key in rows:
            self._learn(kind, number, key)

    def _learn(self, kind: str, number: str, key: str) -> None:
        self._key_of[kind, number] = key
        self._number_of[key] = (kind, number)


def document_of(entity: Entity, *, dialect: Dialect, keys: KeyTable) -> dict[str, Any]:
    """The body of a record in the system's words; its own id becomes the system's key."""
    ref = ref_of(entity)
    body: dict[str, Any] = _out(entity, dialect)
    body[dialect.field_name("key")] = keys.key(ref.kind, ref.entity_id)
    del body[dialect.field_name(_id_field(ref.kind))]
    return body


def entity_of(kind: EntityKind, body: dict[str, Any], *, dialect: Dialect, keys: KeyTable) -> Entity:
    """The record that a body shows.

    Raises:
        BadInputError: the body is none of that kind in this dialect.
    """
    wanted = TYPE_OF_KIND[kind]
    theirs = dict(body)
    key = theirs.pop(dialect.field_name("key"), "")
    theirs[dialect.field_name(_id_field(kind))] = keys.number(kind, str(key))
    try:
        return msgspec.convert(_back(theirs, wanted, dialect), wanted)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInputError(
            what=f"A {kind} of {dialect.face} cannot be read: {error}.", remedy="Write the world anew."
        ) from error


def _out(value: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - any field of any record
    kind = type(value)
    if kind is datetime:
        return dialect.time(value)
    if kind is tuple:
        return [_out(each, dialect) for each in value]
    if kind in _PLAIN:
        return value
    names = _names(kind, dialect)  # type: ignore[arg-type] # a class is hashable
    if names is None:
        return value
    return {
        theirs: dialect.money(content) if is_money and content is not None else _out(content, dialect)
        for ours, theirs, is_money in names
        for content in (getattr(value, ours),)
    }


@cache
def _names(kind: type, dialect: Dialect) -> tuple[tuple[str, str, bool], ...] | None:
    """Our name, theirs, and whether it is an amount, of each field; ``None`` for what is no record."""
    if not is_dataclass(kind):
        return None
    return tuple(
        (each.name, dialect.field_name(each.name), each.name.endswith("_cents")) for each in fields(kind)
    )


def _back(value: dict[str, Any], wanted: type, dialect: Dialect) -> dict[str, Any]:
    hints = _hints(wanted)
    found = {}
    for name, content in value.items():
        ours = dialect.our_name(name)
        found[ours] = _field_back(ours, content, hints.get(ours), dialect)
    return found


def _field_back(name: str, content: Any, hint: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - as above
    if content is None or hint is None:
        return content
    if name.endswith("_cents"):
        return dialect.cents(content)
    inner = _inner(hint)
    if inner is datetime:
        return dialect.instant(content)
    if is_dataclass(inner) and isinstance(inner, type):
        if isinstance(content, list):
            return [_back(each, inner, dialect) for each in content]
        return _back(content, inner, dialect)
    return content


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return typing.get_type_hints(wanted)


@cache
def _inner(hint: Any) -> Any:  # noqa: ANN401 - a type annotation
    """The type inside ``X | None`` or ``tuple[X, ...]``."""
    arguments = [each for each in typing.get_args(hint) if each not in {type(None), Ellipsis}]
    return arguments[0] if arguments else hint


@cache
def _id_field(kind: EntityKind) -> str:
    """The field that holds a record's own id: the one that its reference is made of."""
    wanted = TYPE_OF_KIND[kind]
    return fields(wanted)[0].name
