"""What a desk remembers beside the databases: theme, layout, saved views, drafts of policies."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from domain.errors import BadInputError, UnavailableError
from views.shell.state import ThemeName

THEME_FILE: Final = "theme"
KEPT_FILE: Final = "desk.json"
DRAFTS_FOLDER: Final = "drafts"
VERSION: Final = 1

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class DeskStore:
    """Reads and writes small files of a profile's folder; what cannot be read counts as never kept."""

    folder: Path
    _kept: dict[str, str] | None = field(init=False, default=None)

    def theme(self) -> ThemeName:
        """The theme kept; the desktop's where there is none."""
        file = self.folder / THEME_FILE
        kept = file.read_text(encoding="utf-8").strip() if file.exists() else ""
        return "light" if kept == "light" else "dark" if kept == "dark" else "system"

    def save_theme(self, name: ThemeName) -> None:
        """Keep the theme."""
        (self.folder / THEME_FILE).write_text(name, encoding="utf-8")

    def kept(self) -> Mapping[str, str]:
        """Everything kept by name: texts of the window's own making, each with a version inside."""
        if self._kept is None:
            self._kept = _read(self.folder / KEPT_FILE)
        return self._kept

    def remember(self, name: str, text: str) -> None:
        """Keep a text under a name; an empty one forgets it.

        Raises:
            UnavailableError: the folder cannot be written.
        """
        kept = {**self.kept(), name: text}
        if not text:
            kept.pop(name)
        self._kept = kept
        _write(self.folder / KEPT_FILE, json.dumps({"version": VERSION, "kept": kept}, indent=1))

    def save_draft(self, name: str, text: str) -> Path:
        """Keep the draft of a policy file, beside what is in force; gives where it lies.

        Raises:
            BadInputError: the name leads out of the folder of drafts.
            UnavailableError: the folder cannot be written.
        """
        if Path(name).name != name or not name.endswith(".toml"):
            raise BadInputError(
                what=f"{name!r} is no name of a policy file.", remedy="Use a name ending in .toml."
            )
        file = self.folder / DRAFTS_FOLDER / name
        _write(file, text)
        return file


def _read(file: Path) -> dict[str, str]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read and is ignored: %s", file, error)
        return {}
    kept = raw.get("kept") if isinstance(raw, dict) and raw.get("version") == VERSION else None
    if not isinstance(kept, dict):
        _log.warning("%s is of another version of the program and is ignored.", file)
        return {}
    return {str(name): text for name, text in kept.items() if isinstance(text, str)}


def _write(file: Path, text: str) -> None:
    fresh = file.with_suffix(f"{file.suffix}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise UnavailableError(
            what=f"{file} cannot be written ({error.strerror}).",
            remedy="Check that the profile's folder is writable and has free space.",
        ) from error
