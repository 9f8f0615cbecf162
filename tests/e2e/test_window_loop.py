"""Three journeys at the window with every real process behind it, on the embedded world.

The first run leads to the demo; a planner proposes and a supervisor signs; a what-if becomes proposals.
"""

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
from app.first_run import FirstRun, needs_first_run
from app.gui_bridge import GuiBridge
from app.gui_session import GuiSession, WindowRun
from app.instance_lock import InstanceLock
from app.profile import Profile, load_profile
from app.read_models.people import people_of
from app.store.engine import read_only_engine
from app.store.ledger_reads import LedgerReads
from connectors.world.command_log import CommandLog
from domain.approval_states import ApprovalState
from domain.what_if import ChangeKind
from views.approvals.state import ApprovalStage
from views.first_run.widget import FirstRunWindow
from views.shell.application import make_application
from views.shell.window import TowerWindow

START_MS = 60_000
STEP_MS = 40_000
#: A first solve may compile the planner's loops.
SOLVE_MS = 180_000


@pytest.fixture
def profile(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """The demo, chosen by keys at the first run in a home of its own; its world is the smallest one."""
    monkeypatch.setenv("CONTROL_TOWER_HOME", str(tmp_path))
    assert needs_first_run()
    first = FirstRunWindow(FirstRun())
    qtbot.addWidget(first)
    first.show()
    first.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is first, timeout=STEP_MS)
    first.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    press(Qt.Key.Key_Space)
    assert (first.profile, first.isVisible(), needs_first_run()) == ("demo", False, False)
    file = load_profile(first.profile).folder / "profile.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('size = "demo"', 'size = "tiny"'), encoding="utf-8"
    )
    return load_profile(first.profile)


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


def test_from_the_first_run_to_an_executed_action_and_a_what_if_proposed(
    session: GuiSession, qtbot: QtBot, profile: Profile
) -> None:
    case_id, action_id = a_case_is_proposed_signed_and_executed(session, qtbot, profile)
    assert case_id not in session.window.tower_model.queue.store.table.ids
    assert carried_out(profile) == [f"{action_id}-1"]
    line_id = a_what_if_is_solved_explained_and_proposed(session, qtbot)
    assert session.window.what_if.model.promoted == {line_id: ""}
    waiting = [r for r in session.window.approvals_model.rows() if r.stage is ApprovalStage.WAITING]
    assert [row.why_not_decide != "" for row in waiting] == [True]


def carried_out(profile: Profile) -> list[str]:
    """The commands that the demo's systems have done."""
    log = CommandLog(profile.folder / "world" / "commands.jsonl")
    try:
        return [entry.key for entry in log.entries]
    finally:
        log.close()


def a_case_is_proposed_signed_and_executed(
    session: GuiSession, qtbot: QtBot, profile: Profile
) -> tuple[str, str]:
    """Until it has left the queue; gives the case and the action."""
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
    return case_id, row.action_id


def a_what_if_is_solved_explained_and_proposed(session: GuiSession, qtbot: QtBot) -> str:
    """Until a line of it waits for a supervisor; gives the line."""
    window, page = session.window, session.window.what_if
    model, before = page.model, len(session.window.approvals_model.rows())
    session.bridge.switch_identity("a.moreno")
    window.show_page("tower")
    press(Qt.Key.Key_G, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: model.choices is not None and model.choices.open_lines > 0, timeout=STEP_MS)

    # What if the busiest site closes? The backlog is solved with and without it, in a process of its own.
    press(Qt.Key.Key_N)
    what_if = model.what_if
    assert what_if is not None
    assert [change.kind for change in what_if.changes] == [ChangeKind.NODE_CLOSED]
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: model.solved is not None, timeout=SOLVE_MS)
    world = model.world_view
    assert world is not None
    assert world.what_if == what_if
    rows = page.flips.flips.rows
    promotable = next(number for number, row in enumerate(rows) if model.can_propose([row]))
    where = page.flips.visualRect(page.flips.flips.index(promotable, 0)).center()
    QTest.mouseClick(page.flips.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.waitUntil(lambda: bool(page.why.toPlainText()), timeout=STEP_MS)

    # The line is proposed as the scenario has it, and waits for a supervisor.
    page.reason.setFocus()
    QTest.keyClicks(page.reason, "The site closes tomorrow.")
    QTest.mouseClick(page.promote, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: model.promoted == {rows[promotable].line_id: ""}, timeout=STEP_MS)
    qtbot.waitUntil(lambda: len(window.approvals_model.rows()) > before, timeout=STEP_MS)
    return rows[promotable].line_id
