"""Asking where a file shall go."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

FILTERS = "Spreadsheet (*.xlsx);;Comma-separated (*.csv)"


def ask_where(parent: QWidget, title: str, name: str) -> str:
    """The path a person chose for a file, its ending added where it was left out; empty for none."""
    path, chosen = QFileDialog.getSaveFileName(parent, title, name, FILTERS)
    return with_ending(path, chosen)


def with_ending(path: str, chosen: str) -> str:
    """The path with the ending of the chosen kind, unless it has one of the two."""
    if not path or path.casefold().endswith((".csv", ".xlsx")):
        return path
    return f"{path}.csv" if "*.csv" in chosen else f"{path}.xlsx"
