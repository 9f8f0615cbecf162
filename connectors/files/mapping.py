"""From a row of a table to a record: each cell by its rule, and what is wrong said with row and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.field_rules import FieldFault, FieldRule, entity_of, filled, put, value_of
from connectors.files.profiles import MappingProfile
from connectors.files.tables import Cell, CellKind, Table, TableRow, unreadable
from domain.records import Entity, ref_of

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?")
_DATES = frozenset({"date", "end_of_date", "datetime"})
#: What day 0 is, by the two ways of counting; naive, as a cell says no zone.
_DATE_BASES = {"1900": datetime(1899, 12, 30), "1904": datetime(1904, 1, 1)}  # noqa: DTZ001 - see above
_SERIAL_DAYS = 200_000


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
            put(values, rule.to, _value(rule, _cell(row, table, rule), table, profile))
        identity = filled(profile.id, values, profile.constants)
        entity = entity_of(profile.kind, values, identity, profile.constants)
    except FieldFault as fault:
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
        raise FieldFault(what="it has more cells than there are columns", code="too-many-cells")


def _cell(row: TableRow, table: Table, rule: FieldRule) -> Cell:
    if rule.source not in table.columns:
        return Cell("")
    place = table.columns.index(rule.source)
    return row.cells[place] if place < len(row.cells) else Cell("")


def _value(rule: FieldRule, cell: Cell, table: Table, profile: MappingProfile) -> object:
    if cell.kind is CellKind.FORMULA:
        raise FieldFault(what="it holds a formula", column=rule.source, code="formula")
    if cell.kind is CellKind.ERROR:
        raise FieldFault(what=f"it holds the error {cell.text}", column=rule.source, code="cell-error")
    return value_of(rule, _raw_of(rule, cell, table), profile.habits)


def _raw_of(rule: FieldRule, cell: Cell, table: Table) -> str | datetime:
    """What stands in a cell; a number that a spreadsheet shows as whole is so (``4711``, not ``4711.0``)."""
    text = cell.text.strip()
    if cell.kind is not CellKind.NUMBER or not text:
        return text
    if rule.type == "text":
        return text.removesuffix(".0")
    return _of_serial(rule, text, table) if rule.type in _DATES else text


def _of_serial(rule: FieldRule, text: str, table: Table) -> datetime:
    """The local time that a spreadsheet means by a number of days."""
    number = Decimal(text) if _NUMBER.fullmatch(text) else Decimal(-1)
    if not 1 <= number <= _SERIAL_DAYS:
        raise FieldFault(what=f"{text!r} is no date", column=rule.source)
    return _DATE_BASES[table.date_base] + timedelta(seconds=int((number * 86_400).to_integral_value()))


def _id_or_row(row: TableRow, values: Mapping[str, Any], profile: MappingProfile) -> str:
    try:
        return filled(profile.id, values, profile.constants)
    except FieldFault:
        return f"{profile.name}:row {row.number}"


def _raw(row: TableRow, table: Table) -> bytes:
    names = [*table.columns, *(f"#{n + 1}" for n in range(len(table.columns), len(row.cells)))]
    cells = {name: cell.text for name, cell in zip(names, row.cells, strict=False)}
    return json.dumps({"row": row.number, "cells": cells}, ensure_ascii=False).encode()
