"""Where faults go: a log file a process, so that nothing is lost when the window only says sorry."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

MAX_BYTES = 2_000_000
KEPT_FILES = 3
CRASH_LINES = 40
SORRY = "Something in the tower failed; the log has the details. What was signed and synced is safe."

_log = logging.getLogger(__name__)


def log_to(folder: Path, name: str) -> Path:
    """Send this process's log to ``folder/name.log``, hard crashes to ``folder/name.crash``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.log"
    handler = RotatingFileHandler(file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Its own lines tell of every run and every skipped one; only its errors matter here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    set_crash_aside(folder, name)
    crash_file = (folder / f"{name}.crash").open("w", encoding="utf-8")
    faulthandler.enable(crash_file)
    return file


def set_crash_aside(folder: Path, name: str) -> None:
    """Keep what the last run wrote when it crashed hard, so that diagnostics can show it."""
    written = folder / f"{name}.crash"
    if written.exists() and written.stat().st_size:
        written.replace(folder / f"{name}.crash.last")


def crashed_before(folder: Path) -> bool:
    """Whether an earlier run crashed hard and nobody was told yet; asked before the logs are opened."""
    return any(file.stat().st_size for file in folder.glob("*.crash"))


def last_crashes(folder: Path) -> tuple[str, ...]:
    """What hard crashes of earlier runs left: names of functions, files and lines, never data."""
    found = []
    for file in sorted(folder.glob("*.crash.last")):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[:CRASH_LINES]
        found.append("\n".join((file.name.removesuffix(".crash.last"), *lines)))
    return tuple(found)


def leave_interrupts_to_the_window() -> None:
    """Ctrl+C in a terminal reaches every process of the window; only the window itself is to act on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_on_signal(end: Callable[[], None]) -> None:
    """Call ``end`` when the system or a person at the terminal asks the program to end."""
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: end())


def report_faults_to(tell: Callable[[str], None]) -> None:
    """Log an exception nobody caught, in any thread, and tell the person politely."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("uncaught", exc_info=(kind, error, trace))
        sys.stderr.write(f"{SORRY}\n")
        tell(SORRY)

    def caught_in_thread(fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            caught(fault.exc_type, fault.exc_value, fault.exc_traceback)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread
