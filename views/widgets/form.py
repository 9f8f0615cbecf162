"""A form: a name before each field, level with it, which is also the field's name for screen readers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from views.widgets.labels import label

_LINE_PX: Final = 30


def form_of(rows: Iterable[tuple[str, QWidget]]) -> QFormLayout:
    """Lay out fields under their names."""
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    for name, field in rows:
        field.setAccessibleName(name)
        before = label(name, "secondary")
        # A field of several lines has its name beside the first one.
        for words in (before, field):
            if isinstance(words, QLabel):
                words.setMinimumHeight(_LINE_PX)
        form.addRow(before, field)
    return form
