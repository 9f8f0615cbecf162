"""The first run: look at the demo, connect a system, or import a file; a file can be dropped anywhere."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEventLoop, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from views.first_run.connect_page import ConnectPage
from views.first_run.file_page import FilePage
from views.first_run.state import FirstRunIntents
from views.language import noted, tr
from views.shell.ask_file import ask_which
from views.shell.dropped import DropWindow
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_SIZE_PX: Final = (980, 660)
_CHOICES: Final = (
    (
        noted("Look at a demo"),
        noted("An invented distributor with twelve warehouses runs here. Nothing of yours is touched."),
        noted("Open the demo"),
    ),
    (
        noted("Connect a system"),
        noted("A Tryton server, a connector service, or a folder for EDI, CSV and XLSX files."),
        noted("Connect …"),
    ),
    (
        noted("Import a file"),
        noted("Stock, order lines or inbound supply as CSV or XLSX. Drop the file here, or choose it."),
        noted("Choose a file …"),
    ),
)


class FirstRunWindow(DropWindow):
    """The window; ``profile`` is what was made, empty while nothing was."""

    finished = Signal()

    def __init__(self, intents: FirstRunIntents) -> None:
        """Show the three ways to begin."""
        super().__init__()
        self._intents = intents
        self.profile = ""
        self.buttons: list[TowerButton] = []
        self.connect_page = ConnectPage(intents)
        self.file_page = FilePage(intents)
        self.pages = QStackedWidget()
        self._lay_out()
        self.table_dropped.connect(self.open_file)
        for page in (self.connect_page, self.file_page):
            page.done.connect(self._finish)
            page.back_wanted.connect(self._show_choices)

    def _lay_out(self) -> None:
        self.setWindowTitle("Fulfilment Tower")
        self.resize(*_SIZE_PX)
        choices = QWidget()
        row = QHBoxLayout(choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        acts = (self.open_demo, self.open_connect, self.ask_file)
        for (title, words, button), act in zip(_CHOICES, acts, strict=True):
            card = QFrame()
            card.setProperty("role", "panel")
            column = QVBoxLayout(card)
            column.setContentsMargins(20, 20, 20, 20)
            column.setSpacing(12)
            text = label(words, "secondary")
            text.setWordWrap(True)
            made = TowerButton(button, "primary" if not self.buttons else "normal")
            made.clicked.connect(act)
            self.buttons.append(made)
            column.addWidget(label(title, "title"))
            column.addWidget(text)
            column.addStretch(1)
            column.addWidget(made)
            row.addWidget(card, 1)
        for page in (choices, self.connect_page, self.file_page):
            self.pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(40, 36, 40, 36)
        whole.setSpacing(24)
        whole.addWidget(label(tr("Welcome to Fulfilment Tower"), "title"))
        question = tr("It runs on this machine and sends nothing home. How do you want to begin?")
        whole.addWidget(label(question, "secondary"))
        whole.addWidget(self.pages, 1)

    # ------------------------------------------------------------------ acts
    def open_demo(self) -> None:
        """Begin with the demo."""
        self._finish(self._intents.demo())

    def open_connect(self) -> None:
        """Ask for a system."""
        self.pages.setCurrentWidget(self.connect_page)
        self.connect_page.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_file(self) -> None:
        """Ask for a file and look at it."""
        path = ask_which(self, tr("Import a file"))
        if path:
            self.open_file(path)

    def open_file(self, path: str) -> None:
        """Look at a file before it is taken in."""
        self.pages.setCurrentWidget(self.file_page)
        self.file_page.open_file(path)

    def _show_choices(self) -> None:
        self.pages.setCurrentIndex(0)

    def _finish(self, profile: str) -> None:
        self.profile = profile
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the person is done."""
        super().closeEvent(event)
        self.finished.emit()


def ask_first_run(intents: FirstRunIntents) -> str:
    """Show the window until it is closed; gives the profile to open, empty where nothing was chosen."""
    window = FirstRunWindow(intents)
    loop = QEventLoop()
    window.finished.connect(loop.quit)
    window.show()
    loop.exec()
    window.deleteLater()
    return window.profile
