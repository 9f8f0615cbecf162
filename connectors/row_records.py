"""From a row of a database or a web service to records, by a profile of the site.

A row is a table of names to values; values may be tables and lists of tables (what a service expands).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connectors.field_rules import (
    FieldFault,
    FieldRule,
    Habits,
    Text,
    entity_of,
    filled,
    put,
    raw_of,
    shared_out,
    value_of,
)
from domain.errors import BadInputError
from domain.ids import EntityKind, SourceName
from domain.records import TYPE_OF_KIND, Entity, RejectedRecord

Row = Mapping[str, object]
_PLACE = re.compile(r"\{([^{}]+)\}")
_DATES = frozenset({"date", "end_of_date", "datetime"})


class SourceRule(FieldRule, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A field of a row. ``from`` is a name, a path (``to_Partner.0.City``) or a text with names in braces.

    ``divided_by`` names the quantity that an amount is for; the field is then the amount for one.
    """

    divided_by: str = ""


class NestedRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A list inside a record: one entry for each row of the list ``each``."""

    to: Text
    each: Text
    column: tuple[SourceRule, ...]


class RecordRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One kind of record that a row gives; with ``each`` one for every row of that list inside the row."""

    kind: EntityKind
    id: Text
    column: tuple[SourceRule, ...]
    constants: dict[str, Any] = {}
    each: str = ""
    nested: tuple[NestedRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A row that became no record."""

    external_id: str
    code: str
    message: str
    raw: bytes


def rejected_record(misfit: Misfit, *, source: SourceName, stream: str, at: datetime) -> RejectedRecord:
    """A misfit as it is kept in quarantine."""
    return RejectedRecord(
        source=source,
        stream=stream,
        external_id=misfit.external_id,
        code=misfit.code,
        message=misfit.message,
        raw=misfit.raw,
        observed_at=at,
    )


def check_rules(name: str, rules: Sequence[RecordRule], carried: Sequence[EntityKind]) -> None:
    """Refuse rules for what is not carried, or for fields that records do not have.

    Raises:
        BadInputError: such a rule, by name.
    """
    for rule in rules:
        if rule.kind not in carried:
            raise _bad(name, f"it does not carry {rule.kind}, only {', '.join(sorted(carried))}")
        known = set(TYPE_OF_KIND[rule.kind].__dataclass_fields__)
        named = [*(c.to for c in rule.column), *(n.to for n in rule.nested)]
        strange = sorted({each.partition(".")[0] for each in (*named, *rule.constants)} - known)
        if strange:
            fields = ", ".join(sorted(known))
            raise _bad(name, f"{rule.kind} has no field {', '.join(strange)}; it has {fields}")
        if len(set(named)) != len(named):
            raise _bad(name, "two columns fill the same field")


def _bad(name: str, why: str) -> BadInputError:
    return BadInputError(
        what=f"The profile {name} cannot be used: {why}.",
        remedy="Compare it with the example in docs/sources.md.",
    )


def records_of(row: Row, rules: Sequence[RecordRule], habits: Habits, label: str) -> list[Entity | Misfit]:
    """Every record a row gives, in the order of the rules; ``label`` names the row in what is wrong."""
    found: list[Entity | Misfit] = []
    for rule in rules:
        found.extend(_record(part, rule, habits, label) for part in _parts(row, rule))
    return found


def ids_of(row: Row, rules: Sequence[RecordRule], habits: Habits) -> Iterator[str]:
    """The ids of the records a row gives, also of those that cannot be read."""
    for rule in rules:
        for part in _parts(row, rule):
            values: dict[str, Any] = {}
            _fill_what_goes(values, part, rule, habits)
            try:
                yield filled(rule.id, values, rule.constants)
            except FieldFault:
                continue


def _parts(row: Row, rule: RecordRule) -> Iterator[Row]:
    if not rule.each:
        yield row
        return
    for inner in _rows_at(row, rule.each):
        yield {**row, **inner}


def _rows_at(row: Row, path: str) -> list[Row]:
    found = _at(row, path)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _record(row: Row, rule: RecordRule, habits: Habits, label: str) -> Entity | Misfit:
    values: dict[str, Any] = {}
    try:
        for column in rule.column:
            put(values, column.to, _value(row, column, habits))
        for nested in rule.nested:
            values[nested.to] = [_entry({**row, **e}, nested, habits) for e in _rows_at(row, nested.each)]
        return entity_of(rule.kind, values, filled(rule.id, values, rule.constants), rule.constants)
    except FieldFault as fault:
        where = f"{label}, {fault.column}" if fault.column else label
        return Misfit(
            external_id=_id_or_label(row, rule, habits, label),
            code=fault.code,
            message=f"{where}: {fault.what}.",
            raw=raw_bytes(row),
        )


def _entry(row: Row, nested: NestedRule, habits: Habits) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for column in nested.column:
        put(entry, column.to, _value(row, column, habits))
    return entry


def _value(row: Row, column: SourceRule, habits: Habits) -> object:
    raw = raw_of(_found(row, column.source), column.source)
    if column.divided_by:
        raw = shared_out(column, raw, raw_of(_found(row, column.divided_by), column.divided_by))
    if column.type in _DATES and isinstance(raw, str) and raw and not column.format:
        raw = _iso(raw)
    return value_of(column, raw, habits)


def _iso(text: str) -> str | datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _found(row: Row, source: str) -> object:
    if "{" not in source:
        return _at(row, source)
    parts = {name: raw_of(_at(row, name), name) for name in _PLACE.findall(source)}
    if any(part == "" for part in parts.values()):
        return ""
    return _PLACE.sub(lambda name: str(parts[name.group(1)]), source)


def _at(row: object, path: str) -> object:
    """What stands at a path; a name that is not there stands for nothing."""
    for name in path.split("."):
        if isinstance(row, Mapping):
            row = row.get(name)
        elif isinstance(row, list) and name.isdigit() and int(name) < len(row):
            row = row[int(name)]
        else:
            return None
    return row


def _id_or_label(row: Row, rule: RecordRule, habits: Habits, label: str) -> str:
    values: dict[str, Any] = {}
    _fill_what_goes(values, row, rule, habits)
    try:
        return filled(rule.id, values, rule.constants)
    except FieldFault:
        return label


def _fill_what_goes(values: dict[str, Any], row: Row, rule: RecordRule, habits: Habits) -> None:
    """Set what the id may be made of, passing over what cannot be read."""
    for column in rule.column:
        if f"{{{column.to}}}" not in rule.id:
            continue
        try:
            put(values, column.to, _value(row, column, habits))
        except FieldFault:
            continue


def raw_bytes(row: Row) -> bytes:
    """A row as it was, for the quarantine."""
    return json.dumps(row, ensure_ascii=False, default=str).encode()
