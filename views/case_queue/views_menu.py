"""The menu of the queue's views: choose, save, update, rename, delete one, and choose columns."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from views.case_queue.model import COLUMNS
from views.case_queue.name_bar import NameBar
from views.case_queue.saved_views import shelf_from_text
from views.case_queue.state import SortKey
from views.case_queue.view_model import QueueViewModel
from views.language import tr

#: The columns that always stay: without them a row does not say what it is.
FIXED_COLUMNS: Final = frozenset({SortKey.SEVERITY, SortKey.CASE_ID})


def views_menu(model: QueueViewModel, bar: NameBar, parent: QWidget) -> QMenu:
    """The menu as things are now."""
    menu = QMenu(tr("Views"), parent)
    menu.setToolTipsVisible(True)
    for name in model.shelf.names:
        entry = menu.addAction(name.replace("&", "&&"))
        entry.setCheckable(True)
        entry.setChecked(name == model.view_name)
        entry.triggered.connect(lambda _=False, chosen=name: model.choose_view(chosen))
    if model.shelf.names:
        menu.addSeparator()
    menu.addAction(tr("Save as …")).triggered.connect(lambda: ask_to_save(model, bar))
    current = model.view_name
    if current:
        shown = current.replace("&", "&&")
        update = menu.addAction(tr("Update “{shown}”", shown=shown))
        update.setEnabled(model.view_differs)
        update.triggered.connect(lambda: model.save_view(current))
        menu.addAction(tr("Rename “{shown}” …", shown=shown)).triggered.connect(
            lambda: ask_to_rename(model, bar)
        )
        menu.addAction(tr("Delete “{shown}”", shown=shown)).triggered.connect(
            lambda: model.delete_view(current)
        )
        share = menu.addAction(tr("Copy “{shown}” to share it", shown=shown))
        share.triggered.connect(lambda: QGuiApplication.clipboard().setText(model.shared_text))
    take = menu.addAction(tr("Take in the view on the clipboard"))
    pasted = QGuiApplication.clipboard().text()
    take.setEnabled(bool(shelf_from_text(pasted).names))
    take.triggered.connect(lambda: model.take_shared(pasted))
    menu.addSeparator()
    menu.addMenu(columns_menu(model, menu))
    return menu


def columns_menu(model: QueueViewModel, parent: QWidget) -> QMenu:
    """Which columns are shown."""
    menu = QMenu(tr("Columns"), parent)
    for title, key in COLUMNS:
        if key in FIXED_COLUMNS:
            continue
        entry = menu.addAction(title)
        entry.setCheckable(True)
        entry.setChecked(key not in model.store.view.hidden_columns)
        entry.triggered.connect(lambda _=False, chosen=key: model.toggle_column(chosen))
    return menu


def ask_to_save(model: QueueViewModel, bar: NameBar) -> None:
    """Ask for the name of a new view."""
    bar.ask(tr("Name of the view"), "", why_not=model.shelf.why_not, then=model.save_view)


def ask_to_rename(model: QueueViewModel, bar: NameBar) -> None:
    """Ask for another name of the view shown."""
    old = model.view_name

    def why_not(name: str) -> str:
        return model.shelf.why_not(name, besides=old)

    bar.ask(tr("New name of the view"), old, why_not=why_not, then=model.rename_view)
