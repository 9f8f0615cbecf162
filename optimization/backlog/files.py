"""Reading and writing a backlog's folder: six Parquet files, those of further rules, and ``meta.json``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.parquet_columns import numbers_of, read_columns, write_columns
from optimization.backlog.refusal import refuse_bad_tables
from optimization.backlog.tables import COLUMNS, REAL_COLUMNS, RULES, Column, Sizes, Table, Tables

META_FILE = "meta.json"
SIZE_FIELDS = {
    "nodes": "n_nodes", "zones": "n_zones", "days": "n_days",
    "skus": "n_skus", "orders": "n_orders", "lines": "n_lines",
}  # fmt: skip


def read_tables(folder: Path) -> Tables:
    """Read a folder of the format.

    Raises:
        BadInputError: a file or field is missing, or a value cannot be true.
    """
    meta = _read_meta(folder / META_FILE)
    tables = Tables(
        seed=_count(meta, "seed", 0),
        sizes=Sizes(**{name: _count(meta, field) for name, field in SIZE_FIELDS.items()}),
        node_cities=_names(meta, "node_city"),
        zone_cities=_names(meta, "zone_city"),
        **{name: _read_table(folder, name, COLUMNS[name]) for name in COLUMNS},
        rules={
            name: _read_table(folder, name, columns)
            for name, columns in RULES.items()
            if (folder / f"{name}.parquet").exists()
        },
    )
    refuse_bad_tables(tables)
    return tables


def write_tables(tables: Tables, folder: Path) -> None:
    """Write a folder of the format; what was there under the same names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = {"seed": tables.seed}
    meta |= {field: getattr(tables.sizes, name) for name, field in SIZE_FIELDS.items()}
    told = meta | {"node_city": list(tables.node_cities), "zone_city": list(tables.zone_cities)}
    (folder / META_FILE).write_text(json.dumps(told, indent=1), encoding="utf-8")
    for name, columns in COLUMNS.items():
        table = tables.table(name)
        write_columns({column: table[column] for column in columns}, folder / f"{name}.parquet")
    for name, columns in RULES.items():
        file = folder / f"{name}.parquet"
        if name in tables.rules:
            table = tables.rule(name)
            write_columns({column: table[column] for column in columns}, file)
        else:
            file.unlink(missing_ok=True)


def _read_meta(file: Path) -> dict[str, object]:
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise bad_input(f"{file} is missing.") from None
    except ValueError as error:
        raise bad_input(f"{file} is no JSON: {error}.") from None
    if not isinstance(meta, dict):
        raise bad_input(f"{file} holds no fields.")
    return meta


def _count(meta: dict[str, object], field: str, default: int | None = None) -> int:
    value = meta.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_input(f"{META_FILE}, field {field}: {value!r} is no whole number.")
    return value


def _names(meta: dict[str, object], field: str) -> tuple[str, ...]:
    value = meta.get(field, [])
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _read_table(folder: Path, name: str, columns: tuple[str, ...]) -> Table:
    file = folder / f"{name}.parquet"
    try:
        found = read_columns(file)
    except FileNotFoundError:
        raise bad_input(f"{file} is missing.") from None
    except pa.ArrowInvalid as error:
        raise bad_input(f"{file} is no Parquet file: {error}.") from None
    missing = [column for column in columns if column not in found]
    if missing:
        raise bad_input(f"{name}.parquet has no field {missing[0]}.")
    return {column: _column(name, column, found[column]) for column in columns}


def _column(name: str, column: str, values: pa.ChunkedArray) -> Column:
    """One column as 64-bit numbers; nothing may be missing, and whole numbers must be whole."""
    if values.null_count:
        empty = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
        raise bad_input(f"{name}.parquet, field {column}, row {int(empty[0])}: nothing is said.")
    wanted = pa.float64() if column in REAL_COLUMNS else pa.int64()
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise bad_input(f"{name}.parquet, field {column}: {values.type} is no number.")
    try:
        return numbers_of(values, wanted)
    except pa.ArrowInvalid:
        raise bad_input(
            f"{name}.parquet, field {column}: not every value is a 64-bit whole number."
        ) from None
