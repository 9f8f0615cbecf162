"""The line under the top bar while something cannot be reached: what is shown, what waits, and a retry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from views.formatting import counted, moment
from views.language import tr
from views.shell.notice_bar import NoticeBar
from views.shell.state import OfflineState
from views.widgets.buttons import TowerButton


def banner_words(offline: OfflineState, now: datetime, zone: tzinfo) -> str:
    """What the banner says: ``Showing data from 10:42 - 3 changes queued``, and who cannot be reached."""
    parts = []
    if offline.data_as_of is not None:
        parts.append(tr("Showing data from {moment}", moment=moment(offline.data_as_of, now, zone)))
    if offline.queued_changes:
        parts.append(tr("{counted} queued", counted=counted(offline.queued_changes, "change")))
    parts.append(tr("cannot reach {value}", value=_listed(offline.unreachable)))
    words = " - ".join(parts)
    return words[:1].upper() + words[1:]


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:  # noqa: PLR2004 - two names take an "and"
        return "".join(names)
    return tr("{value} and {value2}", value=", ".join(names[:-1]), value2=names[-1])


class OfflineBanner(NoticeBar):
    """The line; stays until everything can be reached again."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hide until something cannot be reached."""
        super().__init__("cloud-off", parent)
        self.retry = TowerButton(tr("Retry"), "normal", icon_name="refresh", icon_px=14)
        self.row.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignVCenter)
        self.retry.clicked.connect(self.retry_wanted)

    def show_state(self, offline: OfflineState, now: datetime, zone: tzinfo) -> None:
        """Show what cannot be reached; nothing hides the line."""
        words = banner_words(offline, now, zone) if offline.is_offline else ""
        self.show_words(words, tr("Offline. {words}", words=words))
