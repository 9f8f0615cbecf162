"""One source in full: health with its reason, schedule, last success, lag, failures, records read."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from domain.health import HealthColour, SourceHealth
from views.formatting import NONE, age, count, duration, moment, seconds_between, time_left
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.theme import SEMI_BOLD, ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.pill import Pill

HEALTH_WORDS: Final[dict[HealthColour, tuple[str, ToneName]]] = {
    HealthColour.GREEN: (tr("Fresh"), "ok"),
    HealthColour.AMBER: (tr("Slow"), "medium"),
    HealthColour.RED: (tr("Down"), "critical"),
}
_FACTS: Final = (
    ("success", tr("Last success")),
    ("lag", tr("Data age")),
    ("attempt", tr("Last attempt")),
    ("next", tr("Next run")),
    ("every", tr("Schedule")),
    ("failures", tr("Failures in a row")),
    ("quarantined", tr("Quarantined")),
    ("rows", tr("Records read")),
)


def source_facts(health: SourceHealth, now: datetime, zone: tzinfo) -> dict[str, str]:
    """The facts of a source in words, by key."""
    success, attempt, upcoming = health.last_success_at, health.last_attempt_at, health.next_run_at
    return {
        "success": "never" if success is None else moment(success, now, zone),
        "lag": NONE if success is None else age(seconds_between(now, success)),
        "attempt": "never" if attempt is None else tr("{age} ago", age=age(seconds_between(now, attempt))),
        "next": NONE if upcoming is None else _next_words(upcoming, now),
        "every": tr("every {duration}", duration=duration(health.interval_seconds))
        if health.interval_seconds
        else tr("on demand"),
        "failures": count(health.failures_in_row),
        "quarantined": count(health.quarantined),
        "rows": count(health.rows_read),
    }


def _next_words(upcoming: datetime, now: datetime) -> str:
    left_s = seconds_between(upcoming, now)
    return time_left(left_s) if left_s > 0 else "now"


class SourceCard(QFrame):
    """A panel for one source."""

    sync_wanted = Signal(str)
    settings_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has a source."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._source = ""
        self.name = ToneLabel(px=15, weight=SEMI_BOLD)
        self.name.setFixedWidth(130)
        self.name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.health = Pill("", "ok", dot=True)
        self.why = label("", "secondary")
        self.why.setWordWrap(True)
        self.sync = TowerButton(tr("Sync now"), icon_name="refresh")
        self.settings = TowerButton(tr("Settings …"), icon_name="adjustments")
        self.values = {key: ToneLabel(digits=True) for key, _ in _FACTS}
        self._lay_out()
        self.sync.clicked.connect(lambda: self.sync_wanted.emit(self._source))
        self.settings.clicked.connect(lambda: self.settings_wanted.emit(self._source))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.name)
        head.addWidget(self.health)
        head.addWidget(self.why, 1)
        head.addWidget(self.settings)
        head.addWidget(self.sync)
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(1)
        for column, (key, title) in enumerate(_FACTS):
            facts.addWidget(label(title, "caption"), 0, column)
            facts.addWidget(self.values[key], 1, column)
            facts.setColumnStretch(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 12)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addLayout(facts)

    def show_source(self, health: SourceHealth, now: datetime, zone: tzinfo) -> None:
        """Show a source as it is at ``now``."""
        self._source = health.source
        words, tone = HEALTH_WORDS[health.colour]
        self.name.setText(health.source)
        self.health.set_pill(words, tone)
        self.why.setText(health.why)
        self.settings.setAccessibleName(tr("Settings of {source}", source=health.source))
        self.sync.setAccessibleName(tr("Sync {source} now", source=health.source))
        self.setAccessibleName(
            tr("Source {source}: {words}. {why}", source=health.source, words=words, why=health.why)
        )
        for key, value in source_facts(health, now, zone).items():
            self.values[key].setText(value)
        self.values["failures"].set_tone("critical" if health.failures_in_row else None)
        self.values["quarantined"].set_tone("high" if health.quarantined else None)
