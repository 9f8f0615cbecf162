"""Paper: asks for a printer, and prints a table, or a page as it looks."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from views.export import ExportTable
from views.language import tr
from views.table_document import paint_table, set_up_page


def ask_printer(parent: QWidget, title: str) -> QPrinter | None:
    """The printer a person chose, set to A4 on its side; ``None`` when they would rather not."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    set_up_page(printer)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(tr("Print: {title}", title=title))
    return printer if dialog.exec() else None


def print_table(printer: QPrinter, table: ExportTable) -> int:
    """Print a table; gives how many pages it took."""
    return paint_table(printer, table)


def print_picture(printer: QPrinter, page: QWidget) -> int:
    """Print what a page shows, as large as one sheet allows; gives how many pages it took."""
    picture = page.grab()
    painter = QPainter(printer)
    try:
        paper = painter.viewport()
        size = QSize(picture.width(), picture.height()).scaled(
            paper.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        painter.drawPixmap(QRect(paper.topLeft(), size), picture)
    finally:
        painter.end()
    return 1
