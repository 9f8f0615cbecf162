"""Reads CSV strictly: what is not quoted as it should be is an error, not a guess."""

from __future__ import annotations

import csv
import io

from connectors.files.tables import TABLE_LIMITS, Cell, Table, TableLimits, TableRow, table_of, unreadable


def read_csv(
    body: bytes,
    *,
    encoding: str,
    delimiter: str,
    header_row: int = 1,
    limits: TableLimits = TABLE_LIMITS,
) -> Table:
    """The table of a CSV file.

    Raises:
        BadInputError: it is not of that encoding, wrongly quoted, or too large.
    """
    try:
        text = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise unreadable(f"The file is not {encoding}: byte {error.start} is {error.reason}.") from error
    if "\0" in text:
        raise unreadable("The file holds zero bytes: it is no text.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number > limits.rows:
                raise unreadable(f"The file has more than {limits.rows} rows.")
            if len(cells) > limits.columns:
                raise unreadable(f"Row {number} has more than {limits.columns} cells.")
            if any(len(cell) > limits.cell_characters for cell in cells):
                raise unreadable(f"Row {number} has a cell of more than {limits.cell_characters} signs.")
            rows.append(TableRow(number, tuple(Cell(cell) for cell in cells)))
    except csv.Error as error:
        raise unreadable(f"Row {len(rows) + 1} is no CSV: {error}.") from error
    return table_of(rows, header_row)
