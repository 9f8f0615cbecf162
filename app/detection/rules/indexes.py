"""The definitions of the partial indexes that rules go by."""

from __future__ import annotations

import re

_ALIAS = re.compile(r"\b[a-z]\.")


def partial_index(name: str, columns: str, where: str) -> str:
    """An index over ``columns`` (``table (a, b)``) of the rows that meet ``where``.

    ``where`` may be what a select says of the table under an alias of one letter. Columns that it names
    belong into the index: without them SQLite goes back to the row to see again what the index implies.
    """
    return f"CREATE INDEX IF NOT EXISTS {name} ON {columns} WHERE {_ALIAS.sub('', where)}"
