"""A case that no detection opens or closes: it stands for a change that a person asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.cases import CaseState, ExceptionCase, Fact, Impact, Severity, case_identity

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import EntityRef, NodeId, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWanted:
    """What is asked for, in words, and about what.

    ``exposed_cents`` is what the change puts at stake; acting on it avoids no loss. ``origin``, the case's
    correlation key, names where it was thought of.
    """

    code: str
    about: EntityRef
    title: str
    consequence: str
    exposed_cents: int
    effort_minutes: int
    origin: str
    evidence: tuple[Fact, ...]


def standing_case(
    wanted: ChangeWanted, *, at: datetime, order_ids: tuple[OrderId, ...] = (), node_id: NodeId | None = None
) -> ExceptionCase:
    """The case of such a change; asked for again about the same thing it is the same case."""
    return ExceptionCase(
        case_id=case_identity(wanted.code, wanted.about),
        code=wanted.code,
        entity=wanted.about,
        state=CaseState.OPEN,
        severity=Severity.LOW,
        title=wanted.title,
        consequence=wanted.consequence,
        impact=Impact(
            loss_cents=wanted.exposed_cents,
            low_cents=wanted.exposed_cents,
            high_cents=wanted.exposed_cents,
            avoidable_cents=0,
            effort_minutes=wanted.effort_minutes,
        ),
        opened_at=at,
        last_seen_at=at,
        rule_version=1,
        correlation_key=wanted.origin,
        evidence=wanted.evidence,
        order_ids=order_ids,
        node_id=node_id,
    )
