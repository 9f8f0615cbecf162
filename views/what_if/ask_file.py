"""Asking where a shared scenario goes, and which one to open."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from views.language import tr

ENDING: Final = ".whatif.json"
_FILTER: Final = f"{tr('Signed scenario')} (*{ENDING})"


def ask_to_share(parent: QWidget, name: str) -> str:
    """The path for a signed scenario, its ending added where it was left out; empty for none."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-").casefold() or "scenario"
    path, _ = QFileDialog.getSaveFileName(parent, tr("Share the scenario"), plain + ENDING, _FILTER)
    return path if not path or path.endswith(ENDING) else path + ENDING


def ask_to_open(parent: QWidget) -> str:
    """The path of a signed scenario that a person chose; empty for none."""
    path, _ = QFileDialog.getOpenFileName(parent, tr("Open a shared scenario"), "", _FILTER)
    return path
