"""The palette (Ctrl K): type to find a case, an order, a page or a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from views.language import tr
from views.shell.actions import Action
from views.shell.overlay import Overlay
from views.shell.two_line_list import Line, TwoLineList

_MOST: Final = 8
_SIZE_PX: Final = (560, 420)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One case the palette found."""

    case_id: str
    title: str
    text: str
    severity: int


def found_actions(actions: Iterable[Action], text: str) -> list[Action]:
    """The listed actions whose titles hold all words of ``text``."""
    words = text.casefold().split()
    return [a for a in actions if a.listed and all(word in a.title.casefold() for word in words)]


class CommandPalette(Overlay):
    """A field with what it finds under it; Enter does the first, the arrow keys choose another."""

    def __init__(
        self,
        window: QWidget,
        actions: Sequence[Action],
        find_cases: Callable[[str, int], Sequence[Found]],
        open_case: Callable[[str], None],
    ) -> None:
        """Find among actions, and among the cases that ``find_cases(text, most)`` gives."""
        super().__init__(window, tr("Search"))
        self._actions = tuple(actions)
        self._find_cases = find_cases
        self._open_case = open_case
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Search orders, exceptions, commands …"))
        self.field.setAccessibleName(tr("Search orders, exceptions and commands"))
        self.field.installEventFilter(self)
        self.list = TwoLineList(tr("Found"), selectable=True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        card = QFrame()
        card.setProperty("role", "raised")
        card.setFixedSize(*_SIZE_PX)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self.set_card(card, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.field.textChanged.connect(self._find)
        self.list.clicked.connect(lambda _index: self.run_current())

    def open_overlay(self) -> None:
        """Show the palette with an empty field."""
        super().open_overlay()
        self.field.clear()
        self._find("")
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _find(self, text: str) -> None:
        cases = self._find_cases(text, _MOST) if text.strip() else ()
        lines = [
            Line(key=f"case:{c.case_id}", title=c.title, text=c.text, severity=c.severity) for c in cases
        ]
        lines += [
            Line(key=f"act:{action.title}", title=action.title, right="  ".join(action.keys))
            for action in found_actions(self._actions, text)
        ]
        self.list.show_lines(lines)
        self.list.choose(lines[0].key if lines else "")

    def run_current(self) -> None:
        """Do what is chosen."""
        kind, _, name = self.list.current_key().partition(":")
        self.close_overlay()
        if kind == "case":
            self._open_case(name)
            return
        for action in self._actions:
            if kind == "act" and action.title == name:
                action.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list, run or leave by the keys of the field."""
        if watched is self.field and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self.run_current()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_overlay()
                return True
        return super().eventFilter(watched, event)

    def _step(self, step: int) -> None:
        keys = [line.key for line in self.list.lines()]
        if self.list.current_key() in keys:
            at = keys.index(self.list.current_key()) + step
            self.list.choose(keys[min(max(at, 0), len(keys) - 1)])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the card puts the palette away."""
        event.accept()
        self.close_overlay()
