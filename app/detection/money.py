"""The bars of a case's waterfall, in integer cents, from contract terms and the figures of ``loss.toml``.

For every distinct order line: P x penalty, P x margin lost by cancellation, P x churn, P x dispute, and
for the case the rework; together the loss. What acting saves of it, less what the action costs, is the
avoidable part V. Every function is pure: rows, the hour and the policy (``moment.policy``) decide.
Rates and probabilities are basis points. A range goes from the mildest to the worst reading.

How a rule uses it::

    sla = sla_of(head)                                  # terms of the row's customer, or the defaults
    losses = [line_loss(key=row.line_id, value_cents=..., margin_cents=..., days=..., sla=sla,
                        churn_cents=churn_of(head, moment)) for row in rows]
    impact = impact_of(losses, effort_minutes=TYPE.effort_minutes, avoidable_bp=...,
                       rework_cents=rework_cents_of(TYPE.effort_minutes, moment.policy), assumed=...)
    severity = severity_of(impact.loss_cents, breach_ms, moment.hour_ms, moment.policy, tier=head.tier)

The engine widens the range where inputs are assumed (:func:`widened`); rules only name them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.cases import Impact, Severity
from domain.customers import SlaTerms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from app.detection.rule import Moment, PolicyReader

BP = 10_000
PPM = 1_000_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 24 * MS_PER_HOUR
_DAYS_PER_YEAR = 365
_DEFAULT_SLA = SlaTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLoss:
    """What one order line stands to lose, in cents; ``key`` is its id."""

    key: str
    penalty_cents: int
    margin_cents: int
    low_cents: int
    high_cents: int
    churn_cents: int = 0
    dispute_cents: int = 0

    @property
    def loss_cents(self) -> int:
        """Expected loss of the line: the sum of its bars."""
        return self.penalty_cents + self.margin_cents + self.churn_cents + self.dispute_cents


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


def churn_of(row: Row[Any], moment: Moment) -> int:
    """What one more missed line of the row's customer costs in customers who leave; 0 for unknown ones.

    The row has ``tier`` and ``customer_id``.
    """
    misses = moment.misses.get(row.customer_id, 0) if row.customer_id is not None else 0
    return churn_cents_of(row.tier, misses, moment.policy)


def churn_cents_of(tier: int | None, misses: int, policy: PolicyReader) -> int:
    """Churn by one more miss after ``misses`` in 90 days, times a year's worth of such a customer."""
    if tier is None:
        return 0
    likelier_ppm: int = policy.decide("churn", tier=tier, misses=misses)["churn_ppm"]
    worth_cents: int = policy.decide("customer_value", tier=tier)["clv_cents"]
    return worth_cents * likelier_ppm // PPM


