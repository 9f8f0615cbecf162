"""The settings page: appearance at the left, desk and messages, and about with versions and licences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from views.case_queue.state import Density
from views.language import LANGUAGES, language_in_force, tr
from views.settings.state import SettingsShown
from views.shell.segments import Segments
from views.shell.state import ThemeName, ToastKind
from views.shell.two_line_list import Line, TwoLineList
from views.theme import ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, label

THEMES: Final = (("system", tr("System")), ("light", tr("Light")), ("dark", tr("Dark")))
DENSITIES: Final = (
    (Density.COMPACT, tr("Compact")),
    (Density.NORMAL, tr("Normal")),
    (Density.RELAXED, tr("Relaxed")),
)
#: In which zone times are shown.
TIMES: Final = (("own", tr("Mine")), ("site", tr("The site's")), ("utc", "UTC"))
_TONES: Final[dict[ToastKind, ToneName | None]] = {
    "info": None,
    "ok": "ok",
    "warning": "high",
    "error": "critical",
}
_NAME_PX: Final = 110
_NOTICE_PX: Final = 210
_PAD_PX: Final = 14


class SettingsPage(QWidget):
    """Everything about the desk itself."""

    theme_wanted = Signal(str)
    density_wanted = Signal(str)
    language_wanted = Signal(str)
    times_wanted = Signal(str)
    layout_wanted = Signal()
    keys_wanted = Signal()
    help_wanted = Signal()
    #: Something was put on the clipboard; the sentence says what.
    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing of the program until it tells."""
        super().__init__(parent)
        self._shown: SettingsShown | None = None
        self._copy_when_shown = False
        self.theme = Segments(THEMES, tr("Theme"))
        self.language = Segments(LANGUAGES, tr("Language"))
        self.times = Segments(TIMES, tr("Time zone"))
        self.density = Segments(DENSITIES, tr("Height of the queue's rows"))
        self.reset = TowerButton(tr("Usual layout"), icon_name="arrow-back-up")
        self.keys = TowerButton(tr("Keys"), icon_name="list-details")
        self.help = TowerButton(tr("Help  F1"), icon_name="help")
        self.diagnostics = TowerButton(tr("Copy diagnostics"), icon_name="copy")
        self.version = label("", "secondary")
        self.parts = TwoLineList(tr("Parts of the program"), pad_px=14)
        self.notice = QPlainTextEdit()
        self.messages = TwoLineList(tr("Messages of this session"), pad_px=14)
        self.no_messages = label(tr("Nothing was said yet."), "secondary")
        self.facts = QGridLayout()
        self._lay_out()
        self._connect()
        self.show_messages(())
        self.density.choose(Density.NORMAL)
        self.language.choose(language_in_force())
        self.times.choose("own")

    def _lay_out(self) -> None:
        self.notice.setReadOnly(True)
        self.notice.setAccessibleName(tr("Licences of data that ships with the program"))
        self.notice.setFixedHeight(_NOTICE_PX)
        self.no_messages.setAlignment(Qt.AlignmentFlag.AlignCenter)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._appearance())
        left.addWidget(self._desk())
        left.addWidget(self._messages(), 1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self._about(), 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(12)
        whole.addWidget(label(tr("Settings"), "heading"))
        whole.addLayout(row, 1)

    def _appearance(self) -> QFrame:
        panel, column = _panel(tr("Appearance"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, _NAME_PX)
        grid.setColumnStretch(2, 1)
        for number, (name, choice) in enumerate(
            (
                (tr("Theme"), self.theme),
                (tr("Queue rows"), self.density),
                (tr("Language"), self.language),
                (tr("Times"), self.times),
            )
        ):
            grid.addWidget(label(name, "secondary"), number, 0)
            grid.addWidget(choice, number, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.reset, self.keys, self.help):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(grid)
        column.addLayout(buttons)
        return panel

    def _desk(self) -> QFrame:
        panel, column = _panel(tr("This desk"))
        self.facts.setHorizontalSpacing(12)
        self.facts.setVerticalSpacing(5)
        self.facts.setColumnMinimumWidth(0, _NAME_PX)
        self.facts.setColumnStretch(1, 1)
        column.addLayout(self.facts)
        return panel

    def _messages(self) -> QFrame:
        panel, column = _panel(tr("Messages"), wide=True)
        column.addWidget(self.messages, 1)
        column.addWidget(self.no_messages, 1)
        return panel

    def _about(self) -> QFrame:
        panel, column = _panel(tr("About"), wide=True)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.addWidget(self.version, 1)
        head.addWidget(self.diagnostics)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 0, 14, 0)
        foot.addWidget(label(tr("Data that ships with the program"), "strong"))
        foot.addWidget(self.notice)
        column.addLayout(head)
        column.addWidget(self.parts, 1)
        column.addLayout(foot)
        return panel

    def _connect(self) -> None:
        self.theme.chosen.connect(self.theme_wanted)
        self.density.chosen.connect(self.density_wanted)
        self.language.chosen.connect(self.language_wanted)
        self.times.chosen.connect(self.times_wanted)
        self.reset.clicked.connect(self.layout_wanted)
        self.keys.clicked.connect(self.keys_wanted)
        self.help.clicked.connect(self.help_wanted)
        self.diagnostics.clicked.connect(self.copy_diagnostics)

    # ------------------------------------------------------------------ show
    def show_settings(self, shown: SettingsShown) -> None:
        """Show the desk, the parts and their licences."""
        self._shown = shown
        self.version.setText(tr("Fulfilment Tower, {version}. Nothing is sent home.", version=shown.version))
        for number, (name, value) in enumerate(shown.desk):
            kept = self.facts.itemAtPosition(number, 1)
            if kept is None:
                self.facts.addWidget(label(name, "secondary"), number, 0)
                self.facts.addWidget(ElidedLabel(value), number, 1)
            else:
                found = kept.widget()
                if isinstance(found, ElidedLabel):
                    found.setText(value)
        self.parts.show_lines(
            [Line(key=p.name, title=p.name, text=p.licence, right=p.version) for p in shown.parts]
        )
        self.notice.setPlainText(shown.notice)
        if self._copy_when_shown:
            self.copy_diagnostics()

    def show_choices(self, theme: ThemeName, density: Density) -> None:
        """Show which theme and which density are in use."""
        self.theme.choose(theme)
        self.density.choose(density)

    def show_times(self, name: str) -> None:
        """Show which zone was chosen; the desk's own where nobody chose."""
        self.times.choose(name if name in dict(TIMES) else "own")

    def show_messages(self, messages: Sequence[tuple[ToastKind, str]]) -> None:
        """Show what was said in the corner, newest first."""
        self.messages.setVisible(bool(messages))
        self.no_messages.setVisible(not messages)
        self.messages.show_lines(
            [
                Line(key=str(number), title=text, text=kind, tone=_TONES[kind])
                for number, (kind, text) in enumerate(reversed(messages))
            ]
        )

    def copy_diagnostics(self) -> None:
        """Put versions, states and counts on the clipboard; no order, customer, price or secret."""
        if self._shown is None:
            self._copy_when_shown = True
            self.copied.emit(tr("Diagnostics are being read; they are copied in a moment."))
            return
        self._copy_when_shown = False
        QGuiApplication.clipboard().setText(self._shown.diagnostics)
        lines = len(self._shown.diagnostics.splitlines())
        self.copied.emit(tr("Diagnostics copied: {lines} lines of versions, states and counts.", lines=lines))


def _panel(title: str, *, wide: bool = False) -> tuple[QFrame, QVBoxLayout]:
    """A panel with its title; a wide one leaves the sides to lists that reach its edges."""
    panel = QFrame()
    panel.setProperty("role", "panel")
    column = QVBoxLayout(panel)
    side = 1 if wide else _PAD_PX
    column.setContentsMargins(side, 12, side, _PAD_PX)
    column.setSpacing(10)
    head = QHBoxLayout()
    head.setContentsMargins(_PAD_PX - side, 0, 0, 0)
    head.addWidget(label(title, "section"))
    column.addLayout(head)
    return panel, column
