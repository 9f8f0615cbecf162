"""A table file in the open window: looked at, its columns chosen, taken in with its mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desk_intents import DeskIntents
from app.desk_store import DeskStore
from connectors.files.profiles import load_mappings
from tests.support.open_window import OpenWindow, open_window
from views.first_run.state import FilePreview
from views.shell.window import TowerWindow

KEY = Qt.Key
STOCK = "SKU;Warehouse;On hand\nKT-2201;MEM;12\nKT-2202;DFW;many\n"
PROFILE = (
    'name = "site"\ntitle = "Site"\nkind = "connected"\n\n[[source]]\nname = "sheets"\nsystem = "files"\n'
    'url = "sheets"\nmappings = "mappings"\n\n[[identity]]\nuser = "a"\nname = "A"\nrole = "planner"\n'
)


class OpenProfile(DeskIntents):
    """The program's own half that knows files, without its processes."""

    def __init__(self, folder: Path) -> None:
        self._store = DeskStore(folder)
        self._parts = None
        self._screen = None


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenWindow:
    (tmp_path / "profile.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "stock-2026-11-22.csv").write_text(STOCK, encoding="utf-8")
    opened = open_window(qtbot, qapp)
    profile = OpenProfile(tmp_path)
    monkeypatch.setattr(opened.intents, "preview_file", profile.preview_file)
    monkeypatch.setattr(opened.intents, "take_in_table", profile.take_in_table)
    return opened


def drop(window: TowerWindow, file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, left, none))


def test_a_dropped_file_is_shown_with_its_faults_and_taken_in_with_its_mapping(
    desk: OpenWindow, tmp_path: Path
) -> None:
    file = tmp_path / "stock-2026-11-22.csv"
    drop(desk.window, file)
    sheet = desk.window.file_sheet
    assert sheet.isVisible()
    assert {name: box.currentData() for name, box in sheet.page.fields.items() if box.currentData()} == {
        "item_id": "SKU",
        "node_id": "Warehouse",
        "on_hand_quantity": "On hand",
    }
    assert sheet.page.verdict.text() == "1 rows can be taken in, 1 cannot."
    assert "'many'" in sheet.page.faults.text()
    assert not sheet.page.person.isVisible(), "it is known who sits here"
    desk.press(KEY.Key_Space)
    assert not sheet.isVisible()
    assert (tmp_path / "sheets" / "in" / file.name).read_text(encoding="utf-8") == STOCK
    (mapping,) = load_mappings(tmp_path / "mappings")
    assert mapping.kind == "inventory_position"
    assert mapping.matches("stock-2026-11-23.csv"), "tomorrow's file is read alike"
    assert not mapping.matches("prices.csv")


def test_a_column_is_chosen_by_hand_and_esc_leaves_without_a_trace(desk: OpenWindow, tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("A,B\nKT-1,5\n", encoding="utf-8")
    drop(desk.window, plain)
    page = desk.window.file_sheet.page
    assert page.verdict.text() == "No column is chosen for Item, On hand."
    for field, row in (("item_id", 1), ("on_hand_quantity", 2)):
        page.fields[field].setCurrentIndex(row)
        page.fields[field].activated.emit(row)
    assert page.verdict.text() == "1 rows can be taken in, 0 cannot."
    desk.window.file_sheet.setFocus()
    desk.press(KEY.Key_Escape)
    assert not desk.window.file_sheet.isVisible()
    assert not (tmp_path / "mappings").exists()


def test_the_sources_page_asks_for_a_file(
    desk: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stock-2026-11-22.csv"
    monkeypatch.setattr("views.sources.file_sheet.ask_which", lambda _parent, _title: str(file))
    desk.press(KEY.Key_G, KEY.Key_S)
    desk.click(desk.window.sources.import_file)
    assert desk.window.file_sheet.page.file.text() == str(file)


def test_a_profile_without_a_source_of_files_says_so(desk: OpenWindow, tmp_path: Path) -> None:
    text = PROFILE.replace('system = "files"', 'system = "edi"').replace("mappings = ", "partners = ")
    (tmp_path / "profile.toml").write_text(text, encoding="utf-8")
    preview = FilePreview(path=str(tmp_path / "a.csv"), kind="inventory_position", columns=(), fields=())
    assert desk.intents.take_in_table(preview).startswith("This profile takes in no files.")
