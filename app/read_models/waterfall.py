"""The money of a case as bars: what the expected loss is made of, and what acting still saves of it."""

from __future__ import annotations

from datetime import datetime

from app.services.rank import is_feasible
from domain.cases import ExceptionCase
from views.language import noted, tr

AVOIDABLE = noted("Saved by acting now")
LOST_ANYWAY = noted("Lost even so")
OTHER = noted("Loss of the lines concerned")


def waterfall(case: ExceptionCase, now: datetime | None = None) -> tuple[tuple[str, int], ...]:
    """Labels and cents, first the bars of the loss, then what comes off; the last is what these leave.

    The last is the sum of all others, to the cent; bars of nothing are left out. At ``now`` a case whose
    last responsible moment has passed saves nothing.
    """
    impact = case.impact
    known = (
        (noted("Contract penalty"), impact.penalty_cents),
        (noted("Margin of cancelled goods"), impact.margin_cents),
        (noted("Customers who leave"), impact.churn_cents),
        (noted("Rework"), impact.rework_cents),
        (noted("Dispute"), impact.dispute_cents),
    )
    other = impact.loss_cents - sum(cents for _, cents in known)
    in_time = is_feasible(case, now)
    saved = impact.avoidable_cents if in_time else 0
    cost = impact.action_cost_cents if in_time else 0
    bars = (
        *known,
        (OTHER, other),
        (LOST_ANYWAY, -(impact.loss_cents - saved - cost)),
        (noted("Cost of acting"), -cost),
    )
    return (*((tr(label), cents) for label, cents in bars if cents), (tr(AVOIDABLE), saved))
