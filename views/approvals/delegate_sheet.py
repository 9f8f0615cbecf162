"""Lending the right to decide: to whom, how long, up to which amount; a draft of the decision rights.

A delegation holds when the file of decision rights says so: this writes the row, the rules page checks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from views.approvals.delegation import SPANS, LentRight
from views.language import tr
from views.shell.overlay import Overlay
from views.shell.state import Identity
from views.widgets.buttons import TowerButton
from views.widgets.form import form_of
from views.widgets.labels import frame, label
from views.widgets.number_field import NumberField

_WIDTH_PX: Final = 520
_MOST_WHOLE: Final = 2_000_000_000
_CENTS: Final = 100


class DelegateSheet(Overlay):
    """The sheet; Esc leaves it."""

    #: A :class:`LentRight` to be written into a draft.
    wanted = Signal(object)

    def __init__(self, window: QWidget) -> None:
        """Lend nothing yet."""
        super().__init__(window, tr("Delegate the right to decide"))
        self.person = QComboBox()
        self.span = QComboBox()
        self.amount = NumberField()
        self.write = TowerButton(tr("Write the draft"), "primary", icon_name="adjustments")
        self.leave = TowerButton(tr("Not now"))
        self.words = label("", "secondary")
        self._who: Identity | None = None
        self._people: tuple[Identity, ...] = ()
        self._now: datetime | None = None
        self._currency = "USD"
        self._lay_out()
        self.write.clicked.connect(self._write)
        self.leave.clicked.connect(self.close_overlay)

    def _lay_out(self) -> None:
        card = frame("raised")
        card.setFixedWidth(_WIDTH_PX)
        self.amount.setRange(0, _MOST_WHOLE)
        self.amount.setGroupSeparatorShown(True)
        for hours, words in SPANS:
            self.span.addItem(tr(words), hours)
        self.span.setCurrentIndex(1)
        for field in (self.person, self.span, self.amount):
            field.installEventFilter(self)
        form = form_of(((tr("To"), self.person), (tr("For"), self.span), (tr("Up to"), self.amount)))
        self.words.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.write)
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(12)
        column.addWidget(label(tr("Delegate the right to decide"), "title"))
        column.addLayout(form)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.set_card(card, Qt.AlignmentFlag.AlignCenter)

    def ask(
        self, who: Identity, people: Sequence[Identity], *, now: datetime, amount_cents: int, currency: str
    ) -> None:
        """Ask to whom ``who`` lends the own role, up to at least ``amount_cents``."""
        self._who, self._now, self._currency = who, now, currency
        self._people = tuple(person for person in people if person.user_id != who.user_id)
        self.person.clear()
        for person in self._people:
            self.person.addItem(f"{person.name} ({tr(person.role)})")
        self.amount.setSuffix(f" {currency}")
        self.amount.setValue(-(-amount_cents // _CENTS))
        self.words.setText(
            tr(
                "It lends the role {role} of {name}. Nothing holds yet: the row goes into a draft of the "
                "decision rights, which whoever answers for them signs and puts in force.",
                role=who.role,
                name=who.name,
            )
        )
        self.write.setEnabled(bool(self._people))
        self.open_overlay()
        self.person.setFocus(Qt.FocusReason.PopupFocusReason)

    def _write(self) -> None:
        if self._who is None or self._now is None or not self._people:
            return
        lent = LentRight(
            from_user=self._who.user_id,
            to_user=self._people[self.person.currentIndex()].user_id,
            role=self._who.role.lower().replace(" ", "_"),
            starts_at=self._now.replace(microsecond=0),
            hours=int(self.span.currentData()),
            currency=self._currency,
            up_to_cents=self.amount.value() * _CENTS,
        )
        self.close_overlay()
        self.wanted.emit(lent)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave on Esc, wherever the keyboard is on the sheet."""
        if (
            self.isVisible()
            and event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            self.close_overlay()
            return True
        return super().eventFilter(watched, event)
