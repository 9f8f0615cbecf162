"""From a row of a table to a record: each cell by its rule, and what is wrong said with row and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from connectors.files.profiles import ColumnRule, MappingProfile
from connectors.files.tables import Cell, CellKind, Table, TableRow, unreadable
from domain.checks import MAX_EXACT_INTEGER
from domain.errors import BadInputError, BadValueError
from domain.records import TYPE_OF_KIND, Entity, ref_of

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")
_YES, _NO = frozenset({"1", "yes", "y", "true", "x"}), frozenset({"0", "no", "n", "false", ""})
_DATE_BASES = {"1900": datetime(1899, 12, 30, tzinfo=UTC), "1904": datetime(1904, 1, 1, tzinfo=UTC)}
_SERIAL_DAYS = 200_000
_END_OF_DAY = timedelta(hours=23, minutes=59)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodRow:
    """A row that became a record."""

    number: int
    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class PoisonRow:
    """A row that did not; ``column`` is empty when no single cell is to blame."""

    number: int
    column: str
    code: str
    message: str
    external_id: str
    raw: bytes


class _CellFault(BadInputError):
    """One cell is wrong."""

    def __init__(self, *, what: str, column: str = "", code: str = "bad-value") -> None:
        super().__init__(what=what, remedy="Correct the row in the system that the file is from.")
        self.column = column
        self.code = code


def check_columns(table: Table, profile: MappingProfile) -> None:
    """Refuse a file without a column that the profile needs.

    Raises:
        BadInputError: one is missing.
    """
    missing = [rule.source for rule in profile.column if rule.required and rule.source not in table.columns]
    if missing:
        raise unreadable(
            f"The column {', '.join(repr(name) for name in missing)} is missing; "
            f"the file has {', '.join(repr(name) for name in table.columns if name)}."
        )


def rows_of(table: Table, profile: MappingProfile) -> Iterator[GoodRow | PoisonRow]:
    """Every row as a record, or as what is wrong with it; an id that comes twice is wrong the second time."""
    seen: dict[str, int] = {}
    for row in table.rows:
        found = _row(row, table, profile)
        if isinstance(found, GoodRow):
            identity = ref_of(found.entity).entity_id
            if identity in seen:
                found = PoisonRow(
                    number=row.number,
                    column="",
                    code="duplicate-id",
                    message=f"Row {row.number}: the id {identity!r} stands in row {seen[identity]} already.",
                    external_id=f"{profile.name}:{identity}#2",
                    raw=_raw(row, table),
                )
            else:
                seen[identity] = row.number
        yield found


def _row(row: TableRow, table: Table, profile: MappingProfile) -> GoodRow | PoisonRow:
    values: dict[str, Any] = {}
    try:
        _check_width(row, table)
        for rule in profile.column:
            _put(values, rule, _value(rule, _cell(row, table, rule), table, profile))
        identity = _filled(profile.id, values, profile.constants)
        entity = _entity({**_deep(profile.constants), **values}, identity, profile)
    except _CellFault as fault:
        return PoisonRow(
            number=row.number,
            column=fault.column,
            code=fault.code,
            message=f"Row {row.number}{f', column {fault.column!r}' if fault.column else ''}: {fault.what}.",
            external_id=_id_or_row(row, values, profile),
            raw=_raw(row, table),
        )
    return GoodRow(number=row.number, entity=entity)


def _check_width(row: TableRow, table: Table) -> None:
    if any(cell.text.strip() for cell in row.cells[len(table.columns) :]):
        raise _CellFault(what="it has more cells than there are columns", code="too-many-cells")


def _cell(row: TableRow, table: Table, rule: ColumnRule) -> Cell:
    if rule.source not in table.columns:
        return Cell("")
    place = table.columns.index(rule.source)
    return row.cells[place] if place < len(row.cells) else Cell("")


def _value(rule: ColumnRule, cell: Cell, table: Table, profile: MappingProfile) -> object:
    if cell.kind is CellKind.FORMULA:
        raise _CellFault(what="it holds a formula", column=rule.source, code="formula")
    if cell.kind is CellKind.ERROR:
        raise _CellFault(what=f"it holds the error {cell.text}", column=rule.source, code="cell-error")
    text = cell.text.strip() or rule.default
    if not text:
        if rule.required:
            raise _CellFault(what="it is empty", column=rule.source, code="missing")
        return None
    match rule.type:
        case "text":
            return _plain(cell, text)
        case "whole":
            return _whole(rule, text, profile) * rule.times
        case "cents":
            return _cents(rule, text, profile)
        case "flag":
            return _flag(rule, text)
        case "choice":
            return _choice(rule, text)
        case _:
            return _instant(rule, cell, text, table, profile)


def _plain(cell: Cell, text: str) -> str:
    """A text; a number that a spreadsheet shows as whole is written so (``4711``, not ``4711.0``)."""
    return text.removesuffix(".0") if cell.kind is CellKind.NUMBER else text


def _number(rule: ColumnRule, text: str, profile: MappingProfile) -> Decimal:
    groups, sign = (",", ".") if profile.decimal_sign == "." else (".", ",")
    whole, point, rest = text.replace(" ", "").replace("\u00a0", "").partition(sign)
    if groups in whole:
        parts = whole.lstrip("+-").split(groups)
        if not 1 <= len(parts[0]) <= 3 or any(len(part) != 3 for part in parts[1:]):  # noqa: PLR2004 - thousands
            raise _CellFault(what=f"{text!r} is no number", column=rule.source)
        whole = whole.replace(groups, "")
    plain = f"{whole}.{rest}" if point else whole
    if not _NUMBER.fullmatch(plain):
        raise _CellFault(what=f"{text!r} is no number", column=rule.source)
    return Decimal(plain)


def _whole(rule: ColumnRule, text: str, profile: MappingProfile) -> int:
    number = _number(rule, text, profile)
    if number != number.to_integral_value() or abs(number) > MAX_EXACT_INTEGER:
        raise _CellFault(what=f"{text!r} is no whole number", column=rule.source)
    return int(number)


def _cents(rule: ColumnRule, text: str, profile: MappingProfile) -> int:
    cents = _number(rule, text, profile) * 100
    if cents != cents.to_integral_value() or abs(cents) > MAX_EXACT_INTEGER:
        raise _CellFault(what=f"{text!r} is no whole number of cents", column=rule.source)
    return int(cents)


def _flag(rule: ColumnRule, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise _CellFault(what=f"{text!r} is neither yes nor no", column=rule.source)


def _choice(rule: ColumnRule, text: str) -> str:
    found = rule.choices.get(text)
    if found is None:
        known = ", ".join(rule.choices)
        raise _CellFault(what=f"{text!r} is not one of {known}", column=rule.source, code="unknown-code")
    return found


def _instant(rule: ColumnRule, cell: Cell, text: str, table: Table, profile: MappingProfile) -> datetime:
    if cell.kind is CellKind.NUMBER:
        number = Decimal(text) if _NUMBER.fullmatch(text) else Decimal(-1)
        if not 1 <= number <= _SERIAL_DAYS:
            raise _CellFault(what=f"{text!r} is no date", column=rule.source)
        seconds = int((number * 86_400).to_integral_value())
        moment = _DATE_BASES[table.date_base] + timedelta(seconds=seconds)
    else:
        shape = rule.format or ("%Y-%m-%d %H:%M" if rule.type == "datetime" else "%Y-%m-%d")
        try:
            moment = datetime.strptime(text, shape)  # noqa: DTZ007 - its zone is the profile's
        except ValueError as error:
            raise _CellFault(what=f"{text!r} is no date like {shape}", column=rule.source) from error
    if rule.type != "datetime":
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        moment += _END_OF_DAY if rule.type == "end_of_date" else timedelta()
    if moment.tzinfo is None or moment.tzinfo is UTC:
        moment = moment.replace(tzinfo=profile.zone)
    return moment.astimezone(UTC)


def _put(values: dict[str, Any], rule: ColumnRule, value: object) -> None:
    """Set a field; ``ship_to.city`` is a field of a field."""
    if value is None:
        return
    *outer, last = rule.to.split(".")
    place = values
    for name in outer:
        place = place.setdefault(name, {})
    place[last] = value


def _filled(template: str, values: Mapping[str, Any], constants: Mapping[str, Any]) -> str:
    """The id of a record, made of its own fields by the profile's template."""
    found = template
    for name in re.findall(r"\{([a-z_]+)\}", template):
        value = values.get(name, constants.get(name))
        if value is None or not str(value).strip():
            raise _CellFault(what=f"it has no {name}, which is part of its id", code="missing")
        found = found.replace("{" + name + "}", str(value))
    return found


