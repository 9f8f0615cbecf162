"""Columns of whole numbers and floats in Parquet files, without what a start-up need not wait for.

PyArrow loads pandas to hand an array over to numpy, and its datasets to read a file by name; plain columns
need neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from optimization.backlog.tables import Column


def read_columns(file: Path) -> dict[str, pa.ChunkedArray]:
    """Every column of a file by its name.

    Raises:
        FileNotFoundError: there is no such file.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    with pq.ParquetFile(file) as opened:
        table = opened.read()
    return {name: table[name] for name in table.column_names}


def numbers_of(values: pa.ChunkedArray, wanted: pa.DataType) -> Column:
    """A column without gaps as numbers of a type.

    Raises:
        pyarrow.ArrowInvalid: a value is none of that type.
    """
    alike = values if values.type == wanted else values.cast(wanted)
    numbers: Column = np.ascontiguousarray(np.from_dlpack(alike.combine_chunks()))
    return numbers


def write_columns(columns: Mapping[str, Column], file: Path) -> None:
    """Write columns of 64-bit numbers."""
    arrays = [_array(values) for values in columns.values()]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), file)


def _array(values: Column) -> pa.Array:
    real = values.dtype.kind == "f"
    plain = np.ascontiguousarray(values, dtype=np.float64 if real else np.int64)
    kind = pa.float64() if real else pa.int64()
    return pa.Array.from_buffers(kind, plain.size, [None, pa.py_buffer(plain)])
