"""Opening the window; without a display the same program runs offscreen and leaves what it saw."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from app.bootstrap import monotonic_seconds
from app.collector import pause
from app.environment import HOME_VARIABLE
from app.profile import DEMO, load_profile
from domain.errors import BadInputError

PLATFORM = "QT_QPA_PLATFORM"
OFFSCREEN = "offscreen"
LANGUAGE_KEPT = "language"


def open_window(options: argparse.Namespace) -> int:
    """Open the window on a profile; offscreen for a while where there is no display."""
    started = monotonic_seconds()
    offscreen = _without_display()
    name = options.profile or DEMO
    if not options.profile and not offscreen:
        name = _first_run()
        if not name:
            return 0
    profile = load_profile(name)
    if not profile.identities:
        raise BadInputError(
            what=f"The profile {profile.name} names nobody.",
            remedy="Add an [[identity]]; see docs/profiles.md.",
        )
    if offscreen:
        os.environ[PLATFORM] = OFFSCREEN
        print(f"No display: running offscreen for {options.seconds} s, then see {options.out}/.", flush=True)
    _speak_for(profile.folder)
    pause()
    from app.gui_session import REPORT_FILE, WindowRun, run_window

    run = WindowRun(
        profile=profile,
        started_seconds=started,
        seconds=options.seconds if offscreen else 0,
        out=Path(options.out),
    )
    report = run.out / REPORT_FILE
    report.unlink(missing_ok=True)
    code = run_window(run)
    if offscreen and report.exists():
        _print_summary(report)
    return code


def _speak_for(folder: Path) -> None:
    """Put the desk's language in force, before the window's modules are read."""
    from app.desk_store import DeskStore
    from views.shell.translation import language_of, speak

    speak(language_of(DeskStore(folder).kept().get(LANGUAGE_KEPT, "")))


def _first_run() -> str:
    """The profile to open: the demo where one was set up before, else what the first run makes."""
    from app.first_run import FirstRun, needs_first_run

    if not needs_first_run():
        return DEMO
    from views.shell.translation import language_of, speak

    speak(language_of(""))
    from app.gui_session import begin_first_run

    return begin_first_run(FirstRun())


def make_screenshots(options: argparse.Namespace) -> int:
    """Make the pictures of the documentation from a fresh demo: tower dark and light, approvals, sources."""
    os.environ[PLATFORM] = OFFSCREEN
    from app.gui_session import WindowRun, run_window
    from app.screenshots import PictureTour

    out = Path(options.out)
    with tempfile.TemporaryDirectory() as home:
        os.environ[HOME_VARIABLE] = home
        run = WindowRun(profile=load_profile("demo"), started_seconds=monotonic_seconds())
        return run_window(run, lambda session: PictureTour(session=session, out=out).begin())


def _without_display() -> bool:
    if os.environ.get(PLATFORM) == OFFSCREEN:
        return True
    return sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY", PLATFORM} & set(os.environ)


def _print_summary(file: Path) -> None:
    report = json.loads(file.read_text(encoding="utf-8"))
    times, memory = report["times_ms"], report["memory_mebibytes"]
    print(f"first window after {times.get('first_window', 0) / 1000:.1f} s", end="")
    print(f", first queue after {times.get('first_queue', 0) / 1000:.1f} s")
    print(f"{report['cases']} open exceptions: ", end="")
    print(", ".join(f"{count} {title.lower()}" for title, count in sorted(report["cases_by_type"].items())))
    print("memory, MiB: " + ", ".join(f"{name} {size}" for name, size in memory.items()))
    print(f"picture: {file.with_name('tower.png')}   report: {file}")
