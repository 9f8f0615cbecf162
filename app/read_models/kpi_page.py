"""The figures of the KPI page, from when cases were open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from domain.catalogue.types import case_type
from views.kpis.charts import all_charts
from views.kpis.state import DAYS, KpiFigures, SpanRow, span_table
from views.phrases import said

if TYPE_CHECKING:
    from app.store.mirror import Mirror


def kpi_figures(mirror: Mirror, *, now: datetime, zone: tzinfo = UTC, currency: str = "USD") -> KpiFigures:
    """The six charts as of ``now``."""
    spans = span_table(
        SpanRow(
            case_id=span.case_id,
            title=said(span.title),
            type_title=said(case_type(span.code).title),
            severity=span.severity,
            loss_cents=span.loss_cents,
            opened_at=span.opened_at,
            closed_at=span.closed_at,
        )
        for span in mirror.case_spans(since=now - timedelta(days=DAYS))
    )
    return KpiFigures(
        now=now, spans=spans, charts=all_charts(spans, now, zone, currency), currency=currency, zone=zone
    )
