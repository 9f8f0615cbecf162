"""Where tables come from: a drop folder, and the two forms of file that may lie in it."""

from __future__ import annotations

from pathlib import Path

from connectors.drop_folder import DropFolder
from connectors.files.csv_table import read_csv
from connectors.files.profiles import MappingProfile
from connectors.files.tables import TABLE_LIMITS, Table
from connectors.files.xlsx_table import read_xlsx


def watched_folder(root: Path) -> DropFolder:
    """The drop folder of the exports; nothing is looked at yet."""
    return DropFolder(root, most_bytes=TABLE_LIMITS.file_bytes)


def read_table(body: bytes, profile: MappingProfile) -> Table:
    """The table of a file as its profile describes it.

    Raises:
        BadInputError: it is no such table.
    """
    if profile.format == "xlsx":
        return read_xlsx(body, sheet=profile.sheet, header_row=profile.header_row)
    return read_csv(
        body,
        encoding=profile.encoding,
        delimiter=profile.delimiter,
        header_row=profile.header_row,
    )
