"""Menus about the selected case, or about all marked ones: who shall own it, how long it may rest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu, QWidget

from views.case_queue.state import SNOOZES, UNTIL_DOUBLED
from views.case_queue.view_model import QueueViewModel
from views.language import tr
from views.shell.state import Identity


def assign_menu(model: QueueViewModel, people: Sequence[Identity], parent: QWidget) -> QMenu:
    """The people a case can be given to, oneself first."""
    menu = QMenu(tr("Assign to"), parent)
    mine = model.store.me
    for person in sorted(people, key=lambda p: (p.name != mine, p.name)):
        name = tr("{name} (me)", name=person.name) if person.name == mine else person.name
        menu.addAction(name).triggered.connect(lambda _=False, chosen=person.user_id: model.assign(chosen))
    return menu


def snooze_menu(model: QueueViewModel, parent: QWidget) -> QMenu:
    """How long a case may rest."""
    menu = QMenu(tr("Snooze"), parent)
    for minutes, words in SNOOZES:
        menu.addAction(tr(words)).triggered.connect(lambda _=False, chosen=minutes: model.snooze(chosen))
    if not model.bulk.marked:
        menu.addAction(tr(UNTIL_DOUBLED)).triggered.connect(model.snooze_until_doubled)
    return menu
