"""One run of the window: shown at once, processes started beside it, ended together, reported offscreen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.bootstrap import (
    LEDGER_FILE,
    MIRROR_FILE,
    monotonic_seconds,
    policy_of,
    solve_limits,
    surroundings_of,
    ulid_source,
)
from app.gui_bridge import BridgeParts, GuiBridge
from app.instance_lock import InstanceLock
from app.profile import Profile, ProfileKind
from app.read_models.people import people_of
from app.read_models.snapshot import SnapshotReader
from app.secrets import PIN_FILE_VARIABLE, PIN_VARIABLE
from app.store.engine import open_database, read_only_engine
from app.store.ledger_reads import LedgerReads
from app.store.mirror import Mirror
from app.workers.processes import TowerProcesses, resident_mebibytes
from views.shell.application import after, ask_pin, grab, make_application, run_until_closed, show_first
from views.shell.state import ThemeName
from views.shell.window import TowerWindow

THEME_FILE = "theme"
BEFORE_END_SECONDS = 2.0
SELECT_BEFORE_END_SECONDS = 12.0
SHOWN_TYPE = "Stock elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRun:
    """How the window is opened: on a screen, or (``seconds`` above 0) for a while without one.

    ``started_seconds`` is when the program began, on the monotonic clock.
    """

    profile: Profile
    started_seconds: float
    seconds: int = 0
    out: Path = Path("out")


@dataclass(slots=True, kw_only=True)
class GuiSession:
    """The window, its bridge and its processes, while they run."""

    run: WindowRun
    end: Callable[[], None]
    window: TowerWindow
    bridge: GuiBridge
    processes: TowerProcesses
    times_ms: dict[str, int] = field(default_factory=dict)

    def note_time(self, name: str) -> None:
        """Keep how long after the program's start something happened."""
        self.times_ms.setdefault(name, round((monotonic_seconds() - self.run.started_seconds) * 1000))

    def start_processes(self, pin: str) -> tuple[BridgeParts, Connection]:
        """Start everything beside the window (some seconds); runs in a thread of its own."""
        profile = self.run.profile
        _make_databases(profile)
        pipe = self.processes.start(pin)
        around = surroundings_of(profile, demo=self.processes.demo)
        parts = BridgeParts(
            processes=self.processes,
            open_reader=lambda: _open_reader(around.profile),
            clock=around.clock,
            ids=ulid_source(around.clock),
            limits=solve_limits(),
        )
        return parts, pipe

    def select_a_case(self) -> None:
        """Look at a case as a planner would: the first that stock elsewhere could solve, else the first."""
        table = self.window.tower_model.queue.store.table
        wanted = (i for i, title in zip(table.ids, table.type_titles, strict=True) if title == SHOWN_TYPE)
        first = next(wanted, next(iter(table.ids), ""))
        if first:
            self.window.show_case(first)

    def finish_offscreen(self) -> None:
        """Leave the picture and the report, print the summary, and close."""
        out = self.run.out
        grab(self.window, out / "tower.png")
        report = self._report()
        (out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
        self.end()

    def _report(self) -> dict[str, Any]:
        table = self.window.tower_model.queue.store.table
        by_type: dict[str, int] = {}
        for title in table.type_titles:
            by_type[title] = by_type.get(title, 0) + 1
        return {
            "profile": self.run.profile.name,
            "times_ms": self.times_ms,
            "cases": len(table),
            "cases_by_type": by_type,
            "value_at_risk_cents": int(table.loss_cents.sum()) if len(table) else 0,
            "options_worked_out": sum(1 for text in table.best_options if text),
            "memory_mebibytes": memory_of({"window": os.getpid(), **self.processes.pids()}),
            "seconds": self.run.seconds,
        }


def memory_of(pids: Mapping[str, int]) -> dict[str, int | None]:
    """Resident memory by process name, in MiB."""
    return {name: resident_mebibytes(pid) for name, pid in pids.items()}


def run_window(run: WindowRun) -> int:
    """Open the window on a profile and stay until it is closed, or until its seconds are over.

    Raises:
        RefusedError: another program has the profile open.
    """
    lock = InstanceLock(run.profile.folder)
    theme = _kept_theme(run.profile)
    application = make_application(theme)
    bridge = GuiBridge(people_of(run.profile), _theme_saver(run.profile))
    session = GuiSession(
        run=run,
        end=application.quit,
        window=TowerWindow(bridge),
        bridge=bridge,
        processes=TowerProcesses(run.profile),
    )
    session.window.set_theme(theme)
    show_first(session.window, application)
    session.note_time("first_window")
    bridge.first_shown.connect(lambda: session.note_time("first_queue"))
    bridge.attach(session.window)
    pin = _pin_of(session)
    bridge.start(lambda: session.start_processes(pin))
    if run.seconds:
        after(max(1.0, run.seconds - SELECT_BEFORE_END_SECONDS), session.select_a_case)
        after(max(2.0, run.seconds - BEFORE_END_SECONDS), session.finish_offscreen)
    try:
        return run_until_closed(application)
    finally:
        bridge.stop()
        session.processes.stop()
        lock.close()


def _pin_of(session: GuiSession) -> str:
    """The person's PIN; empty where the demo or the environment has it, or nobody can be asked."""
    in_environment = bool({PIN_VARIABLE, PIN_FILE_VARIABLE} & set(os.environ))
    is_demo = session.run.profile.kind is ProfileKind.DEMO
    return "" if is_demo or in_environment or session.run.seconds else ask_pin(session.window)


def _make_databases(profile: Profile) -> None:
    """Make or migrate both databases before anybody reads them."""
    for file, role in ((MIRROR_FILE, "mirror"), (LEDGER_FILE, "ledger")):
        open_database(profile.folder / file, role="mirror" if role == "mirror" else "ledger").dispose()


def _open_reader(profile: Profile) -> SnapshotReader:
    return SnapshotReader(
        mirror=Mirror(read_only_engine(profile.folder / MIRROR_FILE)),
        ledger=LedgerReads(read_only_engine(profile.folder / LEDGER_FILE)),
        profile=profile,
        policy=policy_of(profile),
    )


def _kept_theme(profile: Profile) -> ThemeName:
    file = profile.folder / THEME_FILE
    return "light" if file.exists() and file.read_text(encoding="utf-8").strip() == "light" else "dark"


def _theme_saver(profile: Profile) -> Callable[[ThemeName], None]:
    def save(name: ThemeName) -> None:
        (profile.folder / THEME_FILE).write_text(name, encoding="utf-8")

    return save
