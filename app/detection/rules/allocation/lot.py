"""AL-LOT: the allocated lot is on hold or recalled, or too old for this customer at the promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_DAY, blocked_line_loss, churn_of, impact_of, severity_of, sla_of
from app.detection.phrasing import day_words, distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import OPEN_LINE, OPEN_ORDER, line_ref
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_LOT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from domain.cases import Fact

_GIVEN = "a.deleted_at IS NULL AND a.lot_id <> ''"
# No lot that lives longer than this can be too old for anybody.
_LONGEST = """COALESCE((SELECT MAX(x.promised_at) FROM order_line x INDEXED BY det_line_promised
                   WHERE x.deleted_at IS NULL AND x.cancelled = 0
                     AND x.shipped_quantity < x.ordered_quantity), 0)
         + 86400000 * COALESCE((SELECT MAX(x.minimum_shelf_life_days) FROM customer x), 0)"""

_SQL = f"""
SELECT a.id AS entity_id, a.line_id, a.item_id, a.node_id, a.quantity, t.id AS lot_id, t.quality,
       t.expires_at, t.source AS lot_source, t.observed_at AS lot_observed_at,
       a.source, a.observed_at, l.order_id, l.position, l.promised_at, l.unit_price_cents,
       o.number, o.customer_id, i.sku, i.landed_cost_cents, n.name AS node_name, c.name AS customer_name,
       c.minimum_shelf_life_days, c.tier, c.late_penalty_bp_per_day, c.fixed_penalty_cents,
       c.penalty_cap_bp, c.cancel_probability_bp
  FROM {{full:(SELECT b.id FROM lot b INDEXED BY det_lot_unfit
                WHERE b.deleted_at IS NULL AND b.quality <> 'ok'
               UNION SELECT b.id FROM lot b INDEXED BY det_lot_expiry
                WHERE b.deleted_at IS NULL AND b.expires_at < {_LONGEST}) r
 CROSS JOIN allocation a INDEXED BY allocation_by_lot ON a.lot_id = r.id}}
       {{narrow:allocation a}}
 CROSS JOIN lot t ON t.id = a.lot_id
 CROSS JOIN order_line l ON l.id = a.line_id
 CROSS JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
  LEFT JOIN item i ON i.id = a.item_id AND i.deleted_at IS NULL
  LEFT JOIN node n ON n.id = a.node_id
 WHERE {{scope:a.id}} AND {_GIVEN} AND a.quantity > 0 AND t.deleted_at IS NULL
   AND {OPEN_LINE} AND {OPEN_ORDER}
   AND (t.quality <> 'ok' OR t.expires_at < l.promised_at + c.minimum_shelf_life_days * 86400000)
   AND {{runs(node=a.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY a.id
"""  # noqa: S608 - constants only


def _left_days(row: Row[Any]) -> int | None:
    """Days of shelf life that are left at the promise."""
    return None if row.expires_at is None else (row.expires_at - row.promised_at) // MS_PER_DAY


def _why(row: Row[Any]) -> str:
    if row.quality == "recalled":
        return "is recalled"
    if row.quality == "hold":
        return "is on quality hold"
    wanted = row.minimum_shelf_life_days
    return f"has {_left_days(row)} d left at the promise, {row.customer_name} wants {wanted}"


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    landed = row.unit_price_cents if row.landed_cost_cents is None else row.landed_cost_cents
    loss = blocked_line_loss(
        key=row.line_id,
        value_cents=row.quantity * row.unit_price_cents,
        margin_cents=row.quantity * (row.unit_price_cents - landed),
        promised_ms=row.promised_at,
        hour_ms=moment.hour_ms,
        sla=sla_of(row),
        policy=moment.policy,
        churn_cents=churn_of(row, moment),
    )
    impact = impact_of([loss], effort_minutes=AL_LOT.effort_minutes)
    where = row.node_name or row.node_id
    return Finding(
        case_type=AL_LOT,
        entity=EntityRef(kind=EntityKind.ALLOCATION, entity_id=row.entity_id),
        title=f"{row.number} line {row.position} has unfit lot {row.lot_id}",
        consequence=(
            f"Lot {row.lot_id} of {row.sku or row.item_id} at {where}, {row.quantity} ea of it for line "
            f"{row.position} of {row.number}, {_why(row)}. Promised {day_words(row.promised_at)}."
        ),
        impact=impact,
        losses=((loss.key, loss.loss_cents),),
        severity=severity_of(
            impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=f"lot:{row.lot_id}",
        evidence=_evidence(row),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.lot_source]),
        about=(
            EntityRef(kind=EntityKind.LOT, entity_id=row.lot_id),
            EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),
            line_ref(row.line_id),
        ),
    )


def _evidence(row: Row[Any]) -> tuple[Fact, ...]:
    left = _left_days(row)
    lot = {
        "source": row.lot_source,
        "as_of_ms": row.lot_observed_at,
        "entity": (EntityKind.LOT, row.lot_id),
    }
    bound = {
        "source": row.source,
        "as_of_ms": row.observed_at,
        "entity": (EntityKind.ALLOCATION, row.entity_id),
    }
    return (
        fact("lot", row.lot_id, **lot),
        fact("quality", row.quality, **lot),
        fact("expires_at", "never" if row.expires_at is None else iso(row.expires_at), **lot),
        fact("shelf_life", "unlimited" if left is None else left, unit="days", **lot),
        fact("minimum_shelf_life", row.minimum_shelf_life_days or 0, unit="days"),
        fact("quantity", row.quantity, unit="units", **bound),
    )


RULE = Rule(
    case_type=AL_LOT,
    sql=_SQL,
    wakes=(
        "allocation>allocation",
        "lot>allocation",
        "order_line>allocation",
        "sales_order>allocation",
        "customer>allocation",
        "item>allocation",
        "node>allocation",
    ),
    assess=_assess,
    indexes=(
        partial_index("det_lot_unfit", "lot (id)", "deleted_at IS NULL AND quality <> 'ok'"),
        partial_index("det_lot_expiry", "lot (expires_at)", "deleted_at IS NULL AND expires_at IS NOT NULL"),
        partial_index(
            "det_line_promised",
            "order_line (promised_at, cancelled, ordered_quantity, shipped_quantity, deleted_at)",
            OPEN_LINE,
        ),
    ),
)
