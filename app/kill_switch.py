"""The kill switch of a profile: while it is pulled nothing is begun and sent, whatever is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.secrets import write_private
from domain.checks import require_text

if TYPE_CHECKING:
    from pathlib import Path

SWITCH_FILE = "halted"


class KillSwitch:
    """A file in the profile's folder: there while the switch is pulled, with the reason in it.

    A file needs no database, no key and no hub, so it can be pulled when nothing else works.
    """

    def __init__(self, folder: Path) -> None:
        """Look at the switch of that folder."""
        self._file = folder / SWITCH_FILE

    def why(self) -> str:
        """Why nothing is sent; empty while the switch is not pulled."""
        try:
            return self._file.read_text(encoding="utf-8").strip() or "no reason was given"
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            return "the file of the switch cannot be read"

    def pull(self, reason: str) -> None:
        """Let nothing be sent from now on.

        Raises:
            BadValueError: no reason is given.
        """
        require_text(reason, "reason")
        write_private(self._file, reason.encode())

    def release(self) -> None:
        """Let what is approved be carried out again."""
        self._file.unlink(missing_ok=True)
