"""A field for a number: typed, or stepped by the arrow keys and the wheel."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QSpinBox, QWidget

#: The style sheet's padding does not reach the line inside a spin box.
_PAD_PX: Final = 7


class NumberField(QSpinBox):
    """A spin box whose number stands where the text of other fields does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hold 0 until it is told otherwise."""
        super().__init__(parent)
        self.lineEdit().setTextMargins(_PAD_PX, 0, _PAD_PX, 0)
