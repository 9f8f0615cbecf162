"""The figures above the map, from what the store counts by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from views.formatting import count
from views.language import noted, tr
from views.tower.state import Kpi

if TYPE_CHECKING:
    from app.store.mirror import Mirror
    from app.store.values import KpiSample

HISTORY = timedelta(hours=24)
HOUR = timedelta(hours=1)

_TILES: tuple[tuple[str, str, Literal["count", "cents"], int], ...] = (
    ("open_cases", noted("Open exceptions"), "count", 0),
    ("critical_cases", noted("Critical"), "count", 4),
    ("at_risk_cents", noted("Value at risk"), "cents", 0),
    ("breach_soon", noted("SLA breach <\u00a04\u00a0h"), "count", 3),
    ("orders_affected", noted("Orders affected"), "count", 0),
    ("proposed_cases", noted("Awaiting approval"), "count", 0),
)


def kpi_tiles(mirror: Mirror, *, now: datetime) -> tuple[Kpi, ...]:
    """Six figures with their change over an hour and the last day by the hour."""
    values = mirror.kpi_values(now=now)
    history: dict[str, list[KpiSample]] = {}
    for sample in mirror.kpi_history(since=now - HISTORY):
        history.setdefault(sample.name, []).append(sample)
    return tuple(
        Kpi(
            key=key,
            title=tr(title),
            value=values.get(key),
            unit=unit,
            delta=_change(values.get(key), history.get(key, ()), now),
            period=tr("vs 1 h ago"),
            note=_unowned(values.get("unowned_cases", 0)) if key == "breach_soon" else "",
            series=tuple(float(sample.value) for sample in history.get(key, ())),
            severity=severity,
        )
        for key, title, unit, severity in _TILES
    )


def _unowned(cases: int) -> str:
    return tr("{count} without owner", count=count(cases))


def _change(value: int | None, samples: Sequence[KpiSample], now: datetime) -> int | None:
    """Against the last figure that is an hour old; none while there is no such figure."""
    earlier = [sample.value for sample in samples if sample.hour_at <= now - HOUR]
    return None if value is None or not earlier else value - earlier[-1]
