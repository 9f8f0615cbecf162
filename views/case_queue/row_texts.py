"""One queue row as the words and numbers that are painted; made only for the rows in sight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from domain.cases import CaseState, Severity
from views.case_queue.state import NO_AMOUNT, NO_TIME, STATE_ORDER, CaseTable, IncidentRow, epoch_seconds
from views.formatting import NONE, count, countdown, counted, duration, money, money_delta
from views.language import tr
from views.theme import SEVERITY_WORDS, ToneName

STATUS_WORDS: Final[dict[CaseState, tuple[str, ToneName]]] = {
    CaseState.SUSPENDED: (tr("Held back"), "neutral"),
    CaseState.OPEN: (tr("New"), "neutral"),
    CaseState.ACKNOWLEDGED: (tr("Seen"), "neutral"),
    CaseState.IN_PROGRESS: (tr("In triage"), "accent"),
    CaseState.WAITING: (tr("Waiting"), "neutral"),
    CaseState.PROPOSED: (tr("Approval"), "ok"),
    CaseState.EXECUTING: (tr("Executing"), "ok"),
    CaseState.VERIFYING: (tr("Verifying"), "ok"),
    CaseState.RESOLVED: (tr("Resolved"), "ok"),
    CaseState.AUTO_CLEARED: (tr("Cleared"), "ok"),
    CaseState.EXPIRED: (tr("Expired"), "neutral"),
    CaseState.FALSE_POSITIVE: (tr("Not so"), "neutral"),
}
SNOOZED: Final = tr("Snoozed")
MUTED: Final = tr("Muted")

#: Of an incident's row: members folded away or shown under it; ``inner`` is such a member.
Fold = Literal["", "folded", "unfolded", "inner"]

_CRITICAL_BELOW_S: Final = 2 * 3600 + 30 * 60
_HIGH_BELOW_S: Final = 8 * 3600
_MEDIUM_BELOW_S: Final = 24 * 3600


def breach_tone(left_s: int) -> ToneName:
    """How near the promised time is: the same hues as severity."""
    if left_s < _CRITICAL_BELOW_S:
        return "critical"
    if left_s < _HIGH_BELOW_S:
        return "high"
    return "medium" if left_s < _MEDIUM_BELOW_S else "low"


@dataclass(frozen=True, slots=True)
class RowTexts:
    """What the delegate paints of one case; ``fold`` says whether it is an incident's row or under one."""

    case_id: str
    severity: int
    type_title: str
    subject: str
    status: str
    status_tone: ToneName
    loss: str
    breach: str
    breach_share: float
    breach_tone: ToneName
    owner: str
    best_option: str
    best_delta: str
    saves: bool
    spoken: str
    fold: Fold = ""


def row_texts(table: CaseTable, slot: int, now_s: int, currency: str) -> RowTexts:
    """The words for one slot of the table at ``now_s`` (epoch seconds)."""
    severity = int(table.severity[slot])
    status, status_tone = STATUS_WORDS[STATE_ORDER[int(table.state[slot])]]
    if int(table.snoozed_until_s[slot]) > now_s:
        status, status_tone = SNOOZED, "neutral"
    breach_s, opened_s = int(table.breach_s[slot]), int(table.opened_s[slot])
    breach, share, due = NONE, 0.0, tr("without a promised time")
    tone: ToneName = "neutral"
    if breach_s != NO_TIME:
        left_s = breach_s - now_s
        breach, tone = countdown(left_s), breach_tone(left_s)
        # Whole percents: a row looks the same from one second to the next, so its picture can be kept.
        share = round(min(max((now_s - opened_s) / max(breach_s - opened_s, 1), 0.04), 1.0), 2)
        due = (
            tr("due in {duration}", duration=duration(left_s))
            if left_s >= 0
            else tr("late by {duration}", duration=duration(-left_s))
        )
    delta_cents = int(table.best_delta_cents[slot])
    delta = "" if delta_cents == NO_AMOUNT else money_delta(delta_cents, currency)
    case_id, type_title = table.ids[slot], table.type_titles[slot]
    word = SEVERITY_WORDS.get(severity, str(Severity(severity)))
    return RowTexts(
        case_id=case_id,
        severity=severity,
        type_title=type_title,
        subject=table.subjects[slot],
        status=status,
        status_tone=status_tone,
        loss=money(int(table.loss_cents[slot]), currency),
        breach=breach,
        breach_share=share,
        breach_tone=tone,
        owner=table.owners[slot] or NONE,
        best_option=table.best_options[slot],
        best_delta=delta,
        saves=delta_cents != NO_AMOUNT and delta_cents < 0,
        spoken=f"{word}, {case_id}, {type_title}, {due}",
    )


def incident_texts(
    lead: RowTexts, incident: IncidentRow, now_s: int, currency: str, *, unfolded: bool
) -> RowTexts:
    """The words of an incident's row: its case stands for it, the figures are those of all members."""
    kinds = tr("{count} cases", count=count(incident.members))
    words = replace(
        lead,
        case_id=incident.incident_id,
        type_title=kinds,
        subject=f"{incident.title}  ·  {counted(incident.orders, 'order')}",
        loss=money(incident.loss_cents, currency),
        best_option=incident.action,
        best_delta="",
        saves=False,
        fold="unfolded" if unfolded else "folded",
        spoken=f"Incident {incident.incident_id}, {kinds}, {incident.title}",
    )
    if incident.act_by is None:
        return words
    left_s = epoch_seconds(incident.act_by) - now_s
    return replace(words, breach=countdown(left_s), breach_tone=breach_tone(left_s))
