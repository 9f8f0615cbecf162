"""A line for a person's name."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from views.language import tr

_WIDTH_PX: Final = 220
_MOST_LETTERS: Final = 80


class PersonField(QLineEdit):
    """Where a name is typed; ``name`` says whose."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.setPlaceholderText(tr(name))
        self.setAccessibleName(tr(name))
        self.setMaxLength(_MOST_LETTERS)
        self.setMinimumWidth(_WIDTH_PX)
