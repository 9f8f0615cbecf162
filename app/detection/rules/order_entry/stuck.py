"""OE-STUCK: an order has been in its step for longer than the limit of step and channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_HOUR, impact_of
from app.detection.phrasing import day_words, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    OPEN,
    ORDER_MONEY_WAKES,
    OrderCase,
    blocked_losses,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
)
from domain.catalogue.order_entry import OE_STUCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_LIMIT_MS = "{decide:step_limit.limit_hours(status=s.status, channel=s.channel)} * 3600000"
# An order on hold waits for credit, not for its step.
_ALIVE = f"x.deleted_at IS NULL AND x.status IN {OPEN} AND x.credit_status <> 'hold'"

_FOUND = f"""
SELECT s.id, COALESCE(s.status_at, s.ordered_at) AS since, {_LIMIT_MS} AS limit_ms
  FROM sales_order s {{full:INDEXED BY det_order_step}}
 WHERE {{scope:s.id}} AND {_ALIVE.replace("x.status", "{narrow:+}s.status").replace("x.", "s.")}
   AND COALESCE(s.status_at, s.ordered_at) < :now - {_LIMIT_MS}
"""  # noqa: S608 - constants only

# Each channel of each step that has orders, by leaps through the index; then the range of each.
_FLIPS = f"""
WITH RECURSIVE step(status, channel) AS (
  SELECT v.column1, (SELECT MIN(x.channel) FROM sales_order x INDEXED BY det_order_step
                      WHERE x.status = v.column1 AND {_ALIVE})
    FROM (VALUES ('entered'), ('confirmed'), ('released')) v
  UNION ALL
  SELECT p.status, (SELECT MIN(x.channel) FROM sales_order x INDEXED BY det_order_step
                     WHERE x.status = p.status AND x.channel > p.channel AND {_ALIVE})
    FROM step p WHERE p.channel IS NOT NULL)
SELECT x.id
  FROM step s CROSS JOIN sales_order x INDEXED BY det_order_step
       ON x.status = s.status AND x.channel = s.channel AND {_ALIVE}
 WHERE x.status_at >= :earlier - {_LIMIT_MS} AND x.status_at < :later - {_LIMIT_MS}
 UNION ALL
SELECT x.id
  FROM step s CROSS JOIN sales_order x INDEXED BY det_order_step
       ON x.status = s.status AND x.channel = s.channel AND {_ALIVE}
 WHERE x.status_at IS NULL AND x.ordered_at >= :earlier - {_LIMIT_MS} AND x.ordered_at < :later - {_LIMIT_MS}
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = blocked_losses(rows, moment)
    limit_hours = head.limit_ms // MS_PER_HOUR
    order = order_facts(head)
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_STUCK,
            title=f"{head.number} stuck in {head.status}",
            consequence=(
                f"{head.number} of {customer_name(head)} is {head.status} since {day_words(head.since)}, "
                f"longer than the {limit_hours} h that {head.channel} orders take; it is promised "
                f"{day_words(head.promised_at)}."
            ),
            impact=impact_of(losses, effort_minutes=OE_STUCK.effort_minutes),
            losses=[(part.key, part.loss_cents) for part in losses],
            correlation_key=f"stuck:{head.status}:{head.channel}",
            evidence=(
                fact("status", head.status, **order),
                fact("since", iso(head.since), **order),
                fact("limit", limit_hours, unit="hours", **order),
                fact("channel", head.channel, **order),
            ),
        ),
    )


RULE = Rule(
    case_type=OE_STUCK,
    sql=order_rows(_FOUND, "f.since, f.limit_ms,"),
    wakes=ORDER_MONEY_WAKES,
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        partial_index(
            "det_order_step",
            "sales_order (status, channel, status_at, ordered_at, credit_status, deleted_at)",
            _ALIVE,
        ),
    ),
)
