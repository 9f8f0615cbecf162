"""The sources page between program and screen."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QObject, Signal

from domain.health import SourceHealth
from views.ports import TowerIntents
from views.sources.state import QuarantineRow
from views.tower.state import TowerSnapshot


class SourcesViewModel(QObject):
    """Holds the sources' health and the quarantined records."""

    sources_changed = Signal()
    quarantine_changed = Signal()

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        self.sources: tuple[SourceHealth, ...] = ()
        self.quarantine: tuple[QuarantineRow, ...] = ()
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self.zone: tzinfo = UTC

    def apply(self, snapshot: TowerSnapshot) -> None:
        """Take the sources of a snapshot."""
        self.zone = snapshot.zone
        if "sources" in snapshot.changed:
            self.sources = snapshot.sources
        self.apply_clock(snapshot.now)
        if "quarantine" in snapshot.changed:
            self.quarantine = snapshot.quarantine
            self.quarantine_changed.emit()

    def apply_clock(self, now: datetime) -> None:
        """Let the ages go on."""
        self.now = now
        self.sources_changed.emit()

    def sync_now(self, source: str) -> None:
        """Read a source now; an empty name means all."""
        self._intents.sync_now(source)

    def retry(self, quarantine_id: str) -> None:
        """Try again to understand a record."""
        self._intents.retry_quarantined(quarantine_id)
