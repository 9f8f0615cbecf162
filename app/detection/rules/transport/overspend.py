"""TR-OVERSPEND: planned freight is above its quote, or takes too much of the order's margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    SHIPMENT_MONEY_WAKES,
    orders_of,
    origin_of,
    said_of,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_OVERSPEND
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# The order's margin is over all its lines that are not cancelled; an order without lines has none known.
_SQL = with_shipments("""
WITH priced AS MATERIALIZED (
  SELECT f.id AS priced_id, f.freight_cost_cents AS freight, f.quote_cents AS quote,
         (SELECT SUM(y.ordered_quantity * (y.unit_price_cents
                     - COALESCE((SELECT z.landed_cost_cents FROM item z WHERE z.id = y.item_id),
                                y.unit_price_cents)))
            FROM order_line y
           WHERE y.order_id = f.order_id AND y.deleted_at IS NULL AND y.cancelled = 0) AS order_margin
    FROM shipment f INDEXED BY det_shipment_freight
   WHERE {scope:f.id} AND f.deleted_at IS NULL AND f.status @here AND f.freight_cost_cents > 0
     AND (f.freight_cost_cents >= {setting:overspend_margin_cents}
          OR f.freight_cost_cents >= f.quote_cents + {setting:overspend_quote_cents}))
SELECT s.id AS entity_id, x.freight, x.quote, x.order_margin,
       (SELECT t.scac FROM carrier_booking t
         WHERE t.shipment_id = s.id AND t.deleted_at IS NULL
           AND t.status IN ('declined', 'expired', 'cancelled')
         ORDER BY t.booked_at, t.id LIMIT 1) AS refusing_scac, @columns
  FROM priced x
  CROSS JOIN shipment s ON s.id = x.priced_id
  @joins
 WHERE (x.freight >= x.quote + {setting:overspend_quote_cents}
        AND (x.freight - x.quote) * 10000 > x.quote * {setting:overspend_quote_bp}
        OR x.freight >= {setting:overspend_margin_cents}
           AND x.freight * 10000 > MAX(x.order_margin, 0) * {setting:overspend_margin_bp})
   AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    over_quote = _over_quote(head, moment)
    share_cents = max(0, head.order_margin or 0) * policy.setting("overspend_margin_bp") // BP
    excess = over_quote or head.freight - share_cents
    rework = rework_cents_of(TR_OVERSPEND.effort_minutes, policy)
    impact = impact_of([], effort_minutes=TR_OVERSPEND.effort_minutes, rework_cents=excess + rework)
    against = (
        f"its quote of {money_words(head.quote)}"
        if over_quote
        else f"{money_words(share_cents)}, what freight may take of the order's margin of "
        f"{money_words(head.order_margin or 0)}"
    )
    said = said_of(head)
    return Finding(
        case_type=TR_OVERSPEND,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} costs {money_words(excess)} too much",
        consequence=(
            f"Freight of {money_words(head.freight)} for {head.shipment_number} ({whose(head)}) from "
            f"{origin_of(head)} with {head.scac or 'no carrier'} is above {against}. Take a cheaper service "
            f"before the pickup of {iso(head.planned_pickup_at)[:16]}Z, or approve it."
        ),
        impact=impact,
        losses=((f"shipment/{head.entity_id}", excess + rework),),
        severity=severity_of(
            impact.loss_cents, head.planned_pickup_at, moment.hour_ms, policy, tier=head.tier
        ),
        correlation_key=_key(head),
        evidence=(
            fact("freight_cost_cents", head.freight, unit="cents", **said),
            fact("quote_cents", "none" if head.quote is None else head.quote, unit="cents", **said),
            fact("order_margin_cents", head.order_margin or 0, unit="cents", source=head.order_source),
            fact("excess_cents", excess, unit="cents", **said),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.planned_pickup_at),
        responsible_at=from_ms(head.planned_pickup_at),
        sources=sources_of(rows),
        about=way_of(head),
    )


def _key(row: Row[Any]) -> str:
    """Who gave it back first made it dear, whoever takes it now; else its carrier's price did."""
    if row.refusing_scac:
        return f"tender:{row.refusing_scac}"
    return f"freight:{row.scac or row.origin_node_id}"


def _over_quote(row: Row[Any], moment: Moment) -> int:
    """What the freight is above a quote that it breaks; 0 where it keeps to it or there is none."""
    if row.quote is None:
        return 0
    over = int(row.freight - row.quote)
    policy = moment.policy
    broken = over >= policy.setting("overspend_quote_cents") and over * BP > row.quote * policy.setting(
        "overspend_quote_bp"
    )
    return over if broken else 0


RULE = Rule(
    case_type=TR_OVERSPEND,
    sql=_SQL,
    wakes=("shipment>shipment", "carrier_booking>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_freight ON shipment"
            " (id, freight_cost_cents, quote_cents, order_id, status, deleted_at)"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
            " AND freight_cost_cents > 0"
        ),
    ),
)
