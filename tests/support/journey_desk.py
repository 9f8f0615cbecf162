"""A window on a real site: bridge, reading thread, read models, store and detection are the program's own.

Only the sync worker does not run in a process of its own: what the window asks for is done here, at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.bridge_parts import BridgeParts
from app.desk_store import DeskStore
from app.gui_bridge import GuiBridge
from app.identifiers import UlidSource
from app.profile import IdentitySettings, Profile, ProfileKind
from app.read_models.people import people_of
from app.read_models.snapshot import SnapshotReader
from app.services.approval_room import fresh_from
from app.services.case_life import CaseLife
from app.services.compensate import propose_way_back
from app.services.decide import DecisionRequest, decide
from app.services.ending_settled import say_settled
from app.services.execute import Executor
from app.services.policy_folder import DESK, PolicyFolder
from app.services.policy_watch import PolicyWatch
from app.services.propose_policy import PolicyEdit, propose_policy
from app.services.recommend.mirror_facts import MirrorFacts
from app.store.engine import read_only_engine
from app.store.mirror import Mirror
from app.workers.case_moves import move_case, move_each
from app.workers.messages import (
    Changed,
    Decide,
    MoveCase,
    MoveCases,
    ProposePolicy,
    Request,
    RetryQuarantined,
    Said,
    SayWhetherItHappened,
    SyncNow,
    TakeBack,
)
from connectors.protocol import IdempotencyLevel
from domain.approvals import Verdict
from domain.errors import TowerError
from domain.ids import SourceName
from optimization.limits import Limits
from tests.support.approval_desk import ERP, CountingSystem, Desk, TurnedClock, default_policy
from tests.support.tower_room import TowerRoom, tower_room
from views.shell.window import TowerWindow
from views.theme import apply, dark

WAIT_MS = 60_000


@dataclass
class _IdleSolver:
    """A solver that nobody asks anything."""

    ended: threading.Event = field(default_factory=threading.Event)

    def poll(self, seconds: float) -> tuple[()]:
        self.ended.wait(seconds)
        return ()


@dataclass
class RoomWorker:
    """Does what the window asks of the sync worker, on the room's mirror; ``erp`` is what it writes to."""

    room: TowerRoom
    life: CaseLife
    pipe: Connection
    desk: Desk
    profile: Profile
    erp: CountingSystem = field(default_factory=lambda: CountingSystem(IdempotencyLevel.D))
    solver: _IdleSolver = field(default_factory=_IdleSolver)
    asked: list[Request] = field(default_factory=list)

    def ask(self, request: Request) -> None:
        self.asked.append(request)
        try:
            self._do(request)
        except TowerError as error:
            self.pipe.send(Said(text=str(error), kind="error"))
        self.pipe.send(Changed(parts=frozenset({"cases", "sources", "approvals", "policies"})))

    def _do(self, request: Request) -> None:
        match request:
            case ProposePolicy():
                edit = PolicyEdit(file_name=request.file_name, text=request.text, reason=request.reason)
                folder, signer = self.profile.policy_folder, self.desk.people[request.user]
                propose_policy(self.desk.room, signer, edit, folder=folder, new_id=self.desk.ids.new_id)
            case Decide():
                wanted = DecisionRequest(
                    action_id=request.action_id, verdict=Verdict(request.decision), reason=request.reason
                )
                signer = self.desk.people[request.user]
                decide(self.desk.room, signer, wanted, fresh_from(self.room.mirror))
                self.settle()
            case TakeBack():
                propose_way_back(
                    self.desk.room,
                    self.desk.people[request.user],
                    request.action_id,
                    action_id=self.desk.ids.new_id(),
                    reason=request.reason,
                    facts=MirrorFacts(self.room.mirror),
                )
            case SayWhetherItHappened():
                say_settled(
                    self.desk.room,
                    self.desk.people[request.user],
                    request.action_id,
                    request.command_key,
                    happened=request.happened,
                    reason=request.reason,
                )
            case MoveCases():
                self.pipe.send(move_each(self.life, request))
            case MoveCase():
                move_case(self.life, request)
            case RetryQuarantined():
                source, stream, _ = request.quarantine_id.split("/", 2)
                with self.room.mirror.write() as transaction:
                    transaction.forget_cursor(SourceName(source), stream)
                self.room.sync(force=True)
            case SyncNow():
                self.room.sync(force=True)

    def solver_events(self, seconds: float) -> tuple[()]:
        """Nothing: nobody asks the solver anything."""
        return self.solver.poll(seconds)

    def settle(self) -> None:
        """Carry out what is approved, look at the policies, and detect anew if others came into force."""
        folder = self.profile.policy_folder
        Executor(
            room=self.desk.room,
            connectors={DESK: PolicyFolder(folder=folder), ERP: self.erp},
            fresh=fresh_from(self.room.mirror),
            signer=self.desk.people["executor@desk"],
            jitter=lambda: 0.5,
        ).run_once()
        if PolicyWatch(folder=folder, mirror=self.room.mirror).look(self.room.clock.now()):
            with self.room.mirror.write() as transaction:
                transaction.detect(now=self.room.clock.now(), full=True)


