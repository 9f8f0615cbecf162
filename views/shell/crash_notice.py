"""A polite line after a crash: what was signed is safe, and diagnostics can be copied for whoever helps."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from views.language import tr
from views.shell.notice_bar import NoticeBar
from views.widgets.buttons import TowerButton


class CrashNotice(NoticeBar):
    """The line with its two buttons; it stays until it is dismissed."""

    copy_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hide until a crash is told."""
        super().__init__("alert-circle", parent)
        self.copy = TowerButton(tr("Copy diagnostics"), icon_name="copy")
        self.dismiss = TowerButton(kind="icon", icon_name="x", name=tr("Dismiss"), icon_px=14)
        self.row.addWidget(self.copy)
        self.row.addWidget(self.dismiss)
        self.copy.clicked.connect(self.copy_wanted)
        self.copy.clicked.connect(self.hide)
        self.dismiss.clicked.connect(self.hide)

    def tell(self) -> None:
        """Say that the program ended unexpectedly last time."""
        self.show_words(tr("The program ended unexpectedly last time. What was signed and synced is safe."))
