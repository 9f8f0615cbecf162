"""Keeps the policies in force those of the profile's folder, as long as these can be used.

The folder is looked at by the times and sizes of its files. A set that is refused changes nothing: what
was good last stays in force, and the mirror keeps why, for the window to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.detection.policy_file import PolicyProblem, PolicyRefusedError
from app.detection.policy_in_force import own_texts, records_of
from app.detection.policy_overlay import NO_FILE, overlaid
from app.detection.policy_set import load_policies, packaged_policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.detection.policy_set import PolicySet
    from app.store.mirror import Mirror

ENDING = ".toml"
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The set that a folder asks for, the files it is made of, and when another would be asked for."""

    policies: PolicySet
    own: Mapping[str, str]
    next_at: datetime | None = None


@dataclass(slots=True)
class PolicyWatch:
    """Looks at a folder again and again; without one the packaged policies hold."""

    folder: Path | None
    mirror: Mirror
    _seen: _Stamp | None = field(init=False, default=None)
    _next_at: datetime | None = field(init=False, default=None)

    def look(self, now: datetime) -> bool:
        """Bring into force what the folder holds, if it changed; whether anything is different now."""
        stamp = stamp_of(self.folder)
        due = self._next_at is not None and self._next_at <= now
        if stamp == self._seen and not due:
            return False
        self._seen = stamp
        before = own_texts(self.mirror.policy_records())
        try:
            chosen = choose(read_folder(self.folder), now=now, before=before)
        except PolicyRefusedError as error:
            return self._refuse(error, now)
        self._next_at = chosen.next_at
        with self.mirror.write() as transaction:
            return transaction.adopt_policies(records_of(chosen.policies, chosen.own, now))

    def _refuse(self, error: PolicyRefusedError, now: datetime) -> bool:
        with self.mirror.write() as transaction:
            if not any(record.version for record in self.mirror.policy_records()):
                # Nothing was ever in force here: what ships with the program is the last good set.
                transaction.adopt_policies(records_of(packaged_policies(), {}, now))
            return transaction.note_policy_problems(by_file(error.problems), at=now)


def choose(found: Mapping[str, str], *, now: datetime, before: Mapping[str, str] | None = None) -> Chosen:
    """The set for ``now`` from the texts of a folder: a file that takes effect later waits.

    ``before`` are the own files in force until now; one of them holds as long as its successor waits.

    Raises:
        PolicyRefusedError: the files cannot be used, those that wait included.
    """
    whole = overlaid(found)
    waits = {
        name: whole.files[name].head.effective for name in found if whole.files[name].head.effective > now
    }
    if not waits:
        return Chosen(policies=whole, own=found)
    kept = {name: text for name, text in found.items() if name not in waits}
    kept |= {name: text for name, text in (before or {}).items() if name in waits and _holds(name, text, now)}
    return Chosen(policies=overlaid(kept), own=kept, next_at=min(waits.values()))


def read_folder(folder: Path | None) -> dict[str, str]:
    """The policy files of a folder, name to text; none without a folder.

    Raises:
        PolicyRefusedError: the folder or a file cannot be read.
    """
    if folder is None:
        return {}
    texts: dict[str, str] = {}
    problems = []
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ENDING)
    except OSError as error:
        problem = PolicyProblem(file=NO_FILE, what=f"the folder {folder} cannot be read: {error.strerror}")
        raise PolicyRefusedError(problems=(problem,)) from error
    for path in files:
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(PolicyProblem(file=path.name, what=f"cannot be read: {error}"))
    if problems:
        raise PolicyRefusedError(problems=tuple(problems))
    return texts


def stamp_of(folder: Path | None) -> _Stamp:
    """The names, times and sizes of a folder's policy files; nothing where it cannot be read."""
    if folder is None:
        return ()
    try:
        stats = [(path.name, path.stat()) for path in folder.iterdir() if path.suffix == ENDING]
    except OSError:
        return (("", 0, 0),)
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


def by_file(problems: Sequence[PolicyProblem]) -> dict[str, str]:
    """What is wrong with each file, in one line; a problem of no file goes under ``policies``."""
    lines: dict[str, list[str]] = {}
    for problem in problems:
        lines.setdefault(problem.file, []).append(str(problem))
    return {
        name: found[0] if len(found) == 1 else f"{found[0]} (and {len(found) - 1} more)"
        for name, found in lines.items()
    }


def _holds(name: str, text: str, now: datetime) -> bool:
    return all(file.head.effective <= now for file in load_policies({name: text}).files.values())