@dataclass
class JourneyDesk:
    """The window with what is behind it; keys and clicks go where a person's would."""

    window: TowerWindow
    worker: RoomWorker
    folder: Path
    qtbot: QtBot

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press keys where the keyboard is."""
        if QApplication.activePopupWidget() is None:
            # Without a window manager nobody gives the keyboard back after a menu.
            self.window.activateWindow()
            self.until(lambda: QApplication.activeWindow() is self.window)
        for key in keys:
            QTest.keyClick(self.focus(), key, modifier)

    def type(self, text: str) -> None:
        """Type a text where the keyboard is."""
        QTest.keyClicks(self.focus(), text)

    def click(self, widget: QWidget) -> None:
        """Click a widget in its middle."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def click_row(self, row: int) -> None:
        """Click a row of the queue."""
        table = self.window.tower.queue.table
        where = table.visualRect(self.window.tower_model.queue.model.index(row, 1)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def sit_down(self, user_id: str) -> None:
        """Let another person sit at the desk, by the menu behind the initials."""
        self.click(self.window.top.avatar)
        self.choose(next(p.name for p in people_of(self.worker.profile) if p.user_id == user_id))

    def choose(self, words: str) -> None:
        """Go to the entry of the open menu that begins with these words, by keys, and press Enter."""
        self.until(lambda: QApplication.activePopupWidget() is not None)
        menu = cast("QMenu", QApplication.activePopupWidget())
        wanted = next(entry for entry in menu.actions() if entry.text().startswith(words))
        assert wanted.isEnabled()
        for _ in menu.actions():
            if menu.activeAction() is wanted:
                break
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    def focus(self) -> QWidget:
        """Where the keyboard is."""
        return QApplication.focusWidget() or self.window

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window work until something holds."""
        self.qtbot.waitUntil(holds, timeout=WAIT_MS)

    def cases(self) -> tuple[str, ...]:
        """The cases of the queue."""
        return self.window.tower_model.queue.store.table.ids


@contextmanager
def journey_desk(qtbot: QtBot, folder: Path, prepare: Callable[[TowerRoom], Any]) -> Iterator[JourneyDesk]:
    """A window on a site that ``prepare`` has filled; everything is ended afterwards."""
    with tower_room(folder) as room:
        prepare(room)
        approvals = Desk(folder, clock=TurnedClock(room.clock.now()))
        ids = UlidSource(clock=room.clock, random_bits=lambda bits: len(worker.asked) + bits)
        here, there = Pipe()
        profile = _profile(folder)
        worker = RoomWorker(
            room=room,
            life=CaseLife(mirror=room.mirror, clock=room.clock, ids=ids),
            pipe=there,
            desk=approvals,
            profile=profile,
        )
        bridge = GuiBridge(people_of(profile), DeskStore(folder))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply(app, dark())
        window = TowerWindow(bridge, held_ms=0)
        qtbot.addWidget(window)
        window.resize(1_600, 1_000)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)
        bridge.attach(window)
        parts = BridgeParts(
            processes=cast("Any", worker),
            open_reader=lambda: SnapshotReader(
                mirror=Mirror(read_only_engine(folder / "mirror.db")),
                ledger=approvals.ledger,
                profile=profile,
                policy=default_policy(),
            ),
            clock=room.clock,
            ids=ids,
            limits=Limits(deterministic_time=1.0, wall_seconds=5.0),
        )
        with qtbot.waitSignal(bridge.first_shown, timeout=WAIT_MS):
            bridge.begin(parts, here)
        yield JourneyDesk(window=window, worker=worker, folder=folder, qtbot=qtbot)
        bridge.stop()
        worker.solver.ended.set()
        approvals.close()


def _profile(folder: Path) -> Profile:
    policies = folder / "policies"
    policies.mkdir()
    return Profile(
        name="site",
        title="Site",
        kind=ProfileKind.CONNECTED,
        folder=folder,
        sources=(),
        policy_folder=policies,
        identities=(
            IdentitySettings(user="a.moreno", name="Alex Moreno", role="planner"),
            IdentitySettings(user="p.singh", name="Priya Singh", role="planner"),
            IdentitySettings(user="j.okafor", name="Joy Okafor", role="supervisor"),
        ),
    )