def _entity(values: dict[str, Any], identity: str, profile: MappingProfile) -> Entity:
    kind = TYPE_OF_KIND[profile.kind]
    # The id is the first field of every entity of the domain.
    first = next(iter(kind.__dataclass_fields__))
    try:
        return msgspec.convert({**values, first: values.get(first, identity)}, kind)
    except (msgspec.ValidationError, BadValueError) as error:
        text = str(error).replace("Object missing required field", "it has no")
        raise _CellFault(what=text.replace(" - at `$", " - at `record"), code="bad-record") from error


def _deep(constants: Mapping[str, Any]) -> dict[str, Any]:
    """Constants that a row may be laid over without changing them."""
    return {name: dict(value) if isinstance(value, dict) else value for name, value in constants.items()}


def _id_or_row(row: TableRow, values: Mapping[str, Any], profile: MappingProfile) -> str:
    try:
        return _filled(profile.id, values, profile.constants)
    except _CellFault:
        return f"{profile.name}:row {row.number}"


def _raw(row: TableRow, table: Table) -> bytes:
    names = [*table.columns, *(f"#{n + 1}" for n in range(len(table.columns), len(row.cells)))]
    cells = {name: cell.text for name, cell in zip(names, row.cells, strict=False)}
    return json.dumps({"row": row.number, "cells": cells}, ensure_ascii=False).encode()
