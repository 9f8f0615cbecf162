"""A table file that somebody drops on a window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

TABLE_ENDINGS: Final = (".csv", ".txt", ".xlsx")


def dropped_table(data: QMimeData) -> str:
    """The path of the one CSV or XLSX file in what is dragged; empty where it is not exactly one."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].lower().endswith(TABLE_ENDINGS) else ""


class DropWindow(QWidget):
    """A window that takes one table file."""

    #: The path of the file that was dropped.
    table_dropped = Signal(str)

    def __init__(self) -> None:
        """Take files."""
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a CSV or XLSX file, nothing else."""
        if dropped_table(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which file it is."""
        path = dropped_table(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.table_dropped.emit(path)
