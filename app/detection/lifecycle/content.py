"""A finding as the columns of its case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.last_moment import next_responsible_moment
from app.detection.money import widened
from app.store.instants import from_ms, to_ms_or_none
from app.store.rows_cases import evidence_text

if TYPE_CHECKING:
    from datetime import datetime

    from app.detection.lifecycle.look import Look
    from app.detection.rule import Finding
    from domain.ids import CaseId


def content(case_id: CaseId, finding: Finding, look: Look, *, digest: str, scope_key: str) -> dict[str, Any]:
    """The columns that follow from the finding alone."""
    impact = widened(finding.impact, look.moment.policy)
    return {
        "case_id": case_id,
        "scope_key": scope_key,
        "severity": int(finding.severity),
        "title": finding.title,
        "consequence": finding.consequence,
        "loss_cents": impact.loss_cents,
        "low_cents": impact.low_cents,
        "high_cents": impact.high_cents,
        "avoidable_cents": impact.avoidable_cents,
        "effort_minutes": impact.effort_minutes,
        "penalty_cents": impact.penalty_cents,
        "margin_cents": impact.margin_cents,
        "rework_cents": impact.rework_cents,
        "churn_cents": impact.churn_cents,
        "dispute_cents": impact.dispute_cents,
        "action_cost_cents": impact.action_cost_cents,
        "assumed": json.dumps(impact.assumed),
        "last_seen_at": look.moment.now_ms,
        "rule_version": finding.case_type.version,
        "correlation_key": finding.correlation_key,
        "correlation_version": finding.case_type.correlation_version,
        "evidence": evidence_text(finding.evidence),
        "order_ids": json.dumps(finding.order_ids),
        "node_id": finding.node_id,
        "breach_at": to_ms_or_none(finding.breach_at),
        "responsible_at": to_ms_or_none(_responsible_at(finding, look)),
        "about": json.dumps([[ref.kind.value, ref.entity_id] for ref in finding.about]),
        "sources": json.dumps(finding.sources),
        "facts_sha256": digest,
        "clean_checks": 0,
    }


def _responsible_at(finding: Finding, look: Look) -> datetime | None:
    """The last responsible moment: the rule's own, else the next one that its breach and actions leave.

    A rule that gives the breach itself has said no more than the breach. What is not looked at every hour
    has no next moment, for it would not move on.
    """
    if finding.responsible_at not in {None, finding.breach_at}:
        return finding.responsible_at
    if not look.rule.money_moves:
        return None
    return next_responsible_moment(finding.breach_at, from_ms(look.moment.hour_ms), look.quickest)
