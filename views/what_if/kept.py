"""The desk's scenarios as a text that is kept from one day to the next, with its version."""

from __future__ import annotations

import json
from typing import Final

from domain.errors import TowerError
from domain.what_if import WhatIf, from_plain, to_plain

#: Under which name the window asks the program to keep it.
NAME: Final = "what_if"
VERSION: Final = 1
_PER_VERSION: Final = "version"


def kept_text(what_ifs: tuple[WhatIf, ...]) -> str:
    """The text to keep."""
    told = {_PER_VERSION: VERSION, "scenarios": [to_plain(each) for each in what_ifs]}
    return json.dumps(told, separators=(",", ":"))


def from_kept(text: str) -> tuple[WhatIf, ...]:
    """The scenarios kept; none where nothing was, or another version wrote it."""
    try:
        told = json.loads(text) if text else {}
        if not isinstance(told, dict) or told.get(_PER_VERSION) != VERSION:
            return ()
        return tuple(from_plain(each) for each in told.get("scenarios", ()))
    except (ValueError, TypeError, TowerError):
        return ()
