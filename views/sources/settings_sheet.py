"""One source's settings over the window: where it is, how often it is read, its own options; and a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from views.language import tr
from views.shell.sheet import Sheet
from views.sources.state import SourceSettingsRow, SourceTested
from views.sources.view_model import SourcesViewModel
from views.widgets.buttons import TowerButton
from views.widgets.form import form_of
from views.widgets.labels import ElidedLabel, frame, label
from views.widgets.number_field import NumberField

if TYPE_CHECKING:
    from collections.abc import Mapping

_CARD_PX: Final = 560
_OPTIONS_PX: Final = 110
_DAY_SECONDS: Final = 86_400


def options_text(options: tuple[tuple[str, str], ...]) -> str:
    """Options one a line: ``database = tryton``."""
    return "\n".join(f"{name} = {value}" for name, value in options)


def options_of(text: str) -> tuple[tuple[str, str], ...]:
    """The options that stand in a text; lines without ``=`` are none, and an empty value takes one away."""
    found: Mapping[str, str] = {
        name.strip(): value.strip()
        for name, sign, value in (line.partition("=") for line in text.splitlines())
        if sign and name.strip() and value.strip()
    }
    return tuple(sorted(found.items()))


class SettingsSheet(Sheet):
    """The sheet; a test asks the system itself and changes nothing."""

    def __init__(self, window: QWidget, view_model: SourcesViewModel) -> None:
        """Show no source yet."""
        super().__init__(window, tr("Settings of a source"))
        self._view_model = view_model
        self._row: SourceSettingsRow | None = None
        self.title = ElidedLabel("", "title")
        self.system = label("")
        self.address = QLineEdit()
        self.every = NumberField()
        self.credential = label("", "secondary")
        self.options = QPlainTextEdit()
        self.fixed = label("", "secondary")
        self.outcome = label("", "secondary")
        self.test = TowerButton(tr("Test the connection"), icon_name="plug-connected")
        self.save = TowerButton(tr("Save"), "primary", icon_name="check")
        self.leave = TowerButton(tr("Close"))
        self._lay_out()
        self.test.clicked.connect(self._test)
        self.save.clicked.connect(self._save)
        self.leave.clicked.connect(self.close_overlay)
        view_model.tested.connect(self._show_tested)

    def _lay_out(self) -> None:
        self.every.setRange(1, _DAY_SECONDS)
        self.every.setSuffix(" s")
        self.options.setFixedHeight(_OPTIONS_PX)
        self.options.setTabChangesFocus(True)
        self.options.setPlaceholderText(tr("name = value, one a line"))
        for words in (self.credential, self.fixed, self.outcome):
            words.setWordWrap(True)
        form = form_of(
            (
                (tr("System"), self.system),
                (tr("Where it is"), self.address),
                (tr("Read every"), self.every),
                (tr("Credential"), self.credential),
                (tr("Options"), self.options),
            )
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.save, self.test, self.leave):
            buttons.addWidget(button)
        buttons.addStretch(1)
        card = frame("raised")
        card.setFixedWidth(_CARD_PX)
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addLayout(form)
        column.addWidget(self.fixed)
        column.addWidget(self.outcome)
        column.addLayout(buttons)
        self.set_card(card, Qt.AlignmentFlag.AlignCenter)

    def open_for(self, source: str) -> None:
        """Show the settings of a source; nothing happens while they are not known."""
        row = self._view_model.settings_of(source)
        if row is None:
            return
        fixed, secrets = self._view_model.why_fixed, self._view_model.secrets
        self._row = row
        self.title.setText(row.source)
        self.system.setText(row.system)
        self.address.setText(row.address)
        self.every.setValue(row.poll_seconds)
        self.credential.setText(
            tr("{name}, kept in: {place}", name=row.secret, place=secrets)
            if row.secret
            else tr("none; those of this desk are kept in: {place}", place=secrets)
        )
        self.options.setPlainText(options_text(row.options))
        self.fixed.setText(fixed)
        self.fixed.setVisible(bool(fixed))
        self.outcome.hide()
        for field in (self.address, self.every, self.options):
            field.setReadOnly(bool(fixed))
        self.save.setVisible(not fixed)
        self.test.setEnabled(True)
        self.open_overlay()
        (self.test if fixed else self.address).setFocus(Qt.FocusReason.PopupFocusReason)

    def _edited(self, row: SourceSettingsRow) -> SourceSettingsRow:
        return SourceSettingsRow(
            source=row.source,
            system=row.system,
            address=self.address.text().strip(),
            poll_seconds=self.every.value(),
            secret=row.secret,
            options=options_of(self.options.toPlainText()),
        )

    def _test(self) -> None:
        if self._row is not None:
            self.test.setEnabled(False)
            self._tell(tr("Asking {source} …", source=self._row.source), "secondary")
            self._view_model.test(self._edited(self._row))

    def _save(self) -> None:
        if self._row is not None and self._view_model.save(self._edited(self._row)):
            self.close_overlay()

    def _show_tested(self, tested: SourceTested) -> None:
        if self._row is not None and tested.source == self._row.source:
            self.test.setEnabled(True)
            words = tr("It answers.") if tested.reachable else tr("It does not answer.")
            self._tell(f"{words} {tested.why}".strip(), "secondary" if tested.reachable else "error")

    def _tell(self, words: str, role: str) -> None:
        self.outcome.setProperty("role", role)
        self.outcome.style().polish(self.outcome)
        self.outcome.setText(words)
        self.outcome.show()
