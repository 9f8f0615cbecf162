"""OE-PROMISE: an order not yet released is promised earlier than it can be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import (
    MS_PER_DAY,
    MS_PER_HOUR,
    churn_of,
    days_between,
    impact_of,
    line_loss,
    sla_of,
)
from app.detection.phrasing import day_words, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    OPEN_LINE,
    ORDER_MONEY_WAKES,
    OrderCase,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
)
from domain.catalogue.order_entry import OE_PROMISE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from app.detection.money import LineLoss

# After release the clocks of the warehouse and the road take over; a held order waits for its release.
_EARLY = "h.deleted_at IS NULL AND h.status IN ('entered', 'confirmed') AND h.credit_status <> 'hold'"
_DOOR = "{setting:pick_lead_hours} * 3600000"
_TRANSIT = """(SELECT MIN(g.transit_days) FROM lane g
             WHERE g.origin_node_id = COALESCE(l.node_id, @.ship_from_node_id)
               AND g.zone_id = @zone AND g.deleted_at IS NULL)"""
_TRANSIT_FOUND = _TRANSIT.replace("@zone", "k.zone_id").replace("@", "h")
_ZONE = "(SELECT k.zone_id FROM customer k WHERE k.id = h.customer_id AND k.deleted_at IS NULL)"
_TRANSIT_WAITING = _TRANSIT.replace("@zone", _ZONE).replace("@", "h")
_TRANSIT_SHOWN = _TRANSIT.replace("@zone", "c.zone_id").replace("@", "o")

_FOUND = f"""
SELECT h.id
  FROM sales_order h {{full:INDEXED BY det_order_promised}} CROSS JOIN customer k ON k.id = h.customer_id
 WHERE {{scope:h.id}} AND {_EARLY.replace("h.status", "{narrow:+}h.status")} AND k.deleted_at IS NULL
   AND h.promised_at < :now + {_DOOR} + 86400000 * (SELECT MAX(g.transit_days) FROM lane g)
   AND EXISTS (SELECT 1 FROM order_line l
                WHERE l.order_id = h.id AND {OPEN_LINE}
                  AND h.promised_at < :now + {_DOOR} + 86400000 * {_TRANSIT_FOUND})
 UNION
SELECT h.id
  FROM {{full:peg_short p INDEXED BY det_short_eta CROSS JOIN order_line l ON l.id = p.line_id
 CROSS JOIN sales_order h ON h.id = l.order_id}}
       {{narrow:sales_order h CROSS JOIN order_line l ON l.order_id = h.id
 CROSS JOIN peg_short p ON p.line_id = l.id}}
 WHERE {{scope:h.id}} AND {_EARLY.replace("h.status", "{narrow:+}h.status")} AND {OPEN_LINE}
   AND p.next_eta_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM peg_short u WHERE u.line_id = p.line_id AND u.next_eta_at IS NULL)
   AND h.promised_at < p.next_eta_at + {_DOOR}
       + 86400000 * COALESCE({_TRANSIT_WAITING}, 0)
"""  # noqa: S608 - constants only

_EXTRA = f"""
       l.item_id, COALESCE(l.node_id, o.ship_from_node_id) AS from_node_id, l.ordered_quantity,
       l.promised_at AS line_promised_at, l.ordered_quantity > l.shipped_quantity AS is_open,
       {_TRANSIT_SHOWN} AS transit_days,
       (SELECT SUM(p.short_quantity) FROM peg_short p WHERE p.line_id = l.id) AS short_quantity,
       (SELECT CASE WHEN COUNT(*) = COUNT(p.next_eta_at) THEN MAX(p.next_eta_at) END
          FROM peg_short p WHERE p.line_id = l.id) AS supply_at,
"""  # noqa: S608 - constants only


def _feasible_ms(row: Row[Any], moment: Moment) -> int:
    """When the line can be with its customer, as far as is known."""
    start = max(moment.hour_ms, row.supply_at or 0)
    lead = moment.policy.setting("pick_lead_hours") * MS_PER_HOUR
    return int(start + lead + (row.transit_days or 0) * MS_PER_DAY)


def _loss(row: Row[Any], moment: Moment) -> LineLoss:
    """What a line that comes too late loses: all of it, or what it lacks of the stock until that comes."""
    units, since, until = row.ordered_quantity, row.promised_at, _feasible_ms(row, moment)
    if row.supply_at is not None:
        units, since = row.short_quantity, row.line_promised_at
        until = max(row.supply_at, moment.hour_ms)
    return line_loss(
        key=row.line_id,
        value_cents=row.value_cents * units // max(1, row.ordered_quantity),
        margin_cents=row.margin_cents * units // max(1, row.ordered_quantity),
        days=max(1, days_between(since, until)),
        sla=sla_of(row),
        churn_cents=churn_of(row, moment),
    )


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    wanting = [row for row in rows if row.line_id is not None and row.is_open]
    worst = max(wanting, key=lambda row: (_feasible_ms(row, moment), row.line_id))
    feasible = _feasible_ms(worst, moment)
    late = [row for row in wanting if _feasible_ms(row, moment) > head.promised_at] or [worst]
    losses = [_loss(row, moment) for row in late]
    days = max(1, days_between(head.promised_at, feasible))
    waits = worst.supply_at is not None
    why = f"its goods come {day_words(worst.supply_at)}" if waits else "picking and transit take longer"
    order = order_facts(head)
    key = f"{worst.item_id}:{worst.from_node_id}" if waits else head.entity_id
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_PROMISE,
            title=f"{head.number} promised {days} d too early",
            consequence=(
                f"{head.number} is promised to {customer_name(head)} for {day_words(head.promised_at)} and "
                f"can be there {day_words(feasible)}: {why}."
            ),
            impact=impact_of(losses, effort_minutes=OE_PROMISE.effort_minutes),
            losses=[(part.key, part.loss_cents) for part in losses],
            correlation_key=f"promise:{key}",
            evidence=(
                fact("promised_at", iso(head.promised_at), **order),
                fact("feasible_at", iso(feasible), **order),
                fact("pick_lead", moment.policy.setting("pick_lead_hours"), unit="hours"),
                fact("transit", worst.transit_days or 0, unit="days"),
                fact("supply_at", iso(worst.supply_at) if waits else "in stock"),
            ),
            about=[EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.line_id) for row in late],
        ),
    )


# One range of promises for each transit time that a lane has.
_FLIPS = f"""
SELECT h.id
  FROM (SELECT DISTINCT g.transit_days FROM lane g) t
 CROSS JOIN sales_order h INDEXED BY det_order_promised
            ON h.promised_at >= :earlier + {_DOOR} + 86400000 * t.transit_days
           AND h.promised_at < :later + {_DOOR} + 86400000 * t.transit_days
 WHERE {_EARLY}
"""  # noqa: S608 - constants only

RULE = Rule(
    case_type=OE_PROMISE,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=(*ORDER_MONEY_WAKES, "lane>order", "peg>order"),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        partial_index(
            "det_order_promised",
            "sales_order (promised_at, customer_id, status, credit_status, ship_from_node_id, deleted_at)",
            _EARLY,
        ),
        partial_index("det_short_eta", "peg_short (line_id, next_eta_at)", "next_eta_at IS NOT NULL"),
    ),
)
