"""GV-SLA: a case that nobody acknowledged, or resolved, within its clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.service_time import REST_STEP, SHOWN_STEP, clock_that_ran_out, ran_ms
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

if TYPE_CHECKING:
    from domain.catalogue.case_type import CaseType

#: The types whose clocks are watched: all but those of governance, which would watch themselves.
WATCHED = tuple(
    kind
    for stage in (order_entry, allocation, warehouse, transport, invoicing, returns, data_quality)
    for kind in stage.TYPES
    if not kind.reserved
)
_CODES = ", ".join(f"'{kind.code}'" for kind in WATCHED)


def _minutes(clock: str, kinds: Iterable[CaseType] = WATCHED) -> dict[int, list[str]]:
    """The codes by the minutes of a clock."""
    codes: dict[int, list[str]] = defaultdict(list)
    for kind in kinds:
        codes[getattr(kind, clock)].append(kind.code)
    return codes


def _minutes_sql(clock: str) -> str:
    """The minutes of a clock of the case ``e``."""
    whens = " ".join(
        f"WHEN e.code IN ({_list(codes)}) THEN {minutes}" for minutes, codes in _minutes(clock).items()
    )
    return f"CASE {whens} END"


def _list(codes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_CLOCKS = ("acknowledge_minutes", "resolve_minutes")
_ACKNOWLEDGE, _RESOLVE = (_minutes_sql(clock) for clock in _CLOCKS)

_RAN_OUT = clock_that_ran_out("e.ran_ms", acknowledge_minutes=_ACKNOWLEDGE, resolve_minutes=_RESOLVE)

# Nobody is late before the clock alone says so; only then is it asked when it stood still.
_SQL = f"""
WITH late AS MATERIALIZED (
  SELECT e.case_id, e.code, e.title, e.severity, e.owner, e.node_id, e.state, e.acknowledged_at,
         {ran_ms(":now")} AS ran_ms
    FROM exception_case e INDEXED BY det_case_clock
   WHERE {{scope:e.case_id}} AND e.closed_at IS NULL AND e.code IN ({_CODES})
     AND e.severity >= {{setting:clock_least_severity}}
     AND (e.snoozed_until IS NULL OR e.snoozed_until <= :now)
     AND (e.state <> 'waiting' OR COALESCE(e.waiting_until <= :now, 0))
     AND e.state <> 'suspended' AND e.opened_at + 60000 * {_ACKNOWLEDGE} < :now)
SELECT e.case_id AS entity_id, e.code, e.title, e.severity, e.owner, e.node_id, {_RAN_OUT} AS clock,
       :now - e.ran_ms + 60000 * {_ACKNOWLEDGE} AS acknowledge_due,
       :now - e.ran_ms + 60000 * {_RESOLVE} AS resolve_due
  FROM late e
 WHERE clock IS NOT NULL AND {{runs(node=e.node_id)}}
 ORDER BY e.case_id
"""  # noqa: S608 - codes and minutes of the catalogue


def _runs_out(clock: str) -> str:
    """The cases of which a clock that never stood still ran out in between."""
    return " UNION ALL ".join(
        f"SELECT e.case_id FROM exception_case e INDEXED BY det_case_age"  # noqa: S608 - as above
        f" WHERE e.closed_at IS NULL AND e.code IN ({_list(codes)})"
        f" AND e.opened_at >= :earlier - {minutes * 60_000} AND e.opened_at < :later - {minutes * 60_000}"
        for minutes, codes in _minutes(clock).items()
    )


def _runs_out_after_hold(clock: str) -> str:
    """The cases, held back at first, of which a clock ran out in between."""
    held = [kind for kind in WATCHED if kind.hold_minutes]
    return " UNION ALL ".join(
        f"SELECT v.case_id FROM case_event v INDEXED BY det_event_shown WHERE {SHOWN_STEP}"  # noqa: S608 - as above
        f" AND v.at >= :earlier - {minutes * 60_000} AND v.at < :later - {minutes * 60_000}"
        for minutes in sorted(_minutes(clock, held))
    )


def _runs_out_after_rest(clock: str) -> str:
    """The cases that rested or waited of which a clock ran out in between; it had not when they did."""
    most = max(_minutes(clock)) * 60_000
    return f"""
WITH ran AS MATERIALIZED (
  SELECT e.case_id, 60000 * {_minutes_sql(clock)} AS may_ms, {ran_ms(":later")} AS ran_ms
    FROM (SELECT DISTINCT v.case_id FROM case_event v INDEXED BY det_event_rest
           WHERE {REST_STEP} AND v.at >= :earlier - {most} AND v.at < :later) r
    CROSS JOIN exception_case e ON e.case_id = r.case_id
   WHERE e.closed_at IS NULL AND e.code IN ({_CODES}))
SELECT case_id FROM ran WHERE ran_ms > may_ms AND ran_ms - (:later - :earlier) <= may_ms
"""  # noqa: S608 - as above


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
    flips=(
        *(_runs_out(clock) for clock in _CLOCKS),
        *(_runs_out_after_hold(clock) for clock in _CLOCKS),
        *(_runs_out_after_rest(clock) for clock in _CLOCKS),
        _WAKES_UP,
        _WAIT_ENDS,
    ),
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_case_clock ON exception_case (case_id) WHERE closed_at IS NULL",
        "CREATE INDEX IF NOT EXISTS det_case_age ON exception_case (code, opened_at) WHERE closed_at IS NULL",
        (
            "CREATE INDEX IF NOT EXISTS det_case_rest ON exception_case (snoozed_until) "
            "WHERE closed_at IS NULL AND snoozed_until IS NOT NULL"
        ),
        partial_index("det_event_shown", "case_event (at, case_id, from_state, to_state)", SHOWN_STEP),
        partial_index("det_event_rest", "case_event (at, case_id, kind, from_state)", REST_STEP),
    ),
    money_moves=False,
)
