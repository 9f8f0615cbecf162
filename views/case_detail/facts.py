"""The head of the panel: badges, title, consequence and the six facts."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from views.case_detail.state import CaseDetail
from views.case_queue.row_texts import MUTED, SNOOZED, STATUS_WORDS, breach_tone
from views.formatting import (
    NONE,
    count,
    counted,
    full_moment,
    moment,
    money,
    money_short,
    seconds_between,
    time_left,
)
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.theme import SEVERITY_WORDS, ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.pill import Pill

_SEVERITY_TONES: dict[int, ToneName] = {4: "critical", 3: "high", 2: "medium", 1: "low"}
_FACTS = ("orders", "value", "breach", "subject", "detected", "owner")
_SHORT = ("orders", "value", "breach")


def detected_words(detail: CaseDetail, now: datetime) -> str:
    """When the case was detected, and by which rule."""
    return f"{moment(detail.case.opened_at, now, detail.zone)} · {detail.case.code}"


def value_hint(detail: CaseDetail) -> str:
    """The range of the loss, and which inputs were defaults."""
    impact = detail.case.impact
    low, high = (
        money_short(impact.low_cents, detail.currency),
        money_short(impact.high_cents, detail.currency),
    )
    lines = [tr("Expected loss if nothing is done; likely between {low} and {high}.", low=low, high=high)]
    if impact.assumed:
        lines.append(tr("Assumed, not known: {value}.", value=", ".join(impact.assumed)))
    return "\n".join(lines)


def breach_hint(detail: CaseDetail, breach_at: datetime) -> str:
    """When the promise is broken, here and at the site that it belongs to."""
    here = full_moment(breach_at, detail.zone)
    if detail.site_zone is None or not detail.site_name:
        return here
    there = full_moment(breach_at, detail.site_zone)
    if there == here:
        return tr("{moment}, as in {site}", moment=here, site=detail.site_name)
    return tr("{moment} here\n{there} in {site}", moment=here, there=there, site=detail.site_name)


class CaseHead(QWidget):
    """Badges, title, consequence, facts; asks to acknowledge, to assign and to close."""

    acknowledge_wanted = Signal()
    assign_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until it has a case."""
        super().__init__(parent)
        self.severity = Pill("", "critical")
        self.status = Pill("", "accent")
        self.case_id = label("", "caption")
        self.case_id.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.acknowledge = TowerButton(kind="icon", icon_name="check", name=tr("Acknowledge (E)"))
        self.assign = TowerButton(kind="icon", icon_name="user", name=tr("Assign (A)"))
        self.close_button = TowerButton(kind="icon", icon_name="x", name=tr("Close the panel (Esc)"))
        self.title = label("", "title")
        self.consequence = label("", "secondary")
        for words in (self.title, self.consequence):
            words.setWordWrap(True)
        self.names = {key: label("", "caption") for key in _FACTS}
        self.values = {key: ToneLabel(digits=key == "value") for key in _FACTS}
        for key, value in self.values.items():
            # Each column takes what its words need; names give way before amounts and the time left do.
            wide = QSizePolicy.Policy.Minimum if key in _SHORT else QSizePolicy.Policy.Preferred
            value.setSizePolicy(wide, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.acknowledge.clicked.connect(self.acknowledge_wanted)
        self.assign.clicked.connect(self.assign_wanted)
        self.close_button.clicked.connect(self.close_wanted)

    def _lay_out(self) -> None:
        badges = QHBoxLayout()
        badges.setSpacing(8)
        badges.addWidget(self.severity)
        badges.addWidget(self.status)
        badges.addWidget(self.case_id)
        badges.addStretch(1)
        for button in (self.acknowledge, self.assign, self.close_button):
            badges.addWidget(button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for number, key in enumerate(_FACTS):
            row, column = divmod(number, 3)
            grid.addWidget(self.names[key], 3 * row, column)
            grid.addWidget(self.values[key], 3 * row + 1, column)
        grid.setRowMinimumHeight(2, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(badges)
        whole.addWidget(self.title)
        whole.addWidget(self.consequence)
        whole.addSpacing(4)
        whole.addLayout(grid)

    def show_case(self, detail: CaseDetail, now: datetime) -> None:
        """Show a case at a time."""
        case = detail.case
        level = int(case.severity)
        self.severity.set_pill(SEVERITY_WORDS[level], _SEVERITY_TONES[level], severity=level)
        words, tone = STATUS_WORDS[case.state]
        if case.snoozed_until is not None and case.snoozed_until > now:
            words = tr(
                "{value} until {moment}", value=SNOOZED, moment=moment(case.snoozed_until, now, detail.zone)
            )
            tone = "neutral"
        elif case.suppressed_by:
            words, tone = MUTED, "neutral"
        self.status.set_pill(words, tone)
        by = (
            tr("Kept quiet by {suppressed_by}. ", suppressed_by=case.suppressed_by)
            if case.suppressed_by
            else ""
        )
        self.status.setToolTip(f"{by}{case.state_reason}")
        self.case_id.setText(case.case_id)
        self.title.setText(case.title)
        self.consequence.setText(case.consequence)
        self.acknowledge.setEnabled(case.state.value == "open")
        self.assign.setEnabled(case.is_open)
        self._show_facts(detail, now)

    def _show_facts(self, detail: CaseDetail, now: datetime) -> None:
        case = detail.case
        orders = count(len(case.order_ids))
        if detail.customers:
            orders += f"  ·  {counted(detail.customers, 'customer')}"
        facts = {
            "orders": (tr("Orders affected"), orders),
            "value": (tr("Value at risk"), money(case.impact.loss_cents, detail.currency)),
            "subject": (detail.subject_label, detail.subject),
            "detected": (tr("Detected"), detected_words(detail, now)),
            "owner": (tr("Owner"), case.owner or NONE),
        }
        for key, (name, value) in facts.items():
            self.names[key].setText(name)
            self.values[key].setText(value)
        self.values["value"].setToolTip(value_hint(detail))
        self.show_clock(detail, now)

    def show_clock(self, detail: CaseDetail, now: datetime) -> None:
        """Let the countdown go on."""
        self.names["breach"].setText(tr("SLA breach"))
        breach_at = detail.case.breach_at
        if breach_at is None:
            self.values["breach"].setText(NONE)
            self.values["breach"].set_tone(None)
            return
        self.values["breach"].setToolTip(breach_hint(detail, breach_at))
        left_s = seconds_between(breach_at, now)
        self.values["breach"].setText(time_left(left_s))
        self.values["breach"].set_tone("critical" if breach_tone(left_s) == "critical" else None)
