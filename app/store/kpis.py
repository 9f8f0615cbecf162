"""The figures above the map, now and by the hour."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.cases import at_risk_cents
from app.store.instants import from_ms, to_ms
from app.store.schema_cases import KPI_SAMPLE
from app.store.values import KpiSample

if TYPE_CHECKING:
    from datetime import datetime

HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS
BREACH_SOON_MS = 4 * HOUR_MS

_COUNTS = text("""
SELECT COUNT(*) AS open_cases,
       COUNT(*) FILTER (WHERE severity = 4) AS critical_cases,
       COUNT(*) FILTER (WHERE breach_at <= :soon) AS breach_soon,
       COUNT(*) FILTER (WHERE owner = '') AS unowned_cases,
       COUNT(*) FILTER (WHERE state = 'proposed') AS proposed_cases
  FROM exception_case WHERE closed_at IS NULL
""")

_ORDERS_AFFECTED = text("""
SELECT COUNT(DISTINCT j.value) FROM exception_case e JOIN json_each(e.order_ids) j
 WHERE e.closed_at IS NULL
""")

# A delivery is on time and in full when it came before its window ended and the receiver signed, in
# good condition, for at least what was shipped of every line.
_OTIF = text("""
SELECT COUNT(*) AS delivered,
       COALESCE(SUM(p.delivered_at <= s.window_end_at AND NOT EXISTS (
         SELECT 1 FROM shipment_line b
          WHERE b.shipment_id = s.id AND b.quantity > COALESCE((
                SELECT SUM(d.delivered_quantity) FROM pod_line d
                 WHERE d.pod_id = p.id AND d.line_id = b.line_id AND d.condition = 'good'), 0))), 0)
         AS perfect
  FROM proof_of_delivery p CROSS JOIN shipment s ON s.id = p.shipment_id
 WHERE p.deleted_at IS NULL AND s.deleted_at IS NULL AND p.delivered_at > :since
   AND p.delivered_at <= :now
""")

_DECISIONS = text("""
SELECT MIN(d.at) - (SELECT MAX(o.at) FROM case_event o
                     WHERE o.case_id = d.case_id AND o.episode = d.episode
                       AND o.kind IN ('opened', 'reopened')) AS waited
  FROM case_event d
 WHERE d.to_state = 'proposed' AND d.kind = 'moved' AND d.at > :since
 GROUP BY d.case_id, d.episode
""")


def kpi_values(connection: Connection, *, now: datetime) -> dict[str, int]:
    """The figures as they are: counts, cents, ``otif_bp`` over seven days, ``decide_minutes`` (median).

    A figure that cannot be told yet (no delivery, no decision in seven days) is absent.
    """
    return {**_present_values(connection, now=now), **_week_values(connection, now=now)}


def _present_values(connection: Connection, *, now: datetime) -> dict[str, int]:
    counts = connection.execute(_COUNTS, {"soon": to_ms(now) + BREACH_SOON_MS}).mappings().one()
    values: dict[str, int] = dict(counts)
    values["at_risk_cents"] = at_risk_cents(connection)
    values["orders_affected"] = connection.execute(_ORDERS_AFFECTED).scalar_one()
    return values


def _week_values(connection: Connection, *, now: datetime) -> dict[str, int]:
    values: dict[str, int] = {}
    week = {"since": to_ms(now) - WEEK_MS, "now": to_ms(now)}
    delivered, perfect = connection.execute(_OTIF, week).one()
    if delivered:
        values["otif_bp"] = perfect * 10_000 // delivered
    waited = [ms for ms in connection.execute(_DECISIONS, week).scalars() if ms is not None]
    if waited:
        values["decide_minutes"] = int(median(waited)) // 60_000
    return values


def record_kpis(connection: Connection, *, now: datetime) -> None:
    """Keep the figures as those of the present hour; those over a week are worked out once an hour."""
    hour = to_ms(now) - to_ms(now) % HOUR_MS
    values = _present_values(connection, now=now)
    known = select(KPI_SAMPLE.c.name).where(KPI_SAMPLE.c.name == "open_cases", KPI_SAMPLE.c.hour_at == hour)
    if connection.execute(known).first() is None:
        values |= _week_values(connection, now=now)
    rows = [{"name": name, "hour_at": hour, "value": value} for name, value in values.items()]
    entry = upsert(KPI_SAMPLE)
    connection.execute(
        entry.on_conflict_do_update(
            index_elements=["name", "hour_at"], set_={"value": entry.excluded["value"]}
        ),
        rows,
    )


def kpi_history(connection: Connection, *, since: datetime) -> list[KpiSample]:
    """The figures by name and hour since then, oldest first."""
    c = KPI_SAMPLE.c
    query = select(KPI_SAMPLE).where(c.hour_at >= to_ms(since)).order_by(c.name, c.hour_at)
    return [
        KpiSample(name=row.name, hour_at=from_ms(row.hour_at), value=row.value)
        for row in connection.execute(query)
    ]
