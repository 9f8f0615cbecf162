"""The sources page between program and screen."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QObject, Signal

from domain.health import SourceHealth
from views.ports import TowerIntents
from views.sources.state import QuarantineRow, SourceSettingsRow, SourcesShown, SourceTested
from views.tower.state import TowerSnapshot


class SourcesViewModel(QObject):
    """Holds the sources' health and the quarantined records."""

    sources_changed = Signal()
    quarantine_changed = Signal()
    #: The settings of the sources came.
    settings_changed = Signal()
    #: A :class:`SourceTested` came.
    tested = Signal(object)

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        #: Whether nothing was told yet.
        self.is_loading = True
        self.sources: tuple[SourceHealth, ...] = ()
        self.quarantine: tuple[QuarantineRow, ...] = ()
        self.shown: SourcesShown | None = None
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self.zone: tzinfo = UTC

    def apply(self, snapshot: TowerSnapshot) -> None:
        """Take the sources of a snapshot."""
        self.is_loading = False
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

    def apply_content(self, content: SourcesShown | SourceTested) -> None:
        """Take the settings of the sources, or what came of a test."""
        if isinstance(content, SourceTested):
            self.tested.emit(content)
            return
        self.shown = content
        self.settings_changed.emit()

    def settings_of(self, source: str) -> SourceSettingsRow | None:
        """The settings of a source; ``None`` where they are not known."""
        rows = self.shown.settings if self.shown is not None else ()
        return next((row for row in rows if row.source == source), None)

    @property
    def secrets(self) -> str:
        """Where this desk keeps secrets, by name."""
        return self.shown.secrets if self.shown is not None else ""

    @property
    def why_fixed(self) -> str:
        """Why settings cannot be changed here; empty where they can."""
        return self.shown.why_fixed if self.shown is not None else ""

    def test(self, settings: SourceSettingsRow) -> None:
        """Find out whether a system answers under these settings; nothing is kept."""
        self._intents.ask_source(settings)

    def save(self, settings: SourceSettingsRow) -> bool:
        """Keep settings for the next start; says whether they could be."""
        return self._intents.save_source(settings)

    def sync_now(self, source: str) -> None:
        """Read a source now; an empty name means all."""
        self._intents.sync_now(source)

    def retry(self, quarantine_id: str) -> None:
        """Try again to understand a record."""
        self._intents.retry_quarantined(quarantine_id)
