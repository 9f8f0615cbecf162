"""Grabs a widget as a picture without a screen, for tests and for looking at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from views.theme import Theme, apply


def grab(widget: QWidget, theme: Theme, width_px: int, height_px: int) -> QImage:
    """Show a widget in a theme at a size, let it settle, and return its picture."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply(app, theme)
    widget.resize(width_px, height_px)
    widget.show()
    for _ in range(5):
        app.processEvents()
    return widget.grab().toImage()


def save(widget: QWidget, theme: Theme, size_px: tuple[int, int], path: Path) -> None:
    """Grab a widget and write the picture to a file; AssertionError if it cannot be written."""
    assert grab(widget, theme, *size_px).save(str(path)), f"{path} could not be written"
