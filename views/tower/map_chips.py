"""The chips over the map: which severities, opened since when, and lanes at risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from views.language import noted, tr
from views.map.state import ALL_SEVERITIES
from views.widgets.buttons import TowerButton

SEVERITY_CHOICES: Final[tuple[tuple[frozenset[int], str], ...]] = (
    (ALL_SEVERITIES, noted("All severities")),
    (frozenset({4}), noted("Critical only")),
    (frozenset({3, 4}), noted("Critical and high")),
    (frozenset({2, 3, 4}), noted("Medium and above")),
)
AGE_CHOICES: Final[tuple[tuple[int, str], ...]] = (
    (0, noted("Any age")),
    (1, noted("Last hour")),
    (4, noted("Last 4 h")),
    (24, noted("Last 24 h")),
    (168, noted("Last 7 days")),
)

_Choice = TypeVar("_Choice")


class MapChips(QWidget):
    """Three chips; the first two open a menu of choices."""

    severities_wanted = Signal(frozenset)
    #: Only what opened within so many hours; 0 shows any age.
    hours_wanted = Signal(int)
    risk_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with everything shown."""
        super().__init__(parent)
        self.severity = TowerButton("", "chip", icon_name="filter", icon_px=14)
        self.age = TowerButton("", "chip", icon_name="clock", icon_px=14)
        self.risk = TowerButton(tr("Lanes at risk"), "chip", icon_name="stack-2", icon_px=14)
        self.risk.setChecked(True)
        self._severities, self._hours = ALL_SEVERITIES, 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for chip in (self.severity, self.age, self.risk):
            row.addWidget(chip)
        self.severity.clicked.connect(lambda: self._pop(self.severity_menu(), self.severity))
        self.age.clicked.connect(lambda: self._pop(self.age_menu(), self.age))
        self.risk.toggled.connect(self.risk_wanted)
        self._name_chips()

    def show_severities(self, severities: frozenset[int]) -> None:
        """Say which severities the map shows."""
        self._severities = severities
        self._name_chips()

    def severity_menu(self) -> QMenu:
        """The choices of severities, the present one marked."""
        return self._menu(SEVERITY_CHOICES, self._severities, self._want_severities)

    def age_menu(self) -> QMenu:
        """The choices of ages, the present one marked."""
        return self._menu(AGE_CHOICES, self._hours, self._want_hours)

    def _menu(
        self, choices: Iterable[tuple[_Choice, str]], present: _Choice, want: Callable[[_Choice], None]
    ) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for value, words in choices:
            action = menu.addAction(tr(words))
            action.setCheckable(True)
            action.setChecked(value == present)
            group.addAction(action)
            action.triggered.connect(lambda _=False, chosen=value: want(chosen))
        return menu

    def _want_severities(self, severities: frozenset[int]) -> None:
        self.show_severities(severities)
        self.severities_wanted.emit(severities)

    def _want_hours(self, hours: int) -> None:
        self._hours = hours
        self._name_chips()
        self.hours_wanted.emit(hours)

    def _name_chips(self) -> None:
        words = dict(SEVERITY_CHOICES).get(self._severities, noted("Some severities"))
        for chip, text, narrowed in (
            (self.severity, words, self._severities != ALL_SEVERITIES),
            (self.age, dict(AGE_CHOICES)[self._hours], bool(self._hours)),
        ):
            chip.setText(tr(text))
            chip.setAccessibleName(tr("Map filter: {choice}", choice=tr(text)))
            chip.setChecked(narrowed)

    def _pop(self, menu: QMenu, chip: TowerButton) -> None:
        self._name_chips()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(chip.mapToGlobal(QPoint(0, chip.height() + 4)))
