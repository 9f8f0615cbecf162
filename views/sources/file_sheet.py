"""A table file over the window: which column fills which field, what is wrong with it, then taken in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from views.first_run.file_page import FilePage
from views.first_run.state import FilePreview
from views.language import tr
from views.shell.ask_file import ask_which
from views.shell.sheet import Sheet
from views.widgets.labels import label

if TYPE_CHECKING:
    from views.ports import TowerIntents

_CARD_PX: Final = (980, 640)


class _OpenProfile:
    """What the page of a file asks, answered for the profile that is open."""

    def __init__(self, intents: TowerIntents) -> None:
        self._intents = intents

    def preview(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        """What a file would become."""
        return self._intents.preview_file(path, kind, columns)

    def take_in(self, preview: FilePreview, person: str) -> tuple[str, str]:  # noqa: ARG002 - whoever sits here
        """Take the file in; gives its path, or a problem in words."""
        problem = self._intents.take_in_table(preview)
        return ("", problem) if problem else (preview.path, "")


class FileSheet(Sheet):
    """The sheet; put away by Esc, by going back, and once the file is taken in."""

    def __init__(self, window: QWidget, intents: TowerIntents) -> None:
        """Show no file yet."""
        super().__init__(window, tr("Import a file"))
        self.page = FilePage(_OpenProfile(intents), asks_person=False)
        card = QFrame()
        card.setProperty("role", "panel")
        card.setFixedSize(*_CARD_PX)
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(label(tr("Import a file"), "title"))
        column.addWidget(self.page, 1)
        self.set_card(card, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.page.done.connect(lambda _path: self.close_overlay())
        self.page.back_wanted.connect(self.close_overlay)

    def open_file(self, path: str) -> None:
        """Look at a file before it is taken in."""
        self.open_overlay()
        self.page.open_file(path)
        self.page.take.setFocus(Qt.FocusReason.PopupFocusReason)

    def ask(self) -> None:
        """Ask for a file and look at it."""
        path = ask_which(self, tr("Import a file"))
        if path:
            self.open_file(path)
