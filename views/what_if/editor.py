"""The left side of the page: the scenarios, the changes of the chosen one, and a form for another change."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from domain.errors import TowerError
from domain.what_if import AMOUNTS, Change, ChangeKind
from views.formatting import counted
from views.language import tr
from views.shell.two_line_list import Line, TwoLineList
from views.what_if.state import Choice
from views.what_if.view_model import WhatIfViewModel
from views.what_if.words import AMOUNT_UNITS, KIND_TITLES, USUAL_AMOUNTS
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.number_field import NumberField

_NODE_KINDS: Final = frozenset({ChangeKind.NODE_CLOSED, ChangeKind.LANE_LOST, ChangeKind.SUPPLY_DELAYED})
_OUTAGES: Final = frozenset({ChangeKind.NODE_CLOSED, ChangeKind.CARRIER_LOST})
_FEWEST_ROWS: Final = 2
_EVERYWHERE: Final = Choice(key="", title=tr("All zones"))


class ScenarioEditor(QFrame):
    """Edits scenarios; nothing is solved by it."""

    def __init__(self, view_model: WhatIfViewModel) -> None:
        """Show a view model."""
        super().__init__()
        self.setProperty("role", "panel")
        self._view_model = view_model
        self.scenarios = TwoLineList(tr("Scenarios"), selectable=True, pad_px=14)
        self.add = TowerButton(tr("New"), icon_name="plus", name=tr("New scenario"))
        self.copy = TowerButton("", "icon", icon_name="copy", name=tr("Copy the scenario"))
        self.drop = TowerButton("", "icon", icon_name="x", name=tr("Delete the scenario"))
        self.name = QLineEdit()
        self.changes = TwoLineList(tr("Changes of the scenario"), selectable=True, pad_px=14)
        self.remove = TowerButton(tr("Remove"), "link", name=tr("Remove the chosen change"))
        self.kind = QComboBox()
        self.subject = QComboBox()
        self.to = QComboBox()
        self.amount = NumberField()
        self.amount_words = label("", "secondary")
        self.add_change = TowerButton(tr("Add the change"), icon_name="plus")
        self.wrong = label("", "error")
        self._lay_out()
        self._connect()
        self._show_form()
        self._show()

    def _lay_out(self) -> None:
        self.name.setAccessibleName(tr("Name of the scenario"))
        self.name.setPlaceholderText(tr("Name of the scenario"))
        self.kind.setAccessibleName(tr("What changes"))
        self.subject.setAccessibleName(tr("Where or for whom"))
        self.to.setAccessibleName(tr("To which zone"))
        self.amount.setAccessibleName(tr("By how much"))
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        for kind, title in KIND_TITLES.items():
            self.kind.addItem(title, kind)
        for box in (self.kind, self.subject, self.to):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 10, 0)
        head.addWidget(label(tr("Scenarios"), "heading"), 1)
        for button in (self.add, self.copy, self.drop):
            head.addWidget(button)
        named = QVBoxLayout()
        named.setContentsMargins(14, 0, 14, 0)
        named.addWidget(self.name)
        changes = QHBoxLayout()
        changes.setContentsMargins(14, 0, 10, 0)
        changes.addWidget(label(tr("What is different"), "section"), 1)
        changes.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 12, 1, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.scenarios, 1)
        column.addLayout(named)
        column.addLayout(changes)
        column.addWidget(self.changes, 1)
        column.addLayout(self._form())
        column.addStretch()

    def _form(self) -> QVBoxLayout:
        amount = QGridLayout()
        amount.setHorizontalSpacing(8)
        amount.addWidget(self.amount_words, 0, 0)
        amount.addWidget(self.amount, 0, 1)
        amount.setColumnStretch(1, 1)
        form = QVBoxLayout()
        form.setContentsMargins(14, 0, 14, 0)
        form.setSpacing(6)
        form.addWidget(label(tr("Another change"), "section"))
        for part in (self.kind, self.subject, self.to):
            form.addWidget(part)
        form.addLayout(amount)
        form.addWidget(self.wrong)
        form.addWidget(self.add_change)
        return form

    def _connect(self) -> None:
        model = self._view_model
        model.choices_changed.connect(self._show_form)
        model.scenarios_changed.connect(self._show)
        self.scenarios.chosen.connect(lambda key: model.choose(int(key)) if key else None)
        self.add.clicked.connect(model.add)
        self.copy.clicked.connect(model.copy)
        self.drop.clicked.connect(model.drop)
        self.name.editingFinished.connect(self._rename)
        self.remove.clicked.connect(self._remove)
        self.kind.currentIndexChanged.connect(self._show_form)
        self.add_change.clicked.connect(self._add_change)

    # ------------------------------------------------------------------ show
    def _show(self) -> None:
        model = self._view_model
        lines = tuple(
            Line(
                key=str(number),
                title=each.name,
                text="  ·  ".join(model.words_of(change) for change in each.changes)
                or tr("nothing is different"),
                right_text=counted(len(each.changes), "change") if len(each.changes) > 1 else "",
            )
            for number, each in enumerate(model.what_ifs)
        )
        self.scenarios.show_lines(lines)
        self.scenarios.fit(fewest=_FEWEST_ROWS, most=len(lines))
        if model.chosen >= 0:
            self.scenarios.choose(str(model.chosen))
        what_if = model.what_if
        self.name.setText(what_if.name if what_if is not None else "")
        self.name.setEnabled(what_if is not None)
        changes = what_if.changes if what_if is not None else ()
        self.changes.show_lines(
            tuple(
                Line(key=str(number), title=model.words_of(change), text=KIND_TITLES.get(change.kind, ""))
                for number, change in enumerate(changes)
            )
        )
        self.changes.fit(fewest=_FEWEST_ROWS, most=len(changes))
        for button in (self.copy, self.drop):
            button.setEnabled(what_if is not None)
        self.remove.setVisible(bool(changes))

    def _show_form(self) -> None:
        kind = self._kind()
        self._fill(self.subject, self._subjects(kind))
        self._fill(self.to, self._zones() if kind is ChangeKind.LANE_LOST else ())
        words, unit = AMOUNT_UNITS.get(kind, ("", ""))
        self.amount_words.setText(words)
        self.amount_words.setVisible(bool(words))
        self.amount.setVisible(bool(words))
        least, most = AMOUNTS[kind]
        self.amount.setRange(least, most)
        self.amount.setSuffix(unit)
        self.amount.setSpecialValueText(tr("the whole plan") if kind in _OUTAGES else "")
        self.amount.setValue(USUAL_AMOUNTS.get(kind, 0))
        self.wrong.hide()
        self._show()

    @staticmethod
    def _fill(box: QComboBox, choices: tuple[Choice, ...]) -> None:
        kept = box.currentData()
        box.clear()
        for each in choices:
            box.addItem(f"{each.title}  ·  {each.note}" if each.note else each.title, each.key)
        box.setVisible(bool(choices))
        box.setCurrentIndex(max(0, box.findData(kept)))

    def _subjects(self, kind: ChangeKind) -> tuple[Choice, ...]:
        found = self._view_model.choices
        if found is None:
            return ()
        if kind in _NODE_KINDS:
            return found.nodes
        if kind is ChangeKind.CUSTOMER_WEIGHED:
            return found.customers
        if kind is ChangeKind.CARRIER_LOST:
            return found.carriers
        return (_EVERYWHERE, *found.zones) if kind is ChangeKind.DEMAND_SURGE else ()

    def _zones(self) -> tuple[Choice, ...]:
        found = self._view_model.choices
        return found.zones if found is not None else ()

    def _kind(self) -> ChangeKind:
        return ChangeKind(self.kind.currentData())

    # ------------------------------------------------------------------ what a person does
    def first_widget(self) -> QWidget:
        """The scenarios; the button for the first where there is none."""
        return self.scenarios if self._view_model.what_ifs else self.add

    def _rename(self) -> None:
        what_if = self._view_model.what_if
        if what_if is not None and self.name.text().strip() != what_if.name:
            self._view_model.rename(self.name.text())

    def _remove(self) -> None:
        key = self.changes.current_key()
        self._view_model.remove_change(int(key) if key else len(self.changes_of()) - 1)

    def changes_of(self) -> tuple[Change, ...]:
        """The changes of the chosen scenario."""
        what_if = self._view_model.what_if
        return what_if.changes if what_if is not None else ()

    def _add_change(self) -> None:
        kind = self._kind()
        try:
            change = Change(
                kind=kind,
                subject=self.subject.currentData() or "",
                to=self.to.currentData() or "",
                amount=self.amount.value() if kind in AMOUNT_UNITS else 0,
            )
        except TowerError as error:
            self.wrong.setText(str(error))
            self.wrong.show()
            return
        self.wrong.hide()
        self._view_model.add_change(change)
