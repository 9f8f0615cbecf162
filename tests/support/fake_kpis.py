"""The made-up morning's four weeks: cases opened and closed at plausible hours, and the queue's own."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cache

from tests.support.fake_tower import NOW, TYPES, case_rows
from views.kpis.charts import all_charts
from views.kpis.state import KpiFigures, SpanRow, span_table

ZONE = NOW.tzinfo


def span_rows(seed: int = 5) -> list[SpanRow]:
    """The open cases of the queue, their opening spread over some days, and 1,500 closed ones."""
    rng = random.Random(seed)
    rows = [
        SpanRow(
            case_id=row.case_id,
            title=f"{row.type_title}: {row.subject}",
            type_title=row.type_title,
            severity=int(row.severity),
            loss_cents=row.loss_cents,
            opened_at=row.opened_at - timedelta(hours=rng.choice([0, 0, 0, 2, 9, 20, 50, 120])),
        )
        for row in case_rows()
    ]
    for number in range(1_500):
        opened = NOW - timedelta(days=rng.uniform(0.3, 27), hours=0)
        opened = opened.replace(hour=min(max(int(rng.gauss(11, 4)), 0), 23))
        closed = min(opened + timedelta(minutes=rng.lognormvariate(5, 0.9)), NOW - timedelta(minutes=3))
        title = rng.choice(TYPES)[1]
        rows.append(
            SpanRow(
                case_id=f"EX-OLD-{number:04d}",
                title=f"{title}: SO-{870_000 + number}",
                type_title=title,
                severity=rng.choice([1, 1, 2, 2, 3, 4]),
                loss_cents=rng.randint(80, 40_000) * 100,
                opened_at=min(opened, closed),
                closed_at=closed,
            )
        )
    return rows


@cache
def figures() -> KpiFigures:
    """The page's content."""
    return _figures_of(span_rows())


def no_figures() -> KpiFigures:
    """The page's content where nothing happened yet."""
    return _figures_of([])


def _figures_of(rows: list[SpanRow]) -> KpiFigures:
    spans = span_table(rows)
    assert ZONE is not None
    return KpiFigures(now=NOW, spans=spans, charts=all_charts(spans, NOW, ZONE, "USD"))
