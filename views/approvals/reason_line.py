"""The line for a reason that is signed with what a person says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from views.widgets.reason_field import MOST_LETTERS


class ReasonLine(QLineEdit):
    """A reason; blank ones are asked for once more."""

    def __init__(self, purpose: str, name: str) -> None:
        """Say in the empty line what the reason is for; ``name`` is for the screen reader."""
        super().__init__()
        self.setPlaceholderText(purpose)
        self.setAccessibleName(name)
        self.setMaxLength(MOST_LETTERS)

    def ask_again(self, words: QLabel, why: str) -> None:
        """Say in ``words`` why a reason is needed, where one could be written and is not."""
        if self.isEnabled() and not self.text().strip():
            words.setVisible(True)
            words.setText(why)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
