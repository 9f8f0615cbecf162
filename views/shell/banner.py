"""The line under the top bar while something cannot be reached: what is shown, what waits, and a retry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from views.formatting import counted, moment
from views.icons import paint_icon
from views.shell.state import OfflineState
from views.theme import theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel

_HEIGHT_PX = 38


def banner_words(offline: OfflineState, now: datetime, zone: tzinfo) -> str:
    """What the banner says: ``Showing data from 10:42 - 3 changes queued``, and who cannot be reached."""
    parts = []
    if offline.data_as_of is not None:
        parts.append(f"Showing data from {moment(offline.data_as_of, now, zone)}")
    if offline.queued_changes:
        parts.append(f"{counted(offline.queued_changes, 'change')} queued")
    parts.append(f"cannot reach {_listed(offline.unreachable)}")
    words = " - ".join(parts)
    return words[:1].upper() + words[1:]


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:  # noqa: PLR2004 - two names take an "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


class OfflineBanner(QFrame):
    """The line; stays until everything can be reached again."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hide until something cannot be reached."""
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT_PX)
        self.words = ElidedLabel("", "body")
        self.retry = TowerButton("Retry", "normal", icon_name="refresh", icon_px=14)
        row = QHBoxLayout(self)
        row.setContentsMargins(42, 3, 14, 3)
        row.addWidget(self.words, 1)
        row.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignVCenter)
        self.retry.clicked.connect(self.retry_wanted)
        self.hide()

    def show_state(self, offline: OfflineState, now: datetime, zone: tzinfo) -> None:
        """Show what cannot be reached; nothing hides the line."""
        if offline.is_offline:
            self.words.setText(banner_words(offline, now, zone))
            self.setAccessibleName(f"Offline. {self.words.text()}")
        self.setVisible(offline.is_offline)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground and the sign."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.medium.soft)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.border)
        sign = QRectF(16, (self.height() - 17) / 2, 17, 17)
        paint_icon(painter, "cloud-off", sign, theme.medium.text)
