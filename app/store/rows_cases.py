"""Rows of exception cases, to values and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms_or_none
from domain.cases import CaseState, ExceptionCase, Fact, Impact, Severity
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Mapping


_EVIDENCE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def evidence_text(facts: tuple[Fact, ...]) -> str:
    """Facts as JSON: name, value, unit, source, time, entity kind, entity id."""
    return _EVIDENCE.encode(
        [
            [
                fact.name,
                fact.value,
                fact.unit,
                fact.source,
                to_ms_or_none(fact.as_of),
                fact.entity.kind.value if fact.entity else None,
                fact.entity.entity_id if fact.entity else None,
            ]
            for fact in facts
        ]
    )


def evidence_of(text: str) -> tuple[Fact, ...]:
    """Facts from their JSON."""
    return tuple(
        Fact(
            name=name,
            value=value,
            unit=unit,
            source=source,
            as_of=from_ms_or_none(as_of),
            entity=EntityRef(kind=EntityKind(kind), entity_id=entity_id) if kind else None,
        )
        for name, value, unit, source, as_of, kind, entity_id in json.loads(text)
    )


def refs_of(text: str) -> tuple[EntityRef, ...]:
    """References from their JSON."""
    return tuple(
        EntityRef(kind=EntityKind(kind), entity_id=entity_id) for kind, entity_id in json.loads(text)
    )


def case_of(row: Mapping[str, Any]) -> ExceptionCase:
    """A case from its row."""
    return ExceptionCase(
        case_id=row["case_id"],
        code=row["code"],
        entity=EntityRef(kind=EntityKind(row["entity_kind"]), entity_id=row["entity_id"]),
        state=CaseState(row["state"]),
        severity=Severity(row["severity"]),
        title=row["title"],
        consequence=row["consequence"],
        impact=Impact(
            loss_cents=row["loss_cents"],
            low_cents=row["low_cents"],
            high_cents=row["high_cents"],
            avoidable_cents=row["avoidable_cents"],
            effort_minutes=row["effort_minutes"],
            penalty_cents=row["penalty_cents"],
            margin_cents=row["margin_cents"],
            rework_cents=row["rework_cents"],
            churn_cents=row["churn_cents"],
            dispute_cents=row["dispute_cents"],
            action_cost_cents=row["action_cost_cents"],
            assumed=tuple(json.loads(row["assumed"])),
        ),
        opened_at=from_ms(row["opened_at"]),
        last_seen_at=from_ms(row["last_seen_at"]),
        rule_version=row["rule_version"],
        correlation_key=row["correlation_key"],
        evidence=evidence_of(row["evidence"]),
        order_ids=tuple(json.loads(row["order_ids"])),
        node_id=row["node_id"],
        breach_at=from_ms_or_none(row["breach_at"]),
        parent_case_id=row["parent_case_id"],
        owner=row["owner"],
        state_reason=row["state_reason"],
        closed_at=from_ms_or_none(row["closed_at"]),
        snoozed_until=from_ms_or_none(row["snoozed_until"]),
        episode=row["episode"],
        dq_flags=tuple(json.loads(row["dq_flags"])),
        scope_key=row["scope_key"],
        suppressed_by=row["suppressed_by"],
        flap_count=row["flap_count"],
        flapping=bool(row["flapping"]),
        snooze_loss_cents=row["snooze_loss_cents"],
        waiting_on=row["waiting_on"],
        waiting_until=from_ms_or_none(row["waiting_until"]),
        acknowledged_at=from_ms_or_none(row["acknowledged_at"]),
        escalated=row["escalated"],
        incident_id=row["incident_id"],
        responsible_at=from_ms_or_none(row["responsible_at"]),
        about=refs_of(row["about"]),
        correlation_version=row["correlation_version"],
    )