def late_penalty_cents(value_cents: int, days: int, sla: SlaTerms) -> int:
    """The contract penalty for ``value_cents`` of goods that come ``days`` late, capped."""
    if days <= 0:
        return 0
    uncapped = sla.fixed_penalty_cents + value_cents * sla.late_penalty_bp_per_day * days // BP
    return min(value_cents * sla.penalty_cap_bp // BP, uncapped)


def days_between(earlier_ms: int, later_ms: int) -> int:
    """Days begun between two instants; zero if ``later_ms`` is not later."""
    return max(0, -((earlier_ms - later_ms) // MS_PER_DAY))


def line_loss(
    *,
    key: str,
    value_cents: int,
    margin_cents: int,
    days: int,
    sla: SlaTerms,
    churn_cents: int = 0,
    probability_bp: int = BP,
) -> LineLoss:
    """The loss of a line whose goods come ``days`` late, with the probability that they do."""
    penalty = late_penalty_cents(value_cents, days, sla)
    lost_margin = max(0, margin_cents) * sla.cancel_probability_bp // BP
    worst_share = min(BP, 2 * sla.cancel_probability_bp)
    worst = value_cents * sla.penalty_cap_bp // BP + max(0, margin_cents) * worst_share // BP
    mildest = late_penalty_cents(value_cents, min(days, 1), sla)
    return LineLoss(
        key=key,
        penalty_cents=penalty * probability_bp // BP,
        margin_cents=lost_margin * probability_bp // BP,
        churn_cents=churn_cents * probability_bp // BP,
        low_cents=mildest * probability_bp // BP,
        high_cents=max(worst, penalty + lost_margin) + churn_cents,
    )


def blocked_line_loss(
    *,
    key: str,
    value_cents: int,
    margin_cents: int,
    promised_ms: int,
    hour_ms: int,
    sla: SlaTerms,
    policy: PolicyReader,
    churn_cents: int = 0,
) -> LineLoss:
    """The loss of a line that cannot go on: the penalty grows in as its promise comes near."""
    overdue = days_between(promised_ms, hour_ms)
    full = line_loss(
        key=key,
        value_cents=value_cents,
        margin_cents=margin_cents,
        days=max(1, overdue),
        sla=sla,
        churn_cents=churn_cents,
    )
    if overdue > 0:
        return full
    near = promised_ms - hour_ms <= policy.setting("near_promise_hours") * MS_PER_HOUR
    share_bp = policy.setting("near_promise_bp") if near else 0
    return replace(
        full,
        penalty_cents=full.penalty_cents * share_bp // BP,
        churn_cents=full.churn_cents * share_bp // BP,
        low_cents=0,
    )


def dispute_loss(
    *, key: str, open_cents: int, policy: PolicyReader, probability_bp: int | None = None, lost_bp: int = 0
) -> LineLoss:
    """The loss of an amount that a customer may dispute: handling, capital, and ``lost_bp`` of the amount.

    Without ``probability_bp`` the policy's ``dispute_bp`` holds. ``lost_bp`` is the share that is written
    off in the end, e.g. all of an amount billed beyond what was signed for.
    """
    days = policy.setting("dispute_days")
    capital = open_cents * days * policy.setting("capital_cost_bp_per_year") // (_DAYS_PER_YEAR * BP)
    worst = policy.setting("dispute_handling_cents") + capital + open_cents * lost_bp // BP
    likely_bp = policy.setting("dispute_bp") if probability_bp is None else probability_bp
    return LineLoss(
        key=key,
        penalty_cents=0,
        margin_cents=0,
        dispute_cents=worst * likely_bp // BP,
        low_cents=0,
        high_cents=worst,
    )


def rework_cents_of(minutes: int, policy: PolicyReader) -> int:
    """What a planner's ``minutes`` cost."""
    return minutes * policy.setting("planner_cents_per_minute")


def impact_of(
    losses: Sequence[LineLoss],
    *,
    effort_minutes: int,
    avoidable_bp: int = BP,
    rework_cents: int = 0,
    action_cost_cents: int = 0,
    assumed: Iterable[str] = (),
) -> Impact:
    """The impact of a case over its distinct lines.

    ``avoidable_bp`` is the share that acting now saves and ``action_cost_cents`` what acting costs. An
    action that costs more than it saves is not taken: then nothing is avoidable, and nothing is spent.
    """
    penalty = sum(part.penalty_cents for part in losses)
    margin = sum(part.margin_cents for part in losses)
    churn = sum(part.churn_cents for part in losses)
    dispute = sum(part.dispute_cents for part in losses)
    loss = penalty + margin + churn + dispute + rework_cents
    saved = loss * avoidable_bp // BP
    pays = saved > action_cost_cents
    return Impact(
        loss_cents=loss,
        low_cents=min(loss, sum(part.low_cents for part in losses)),
        high_cents=max(loss, sum(part.high_cents for part in losses) + rework_cents),
        avoidable_cents=saved - action_cost_cents if pays else 0,
        effort_minutes=effort_minutes,
        penalty_cents=penalty,
        margin_cents=margin,
        rework_cents=rework_cents,
        churn_cents=churn,
        dispute_cents=dispute,
        action_cost_cents=action_cost_cents if pays else 0,
        assumed=tuple(assumed),
    )


def widened(impact: Impact, policy: PolicyReader) -> Impact:
    """The impact with a wider range for every input that was assumed; the engine does this for all rules."""
    if not impact.assumed:
        return impact
    share_bp = min(BP, policy.setting("assumed_range_bp") * len(impact.assumed))
    return replace(
        impact,
        low_cents=impact.low_cents - max(0, impact.low_cents) * share_bp // BP,
        high_cents=impact.high_cents + max(0, impact.high_cents) * share_bp // BP,
    )


def severity_of(
    loss_cents: int, breach_ms: int | None, hour_ms: int, policy: PolicyReader, *, tier: int | None = None
) -> Severity:
    """How bad: by the table ``severity`` of loss, full hours to the breach and the customer's tier."""
    hours = None if breach_ms is None else (breach_ms - hour_ms) // MS_PER_HOUR
    answer = policy.decide("severity", loss_cents=loss_cents, hours_to_breach=hours, tier=tier)
    return Severity(answer["severity"])
