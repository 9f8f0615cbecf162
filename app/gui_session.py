"""One run of the window: shown at once, processes started beside it, ended together, reported offscreen."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.bootstrap import LEDGER_FILE, monotonic_seconds
from app.collector import GIVE_BACK_SECONDS, give_back, keep_what_is_there
from app.desk_store import DeskStore
from app.environment import PIN_FILE_VARIABLE, PIN_VARIABLE
from app.fault_log import crashed_before, end_on_signal, log_to, report_faults_to
from app.instance_lock import InstanceLock
from app.late_program import LateProgram
from app.profile import LOG_FOLDER, Profile, ProfileKind
from app.read_models.people import people_of
from domain.errors import CorruptError, UnavailableError
from views.first_run.state import FirstRunIntents
from views.shell.application import (
    after,
    ask_pin,
    begin_application,
    every,
    grab,
    make_application,
    run_until_closed,
    show_first,
)
from views.shell.window import TowerWindow
from views.shell.zone import own_zone

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from app.bridge_parts import BridgeParts
    from app.gui_bridge import GuiBridge
    from app.workers.processes import TowerProcesses

REPORT_FILE = "report.json"
SQLITE_MAGIC = b"SQLite format 3\0"
BEFORE_END_SECONDS = 2.0
TURN_SECONDS = 0.0005
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

    def age_ms(self) -> int:
        """How long ago the program began, in milliseconds."""
        return round((monotonic_seconds() - self.started_seconds) * 1000)


@dataclass(slots=True, weakref_slot=True, kw_only=True)
class GuiSession:
    """The window, its bridge and its processes, while they run."""

    run: WindowRun
    end: Callable[[], None]
    window: TowerWindow
    bridge: GuiBridge
    processes: TowerProcesses | None = None
    start_error: str = ""
    times_ms: dict[str, int] = field(default_factory=dict)

    def note_time(self, name: str) -> None:
        """Keep how long after the program's start something happened."""
        self.times_ms.setdefault(name, self.run.age_ms())

    def start_processes(self, pin: str) -> tuple[BridgeParts, Connection]:
        """Start everything beside the window (some seconds); runs in a thread of its own."""
        # The window shows, and the others load, while the store is imported here.
        from app.workers.processes import TowerProcesses  # noqa: PLC0415 - see above

        self.processes = TowerProcesses(self.run.profile)
        self.processes.begin()
        from app.window_start import start_beside  # noqa: PLC0415 - see above

        return start_beside(self.run.profile, self.processes, pin)

    def note_failed_start(self, why: str) -> None:
        """Remember why nothing could be started: the program ends with it."""
        self.start_error = why

    def stop(self) -> None:
        """End the bridge and whatever was started."""
        self.bridge.stop()
        if self.processes is not None:
            self.processes.stop()

    def select_a_case(self) -> None:
        """Look at a case as a planner would: the first that stock elsewhere could solve, else the first."""
        self.window.tower_model.queue.refresh()
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
        (out / REPORT_FILE).write_text(json.dumps(report, indent=1), encoding="utf-8")
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
            "memory_mebibytes": self._memory(),
            "seconds": self.run.seconds,
        }

    def _memory(self) -> dict[str, int | None]:
        """Resident memory by process name, in MiB."""
        from app.workers.processes import resident_mebibytes  # noqa: PLC0415 - only for a report

        pids = {"window": os.getpid(), **(self.processes.pids() if self.processes is not None else {})}
        return {name: resident_mebibytes(pid) for name, pid in pids.items()}


def begin_first_run(intents: FirstRunIntents) -> str:
    """Ask how to begin; gives the profile to open, empty when the person would not begin."""
    from views.first_run.widget import ask_first_run  # noqa: PLC0415 - only a first run

    make_application("dark")
    return ask_first_run(intents)


def run_window(run: WindowRun, script: Callable[[GuiSession], None] | None = None) -> int:
    """Open the window on a profile and stay until it is closed, or until its seconds are over.

    ``script`` is told of the session once the window shows; it may steer it.

    Raises:
        RefusedError: another program has the profile open.
    """
    lock = InstanceLock(run.profile.folder)
    _require_databases(run.profile)
    crashed = crashed_before(run.profile.folder / LOG_FOLDER)
    log_to(run.profile.folder / LOG_FOLDER, "window")
    session = _shown_session(run)
    bridge = session.bridge
    keep_what_is_there()
    if crashed:
        session.window.crash_notice.tell()
    end_on_signal(session.end)
    report_faults_to(bridge.tell_fault)
    bridge.first_shown.connect(lambda: session.note_time("first_queue"))
    # By then the store and the read models are there, too.
    bridge.first_shown.connect(keep_what_is_there)
    bridge.start_failed.connect(session.note_failed_start)
    bridge.attach(session.window)
    pin = _pin_of(session)
    bridge.start(lambda: session.start_processes(pin))
    if script is not None:
        script(session)
    if run.seconds:
        after(max(1.0, run.seconds - SELECT_BEFORE_END_SECONDS), session.select_a_case)
        after(max(2.0, run.seconds - BEFORE_END_SECONDS), session.finish_offscreen)
    giving_back = every(GIVE_BACK_SECONDS, give_back)
    try:
        code = run_until_closed()
    finally:
        giving_back.stop()
        session.stop()
        lock.close()
    if session.start_error:
        raise UnavailableError(what=session.start_error, remedy="")
    return code


def _shown_session(run: WindowRun) -> GuiSession:
    """Make, dress and paint the window, and only then read what it speaks to."""
    store = DeskStore(run.profile.folder)
    theme = store.theme()
    application = begin_application(theme)
    late = LateProgram()
    window = TowerWindow(late.intents)
    window.restore(store.kept())
    window.set_theme(theme)
    show_first(window, application)
    shown_ms = run.age_ms()
    from app.gui_bridge import GuiBridge  # noqa: PLC0415 - the window is seen while this is imported

    # Its reading thread gives the interpreter back to the window ten times sooner than is usual.
    sys.setswitchinterval(TURN_SECONDS)
    bridge = GuiBridge(people_of(run.profile), store, own_zone())
    late.begin(bridge)
    session = GuiSession(run=run, end=application.quit, window=window, bridge=bridge)
    session.times_ms["first_window"] = shown_ms
    return session


def _pin_of(session: GuiSession) -> str:
    """The person's PIN; empty where the demo or the environment has it, or nobody can be asked."""
    in_environment = bool({PIN_VARIABLE, PIN_FILE_VARIABLE} & set(os.environ))
    is_demo = session.run.profile.kind is ProfileKind.DEMO
    return "" if is_demo or in_environment or session.run.seconds else ask_pin(session.window)


def _require_databases(profile: Profile) -> None:
    """Refuse files that are no databases at once; they are looked at closely once the window shows.

    Raises:
        CorruptError: a file does not begin as a database does.
    """
    # An encrypted file begins with nothing that could be known, and a mirror can be made anew.
    for name in () if profile.encrypt else (LEDGER_FILE,):
        file = profile.folder / name
        if file.exists() and file.stat().st_size and _beginning(file) != SQLITE_MAGIC:
            raise CorruptError(
                what=f"{file} is not a database of the tower.",
                remedy="Restore it from a backup, or move it aside: a sync builds mirror.db again.",
            )


def _beginning(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(len(SQLITE_MAGIC))
