"""Saved views: keep, choose, update, rename, delete, columns; by real keys and the menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.support.open_window import OpenWindow, open_window
from views.case_queue.model import BEST, OWNER, SUBJECT
from views.case_queue.saved_views import MOST_VIEWS, ViewShelf, lasting, shelf_from_text
from views.case_queue.state import QueueFilter, QueueView, SortKey
from views.case_queue.table import column_widths

KEY = Qt.Key
#: The offscreen platform cannot give a menu the keyboard and says so; the test sends the keys itself.
opens_a_menu = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def choose(menu: QMenu, words: str) -> None:
    """Trigger the entry of a menu whose text begins with these words."""
    next(entry for entry in menu.actions() if entry.text().startswith(words)).trigger()


def titles(menu: QMenu) -> list[str]:
    return [entry.text() for entry in menu.actions() if entry.text()]


@opens_a_menu
def test_a_view_is_saved_by_keyboard_and_chosen_again(desk: OpenWindow) -> None:
    queue, panel = desk.window.tower_model.queue, desk.window.tower.queue
    queue.set_chip(QueueFilter.CRITICAL)
    queue.sort_by(SortKey.BREACH)
    desk.press(KEY.Key_V)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert titles(menu) == ["Save as …", "Take in the view on the clipboard", "Columns"]
    QTest.keyClick(menu, KEY.Key_Return)
    assert panel.name_bar.isVisible()
    assert panel.name_bar.field.hasFocus()
    desk.type("Before noon")
    desk.press(KEY.Key_Return)
    assert not panel.name_bar.isVisible()
    assert panel.views_button.text() == "Before noon"
    kept = next(text for name, what, text in desk.intents.named("remember") if what == "views")
    assert isinstance(kept, str)
    assert shelf_from_text(kept).names == ("Before noon",)
    queue.set_chip(QueueFilter.ALL)
    assert panel.views_button.text() == "Before noon •"
    assert panel.views_button.accessibleName() == "View Before noon, changed since it was saved"
    choose(panel.views_menu(), "Before noon")
    assert len(queue.store) == 37
    assert panel.views_button.text() == "Before noon"
    assert panel.chips.button(QueueFilter.CRITICAL).isChecked()


def test_a_view_brings_its_words_into_the_filter(desk: OpenWindow) -> None:
    queue, panel = desk.window.tower_model.queue, desk.window.tower.queue
    panel.filter_field.setText("memphis")
    queue.save_view("Memphis")
    panel.filter_field.clear()
    queue.choose_view("Memphis")
    assert panel.filter_field.text() == "memphis"
    assert not queue.view_differs


def test_names_are_judged_while_they_are_typed_and_esc_leaves(desk: OpenWindow) -> None:
    panel, queue = desk.window.tower.queue, desk.window.tower_model.queue
    queue.save_view("Mine")
    panel.ask_to_save_view()
    assert not panel.name_bar.act.isEnabled()
    desk.type("Mine")
    assert panel.name_bar.problem.text() == "There is a view 'Mine' already."
    desk.press(KEY.Key_Return)
    assert panel.name_bar.isVisible()
    desk.press(KEY.Key_Escape)
    assert not panel.name_bar.isVisible()
    assert panel.table.hasFocus()
    assert queue.shelf.names == ("Mine",)


def test_rename_update_and_delete(desk: OpenWindow) -> None:
    panel, queue = desk.window.tower.queue, desk.window.tower_model.queue
    queue.save_view("First")
    queue.save_view("Second")
    queue.choose_view("First")
    choose(panel.views_menu(), "Rename")
    desk.type("A & B")
    desk.press(KEY.Key_Return)
    assert list(queue.shelf.names) == ["A & B", "Second"]
    assert titles(panel.views_menu())[:2] == ["A && B", "Second"]
    queue.set_chip(QueueFilter.UNOWNED)
    choose(panel.views_menu(), "Update")
    assert queue.shelf.views["A & B"].chip is QueueFilter.UNOWNED
    choose(panel.views_menu(), "Delete")
    assert list(queue.shelf.names) == ["Second"]
    assert panel.views_button.text() == "Views"


def test_columns_can_be_left_out_and_are_part_of_a_view(desk: OpenWindow) -> None:
    panel, queue = desk.window.tower.queue, desk.window.tower_model.queue
    columns = panel.views_menu().actions()[-1].menu()
    assert isinstance(columns, QMenu)
    assert "Exception" not in titles(columns), "what says which case it is stays"
    queue.toggle_column(SortKey.OWNER)
    assert panel.table.isColumnHidden(OWNER)
    queue.save_view("Without owner")
    queue.toggle_column(SortKey.OWNER)
    assert not panel.table.isColumnHidden(OWNER)
    queue.choose_view("Without owner")
    assert panel.table.isColumnHidden(OWNER)


@pytest.mark.parametrize("hidden", [frozenset(), {BEST}, {SUBJECT}, {SUBJECT, BEST}, {OWNER, SUBJECT, BEST}])
def test_the_columns_always_fill_the_width(hidden: frozenset[int]) -> None:
    widths = column_widths(1_100, frozenset(hidden))
    assert sum(widths.values()) == 1_100
    assert all(widths[column] == 0 for column in hidden)


def test_views_come_back_on_the_next_day(desk: OpenWindow, qtbot: QtBot, qapp: QApplication) -> None:
    desk.window.tower_model.queue.save_view("Kept")
    text = desk.window.tower_model.queue.shelf.to_text()
    another = open_window(qtbot, qapp)
    another.window.restore({"views": text})
    assert another.window.tower_model.queue.shelf.names == ("Kept",)


_VIEWS = st.builds(
    QueueView,
    chip=st.sampled_from(QueueFilter),
    text=st.text(max_size=20),
    sort=st.sampled_from(SortKey),
    descending=st.booleans(),
    grouped=st.booleans(),
    all_hidden=st.booleans(),
    hidden_columns=st.frozensets(st.sampled_from(SortKey)),
    picked_title=st.sampled_from(["", "picked"]),
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(min_size=1, max_size=30).filter(str.strip), _VIEWS, max_size=5))
def test_a_shelf_survives_being_written_and_read(views: dict[str, QueueView]) -> None:
    shelf = ViewShelf()
    for name, view in views.items():
        shelf = shelf.with_view(name, view)
    again = shelf_from_text(shelf.to_text())
    assert again == shelf
    assert all(again.views[name] == lasting(view) for name, view in views.items())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "views": []}', '{"version": 1, "views": [3, {}]}']
)
def test_what_cannot_be_understood_is_left_out(text: str) -> None:
    assert shelf_from_text(text) == ViewShelf()


def test_a_shared_view_never_takes_the_place_of_another() -> None:
    mine = ViewShelf().with_view("Urgent", QueueView(text="mine"))
    theirs = ViewShelf().with_view("Urgent", QueueView(text="theirs"))
    shelf, name = mine.joined(theirs)
    assert (name, shelf.names) == ("Urgent 2", ("Urgent", "Urgent 2"))
    assert shelf.joined(theirs) == (shelf, "Urgent 2")
    assert mine.joined(ViewShelf()) == (mine, "")


def test_a_shelf_has_its_limits() -> None:
    shelf = ViewShelf(views={str(n): QueueView() for n in range(MOST_VIEWS)})
    assert "delete one first" in shelf.why_not("more")
    assert shelf.why_not(" ") == "A view needs a name."
    assert shelf.why_not("1", besides="1") == ""
    assert "at most" in shelf.why_not("x" * 61)
    assert replace(QueueView(), picked_title="x") != lasting(replace(QueueView(), picked_title="x"))
