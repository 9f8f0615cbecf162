"""The loop at the window with every real process behind it: a planner proposes, a supervisor signs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import monotonic_seconds
from app.desk_store import DeskStore
from app.gui_bridge import GuiBridge
from app.gui_session import GuiSession, WindowRun
from app.instance_lock import InstanceLock
from app.profile import Profile, load_profile
from app.read_models.people import people_of
from app.store.engine import read_only_engine
from app.store.ledger_reads import LedgerReads
from connectors.world.command_log import CommandLog
from domain.approval_states import ApprovalState
from views.approvals.state import ApprovalStage
from views.shell.application import make_application
from views.shell.window import TowerWindow

START_MS = 60_000
STEP_MS = 40_000


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A demo of the smallest world, in a home of its own."""
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    made = load_profile("demo")
    file = made.folder / "profile.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('size = "demo"', 'size = "tiny"'), encoding="utf-8"
    )
    return load_profile("demo")


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication, profile: Profile) -> Iterator[GuiSession]:
    """The window with its bridge, worker, solver and services, ended when the test ends."""
    make_application("dark")
    lock = InstanceLock(profile.folder)
    bridge = GuiBridge(people_of(profile), DeskStore(profile.folder))
    window = TowerWindow(bridge)
    opened = GuiSession(
        run=WindowRun(profile=profile, started_seconds=monotonic_seconds()),
        end=qapp.quit,
        window=window,
        bridge=bridge,
    )
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)
    bridge.attach(window)
    with qtbot.waitSignal(bridge.first_shown, timeout=START_MS):
        bridge.start(lambda: opened.start_processes(""))
    yield opened
    opened.stop()
    lock.close()


def press(*keys: Qt.Key) -> None:
    for key in keys:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)


def test_a_case_is_proposed_signed_executed_and_leaves_the_queue(
    session: GuiSession, qtbot: QtBot, profile: Profile
) -> None:
    window, model = session.window, session.window.tower_model
    store = model.queue.store
    ledger = LedgerReads(read_only_engine(profile.folder / "ledger.db"))

    def priced() -> list[str]:
        rows = zip(store.table.ids, store.table.type_titles, strict=True)
        return [case_id for case_id, title in rows if title == "Price mismatch"]

    def ready() -> bool:
        detail = model.detail.detail
        return detail is not None and detail.case.case_id == case_id and bool(detail.options)

    qtbot.waitUntil(lambda: bool(priced()), timeout=START_MS)
    case_id = priced()[0]
    window.show_case(case_id)
    qtbot.waitUntil(ready, timeout=STEP_MS)

    press(Qt.Key.Key_P)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.approvals_model.rows()), timeout=STEP_MS)
    row = window.approvals_model.rows()[0]
    assert (row.case_id, row.stage) == (case_id, ApprovalStage.WAITING)
    assert row.why_not_decide, "the planner may not approve the own proposal"

    session.bridge.switch_identity("j.okafor")
    qtbot.waitUntil(lambda: not window.approvals_model.rows()[0].why_not_decide, timeout=STEP_MS)
    window.show_approval(row.action_id)
    content = window.approvals.content
    content.decision.reason.setFocus()
    QTest.keyClicks(content.decision.reason, "Agreed with the customer.")
    QTest.mouseClick(content.decision.approve, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ledger.approval(row.action_id).state is ApprovalState.EXECUTED, timeout=STEP_MS)
    qtbot.waitUntil(lambda: case_id not in store.table.ids, timeout=STEP_MS)

    (view,) = ledger.approvals()
    assert view.deciding is not None
    assert view.deciding.hub_index is not None, "the decision is recorded upstream"
    ledger.close()
    log = CommandLog(profile.folder / "world" / "commands.jsonl")
    assert [entry.key for entry in log.entries] == [f"{row.action_id}-1"]
    log.close()
