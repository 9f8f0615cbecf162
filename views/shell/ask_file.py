"""Asking where a file shall go, and which one to take."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

from views.language import tr

#: The kinds of file a table can be written as: the words of the dialog and the ending.
KINDS = (
    (tr("Spreadsheet (*.xlsx)"), ".xlsx"),
    (tr("Comma-separated (*.csv)"), ".csv"),
    (tr("Document (*.pdf)"), ".pdf"),
)
FILTERS = ";;".join(words for words, _ in KINDS)
_TABLES = tr("Tables (*.csv *.txt *.xlsx)")


def ask_where(parent: QWidget, title: str, name: str) -> str:
    """The path a person chose for a file, its ending added where it was left out; empty for none."""
    path, chosen = QFileDialog.getSaveFileName(parent, title, name, FILTERS)
    return with_ending(path, chosen)


def ask_which(parent: QWidget, title: str) -> str:
    """The path of a table file that a person chose; empty for none."""
    path, _ = QFileDialog.getOpenFileName(parent, title, "", _TABLES)
    return path


def with_ending(path: str, chosen: str) -> str:
    """The path with the ending of the chosen kind, unless it has one of them."""
    if not path or path.casefold().endswith(tuple(ending for _, ending in KINDS)):
        return path
    return path + next((ending for words, ending in KINDS if words == chosen), ".xlsx")
