"""The first run by keys and clicks: the demo, a connected system, a file taken in by its columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import monotonic_seconds
from app.connect import connector_of
from app.file_drop import take_dropped
from app.first_run import FirstRun, needs_first_run
from app.profile import load_profile
from domain.errors import BadInputError
from domain.inventory import InventoryPosition
from tests.support.fake_tower import NOW
from tests.support.living_world import SteppingClock
from views.first_run.widget import FirstRunWindow

STOCK = "SKU;Warehouse;On hand;Note\nKT-2201;MEM;12;ok\nKT-2202;DFW;many;?\nKT-2203;MEM;0;\n"


@pytest.fixture
def first(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FirstRunWindow]:
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    assert needs_first_run()
    window = FirstRunWindow(FirstRun())
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)
    yield window
    qapp.processEvents()


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]  # any widget


def drop(window: FirstRunWindow, file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, left, none))


def test_the_demo_is_one_key_away(first: FirstRunWindow) -> None:
    first.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first.buttons[0], Qt.Key.Key_Space)
    assert first.profile == "demo"
    assert not first.isVisible()
    assert not needs_first_run()


def test_a_system_is_connected(first: FirstRunWindow) -> None:
    click(first.buttons[1])
    page = first.connect_page
    click(page.make)
    assert page.problem.text() == "Say where the system is."
    page.title.setFocus()
    QTest.keyClicks(page.title, "Midwest")
    QTest.keyClicks(page.address, "http://127.0.0.1:8000")
    QTest.keyClicks(page.database, "tryton")
    QTest.keyClicks(page.user, "tower")
    click(page.make)
    assert page.problem.text().startswith("Say who you are")
    QTest.keyClicks(page.person, "Alex Moreno")
    QTest.keyClicks(page.supervisor, "Joy Okafor")
    click(page.make)
    profile = load_profile(first.profile)
    assert (profile.title, profile.sources[0].system) == ("Midwest", "tryton")
    assert profile.sources[0].option("database") == "tryton"
    assert [(p.user, p.role) for p in profile.identities] == [
        ("alex.moreno", "planner"),
        ("joy.okafor", "supervisor"),
    ]


def test_a_dropped_file_is_shown_and_taken_in(first: FirstRunWindow, tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text(STOCK, encoding="utf-8")
    drop(first, file)
    page = first.file_page
    assert page.isVisible()
    chosen = {name: box.currentText() for name, box in page.fields.items()}
    assert chosen == {
        "item_id": "SKU",
        "node_id": "Warehouse",
        "on_hand_quantity": "On hand",
        "safety_stock_quantity": "no column",
    }
    assert page.verdict.text() == "2 rows can be taken in, 1 cannot."
    assert "'many'" in page.faults.text()
    QTest.keyClicks(page.person, "Alex Moreno")
    click(page.take)
    profile = load_profile(first.profile)
    connector = connector_of(
        profile.sources[0],
        credential=str,
        folder=profile.folder,
        clock=SteppingClock(NOW),
        monotonic=monotonic_seconds,
    )
    records = connector.changes("stock", None, 100).records
    connector.close()
    found = [record.entity for record in records]
    assert all(isinstance(each, InventoryPosition) for each in found)
    assert {
        (e.item_id, e.node_id, e.on_hand_quantity) for e in found if isinstance(e, InventoryPosition)
    } == {
        ("KT-2201", "MEM", 12),
        ("KT-2203", "MEM", 0),
    }


def test_a_missing_column_is_asked_for_and_another_kind_can_be_chosen(
    first: FirstRunWindow, tmp_path: Path
) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("A,B\nKT-1,5\n", encoding="utf-8")
    first.open_file(str(file))
    page = first.file_page
    assert page.verdict.text() == "No column is chosen for Item, On hand."
    assert not page.take.isEnabled()
    for field, row in (("item_id", 1), ("on_hand_quantity", 2)):
        page.fields[field].setCurrentIndex(row)
        page.fields[field].activated.emit(row)
    assert page.verdict.text() == "1 rows can be taken in, 0 cannot."
    click(page.kinds.button("inbound_supply"))
    assert "Purchase order" in page.verdict.text()


def test_what_is_no_table_is_refused_in_words(first: FirstRunWindow, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"no workbook")
    first.open_file(str(file))
    assert first.file_page.verdict.text()
    assert not first.file_page.take.isEnabled()
    drop(first, tmp_path / "a.exe")
    assert first.file_page.file.text() == str(file)


def test_a_profile_without_files_says_how_to_take_some_in(first: FirstRunWindow, tmp_path: Path) -> None:
    first.open_demo()
    with pytest.raises(BadInputError, match="takes in no files"):
        take_dropped(load_profile("demo"), str(tmp_path / "stock.csv"))
