"""Schema statements kept as text beside their revision: they stay as released when the tables go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import op

if TYPE_CHECKING:
    from pathlib import Path


def run_statements(path: Path) -> None:
    """Execute the statements of an SQL file; blank lines part them."""
    connection = op.get_bind()
    for statement in path.read_text(encoding="utf-8").split("\n\n"):
        connection.exec_driver_sql(statement)
