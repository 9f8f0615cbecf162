"""GV-SLA: a case that nobody acknowledged, or resolved, within its clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.cases import Impact, Severity
from domain.catalogue import (
    allocation,
    data_quality,
    invoicing,
    order_entry,
    returns,
    transport,
    warehouse,
)
from domain.catalogue.governance import GV_SLA
from domain.ids import EntityKind, EntityRef

#: The types whose clocks are watched: all but those of governance, which would watch themselves.
WATCHED = tuple(
    kind
    for stage in (order_entry, allocation, warehouse, transport, invoicing, returns, data_quality)
    for kind in stage.TYPES
    if not kind.reserved
)
_CODES = ", ".join(f"'{kind.code}'" for kind in WATCHED)


def _minutes(clock: str) -> dict[int, list[str]]:
    """The codes by the minutes of a clock, which runs once the condition is shown."""
    codes: dict[int, list[str]] = defaultdict(list)
    for kind in WATCHED:
        codes[kind.hold_minutes + getattr(kind, clock)].append(kind.code)
    return codes


def _due(clock: str) -> str:
    """When a clock of the case ``e`` runs out, as SQL."""
    whens = " ".join(
        f"WHEN e.code IN ({_list(codes)}) THEN {minutes}" for minutes, codes in _minutes(clock).items()
    )
    return f"(e.opened_at + 60000 * CASE {whens} END)"


def _list(codes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_ACKNOWLEDGE = _due("acknowledge_minutes")
_RESOLVE = _due("resolve_minutes")

_SQL = f"""
SELECT e.case_id AS entity_id, e.code, e.title, e.severity, e.owner, e.node_id,
       {_ACKNOWLEDGE} AS acknowledge_due, {_RESOLVE} AS resolve_due,
       CASE WHEN {_RESOLVE} < :now THEN 'resolve' ELSE 'acknowledge' END AS clock
  FROM exception_case e INDEXED BY det_case_clock
 WHERE {{scope:e.case_id}} AND e.closed_at IS NULL AND e.code IN ({_CODES})
   AND e.severity >= {{setting:clock_least_severity}}
   AND (e.snoozed_until IS NULL OR e.snoozed_until <= :now)
   AND (e.state <> 'waiting' OR COALESCE(e.waiting_until <= :now, 0))
   AND ({_RESOLVE} < :now
        OR ({_ACKNOWLEDGE} < :now AND e.acknowledged_at IS NULL AND e.state IN ('suspended', 'open')))
   AND {{runs(node=e.node_id)}}
 ORDER BY e.case_id
"""  # noqa: S608 - codes and minutes of the catalogue


def _runs_out(clock: str) -> str:
    """The cases of which a clock ran out in between."""
    return " UNION ALL ".join(
        f"SELECT e.case_id FROM exception_case e INDEXED BY det_case_age"  # noqa: S608 - as above
        f" WHERE e.closed_at IS NULL AND e.code IN ({_list(codes)})"
        f" AND e.opened_at >= :earlier - {minutes * 60_000} AND e.opened_at < :later - {minutes * 60_000}"
        for minutes, codes in _minutes(clock).items()
    )


_WAKES_UP = """
SELECT case_id FROM exception_case INDEXED BY det_case_rest
 WHERE closed_at IS NULL AND snoozed_until > :earlier AND snoozed_until <= :later
"""


_WAIT_ENDS = """
SELECT case_id FROM exception_case INDEXED BY exception_case_waiting
 WHERE waiting_until IS NOT NULL AND waiting_until > :earlier AND waiting_until <= :later
"""


def _assess(rows: Sequence[Row[Any]], _moment: Moment) -> Finding:
    row = rows[0]
    due_ms = row.resolve_due if row.clock == "resolve" else row.acknowledge_due
    owner = row.owner or "nobody"
    undone = "resolved" if row.clock == "resolve" else "acknowledged"
    this = (EntityKind.EXCEPTION_CASE, row.entity_id)
    return Finding(
        case_type=GV_SLA,
        entity=EntityRef(kind=EntityKind.EXCEPTION_CASE, entity_id=row.entity_id),
        title=f"{row.entity_id} was not {undone} in time",
        consequence=(
            f"{row.code} {row.entity_id} ({row.title}) should have been {undone} by {iso(due_ms)} and "
            f"belongs to {owner}: {'take it up or hand it on' if row.owner else 'give it an owner'}."
        ),
        impact=Impact(
            loss_cents=0,
            low_cents=0,
            high_cents=0,
            avoidable_cents=0,
            effort_minutes=GV_SLA.effort_minutes,
        ),
        losses=(),
        severity=Severity(row.severity),
        correlation_key=f"clock:{row.owner}",
        evidence=(
            fact("case", row.entity_id, entity=this),
            fact("clock", row.clock, entity=this),
            fact("due_at", iso(due_ms), entity=this),
            fact("owner", owner, entity=this),
        ),
        node_id=row.node_id,
        breach_at=from_ms(due_ms),
        about=(EntityRef(kind=EntityKind.EXCEPTION_CASE, entity_id=row.entity_id),),
    )


RULE = Rule(
    case_type=GV_SLA,
    sql=_SQL,
    wakes=tuple(f"case:{kind.code}>case" for kind in WATCHED),
    assess=_assess,
    flips=(_runs_out("acknowledge_minutes"), _runs_out("resolve_minutes"), _WAKES_UP, _WAIT_ENDS),
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_case_clock ON exception_case (case_id) WHERE closed_at IS NULL",
        "CREATE INDEX IF NOT EXISTS det_case_age ON exception_case (code, opened_at) WHERE closed_at IS NULL",
        (
            "CREATE INDEX IF NOT EXISTS det_case_rest ON exception_case (snoozed_until) "
            "WHERE closed_at IS NULL AND snoozed_until IS NOT NULL"
        ),
    ),
    money_moves=False,
)
