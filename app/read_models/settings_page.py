"""The settings page: the desk in names and values, the program's parts, and a text for whoever must help."""

from __future__ import annotations

import platform
import sys
from datetime import datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Final

from app.fault_log import last_crashes
from app.profile import LOG_FOLDER, PROFILE_FILE
from resources.loader import read_bytes
from views.formatting import age, seconds_between
from views.language import tr
from views.phrases import said
from views.settings.state import Part, SettingsShown

if TYPE_CHECKING:
    from app.profile import IdentitySettings, Profile
    from app.store.mirror import Mirror

OUR_NAME: Final = "control-tower"
UNKNOWN: Final = "unknown"
#: What the program runs on, by the name each is installed under.
PARTS: Final = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "SQLAlchemy",
    "alembic",
    "sqlcipher3",
    "ortools",
    "APScheduler",
    "httpx",
    "keyring",
    "cryptography",
    "msgspec",
    "platformdirs",
    "Jinja2",
    "fastapi",
    "uvicorn",
    "scipy",
    "numba",
    "pyarrow",
)
_MOST_LETTERS: Final = 60
#: What says its licence in a file only, by that file.
_BY_FILE: Final = {"sqlcipher3": "Zlib"}


def settings_shown(mirror: Mirror, profile: Profile, *, now: datetime) -> SettingsShown:
    """The settings page as of ``now``."""
    ours = _distribution(OUR_NAME)
    version = tr("run from source") if ours is None else ours.version
    parts = tuple(part for part in map(_part, PARTS) if part is not None)
    desk = (
        (tr("Profile"), f"{profile.name} ({profile.kind.value})"),
        (tr("Site"), profile.title),
        (tr("Settings file"), str(profile.folder / PROFILE_FILE)),
        (tr("Hub"), profile.hub_url or tr("none: approvals stay on this desk")),
        (tr("Own policies"), str(profile.policy_folder or tr("none: those that ship are in force"))),
        (tr("Logs"), str(profile.folder / LOG_FOLDER)),
        (tr("People"), ", ".join(map(_person, profile.identities)) or tr("nobody")),
    )
    return SettingsShown(
        version=version,
        desk=desk,
        parts=(Part(name="Python", version=platform.python_version(), licence="PSF-2.0"), *parts),
        notice=read_bytes(".", "NOTICE").decode(),
        diagnostics=_diagnostics(mirror, profile, version, parts, now),
    )


def _person(person: IdentitySettings) -> str:
    return f"{person.name} ({said(person.role)})"


def _diagnostics(
    mirror: Mirror, profile: Profile, version: str, parts: tuple[Part, ...], now: datetime
) -> str:
    figures = mirror.kpi_values(now=now)
    hub = "a hub" if profile.hub_url else "no hub"
    lines = [
        f"control-tower {version}",
        f"{platform.platform()}  Python {platform.python_version()}  {sys.byteorder}-endian",
        f"profile kind {profile.kind.value}, {len(profile.sources)} sources, {hub}",
        f"at {now.isoformat(timespec='seconds')}",
        "",
        *(f"{part.name} {part.version}" for part in parts),
        "",
        *(f"{name} {figures[name]}" for name in ("open_cases", "critical_cases") if name in figures),
    ]
    for state in mirror.source_states():
        last = "never read" if state.last_success_at is None else _ago(state.last_success_at, now)
        failing = f", {state.failures_in_row} failures in a row" if state.failures_in_row else ""
        lines.append(f"source {state.source}: {last}{failing}, {state.rows_read} records")
    for record in mirror.policy_records():
        refused = ", a newer text was refused" if record.problem else ""
        lines.append(f"policy {record.version or record.name}{refused}")
    for crash in last_crashes(profile.folder / LOG_FOLDER):
        lines += ["", f"an earlier run of {crash}"]
    return "\n".join(lines)


def _ago(at: datetime, now: datetime) -> str:
    return f"read {age(seconds_between(now, at))} ago"


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _part(name: str) -> Part | None:
    found = _distribution(name)
    return None if found is None else Part(name=name, version=found.version, licence=_licence(found))


def _licence(found: Distribution) -> str:
    """The licence as its metadata say: an expression, else a classifier, else the first line of a text."""
    meta = found.metadata.json
    expression = meta.get("license_expression")
    if expression:
        return str(expression)
    classifiers = [str(line) for line in meta.get("classifier", ()) if "License ::" in line]
    named = [line.rsplit("::", 1)[-1].strip() for line in classifiers]
    if named:
        return ", ".join(named)
    text = str(meta.get("license") or _BY_FILE.get(found.name, UNKNOWN)).strip().splitlines()
    return text[0][:_MOST_LETTERS] if text else UNKNOWN
