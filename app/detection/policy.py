"""The figures that rules and money estimates work with, as one value that a policy file may replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.detection.policy_set import packaged_policies

BP = 10_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 24 * MS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionPolicy:
    """Tolerances, probabilities in basis points, and the bounds of the severities in cents and hours."""

    price_tolerance_bp: int = 200
    price_tolerance_cents: int = 500
    inbound_late_ms: int = MS_PER_DAY
    unknown_delay_days: int = 5
    near_promise_ms: int = 48 * MS_PER_HOUR
    near_promise_bp: int = 5_000
    planner_cents_per_minute: int = 75
    dispute_bp: int = 6_000
    expedite_success_bp: int = 3_000
    in_transit_avoidable_bp: int = 2_000
    stale_intervals: int = 3
    verify_ms: int = MS_PER_HOUR
    critical_cents: int = 100_000
    high_cents: int = 30_000
    medium_cents: int = 5_000
    critical_hours: int = 8
    soon_hours: int = 24

    def setting(self, name: str) -> int:
        """A figure of the policy files."""
        return packaged_policies().setting(name)

    def decide(self, table: str, /, **inputs: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any column type
        """An answer of the policy files."""
        return packaged_policies().decide(table, **inputs)

    def case_sql(self, table: str, output: str, inputs: Mapping[str, str]) -> str:
        """The same as a SQL expression."""
        return packaged_policies().case_sql(table, output, inputs)


DEFAULT_POLICY = DetectionPolicy()
