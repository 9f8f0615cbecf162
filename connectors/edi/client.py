"""Where interchanges come from and go to: a drop folder of files no larger than an interchange may be."""

from __future__ import annotations

from pathlib import Path

from connectors.drop_folder import DropFolder
from connectors.edi.limits import LIMITS


def mailbox(root: Path) -> DropFolder:
    """The drop folder of the partners; nothing is looked at yet."""
    return DropFolder(root, most_bytes=LIMITS.file_bytes)
