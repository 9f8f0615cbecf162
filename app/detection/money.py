"""Expected loss in cents, from contract terms and plain arithmetic; every function is pure.

Rates are basis points. A line's loss is the penalty for lateness plus the margin lost if the customer
cancels; a range goes from the mildest to the worst reading of the same terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.detection.policy import BP, MS_PER_DAY, MS_PER_HOUR, DetectionPolicy
from domain.cases import Impact, Severity
from domain.customers import SlaTerms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

_DEFAULT_SLA = SlaTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLoss:
    """What one order line stands to lose, in cents; ``key`` is its id."""

    key: str
    penalty_cents: int
    margin_cents: int
    low_cents: int
    high_cents: int

    @property
    def loss_cents(self) -> int:
        """Expected loss of the line."""
        return self.penalty_cents + self.margin_cents


def sla_of(row: Row[Any]) -> SlaTerms:
    """The service terms in a row that joins the customer; defaults where the customer is unknown."""
    if row.tier is None:
        return _DEFAULT_SLA
    return SlaTerms(
        late_penalty_bp_per_day=row.late_penalty_bp_per_day,
        fixed_penalty_cents=row.fixed_penalty_cents,
        penalty_cap_bp=row.penalty_cap_bp,
        cancel_probability_bp=row.cancel_probability_bp,
    )


def late_penalty_cents(value_cents: int, days: int, sla: SlaTerms) -> int:
    """The contract penalty for ``value_cents`` of goods that come ``days`` late, capped."""
    if days <= 0:
        return 0
    uncapped = sla.fixed_penalty_cents + value_cents * sla.late_penalty_bp_per_day * days // BP
    return min(value_cents * sla.penalty_cap_bp // BP, uncapped)


def days_between(earlier_ms: int, later_ms: int) -> int:
    """Days begun between two instants; zero if ``later_ms`` is not later."""
    return max(0, -((earlier_ms - later_ms) // MS_PER_DAY))


def line_loss(*, key: str, value_cents: int, margin_cents: int, days: int, sla: SlaTerms) -> LineLoss:
    """The loss of a line whose goods come ``days`` late."""
    penalty = late_penalty_cents(value_cents, days, sla)
    lost_margin = max(0, margin_cents) * sla.cancel_probability_bp // BP
    worst_share = min(BP, 2 * sla.cancel_probability_bp)
    worst = value_cents * sla.penalty_cap_bp // BP + max(0, margin_cents) * worst_share // BP
    return LineLoss(
        key=key,
        penalty_cents=penalty,
        margin_cents=lost_margin,
        low_cents=late_penalty_cents(value_cents, min(days, 1), sla),
        high_cents=max(worst, penalty + lost_margin),
    )


def blocked_line_loss(
    *,
    key: str,
    value_cents: int,
    margin_cents: int,
    promised_ms: int,
    hour_ms: int,
    sla: SlaTerms,
    policy: DetectionPolicy,
) -> LineLoss:
    """The loss of a line that cannot go on: the penalty grows in as its promise comes near."""
    overdue = days_between(promised_ms, hour_ms)
    full = line_loss(
        key=key, value_cents=value_cents, margin_cents=margin_cents, days=max(1, overdue), sla=sla
    )
    if overdue > 0:
        return full
    near = promised_ms - hour_ms <= policy.near_promise_ms
    penalty = full.penalty_cents * policy.near_promise_bp // BP if near else 0
    return LineLoss(
        key=key,
        penalty_cents=penalty,
        margin_cents=full.margin_cents,
        low_cents=0,
        high_cents=full.high_cents,
    )


def impact_of(
    losses: Sequence[LineLoss],
    *,
    effort_minutes: int,
    avoidable_bp: int = BP,
    rework_cents: int = 0,
    assumed: Iterable[str] = (),
) -> Impact:
    """The impact of a case over its lines; ``avoidable_bp`` is the share that acting now saves."""
    penalty = sum(part.penalty_cents for part in losses)
    margin = sum(part.margin_cents for part in losses)
    loss = penalty + margin + rework_cents
    return Impact(
        loss_cents=loss,
        low_cents=min(loss, sum(part.low_cents for part in losses)),
        high_cents=max(loss, sum(part.high_cents for part in losses) + rework_cents),
        avoidable_cents=loss * avoidable_bp // BP,
        effort_minutes=effort_minutes,
        penalty_cents=penalty,
        margin_cents=margin,
        rework_cents=rework_cents,
        assumed=tuple(assumed),
    )


def severity_of(loss_cents: int, breach_ms: int | None, hour_ms: int, policy: DetectionPolicy) -> Severity:
    """How bad: by money, and one step worse when the breach is near."""
    hours = (breach_ms - hour_ms) // MS_PER_HOUR if breach_ms is not None else policy.soon_hours + 1
    if loss_cents >= policy.critical_cents:
        return Severity.CRITICAL
    if loss_cents >= policy.high_cents:
        return Severity.CRITICAL if hours <= policy.critical_hours else Severity.HIGH
    if loss_cents >= policy.medium_cents:
        return Severity.HIGH if hours <= policy.soon_hours else Severity.MEDIUM
    return Severity.MEDIUM if hours <= policy.soon_hours else Severity.LOW
