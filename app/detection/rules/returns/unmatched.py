"""RT-UNMATCHED: a return of more than was shipped and billed, or of goods that never went there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, dispute_loss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.returns import RT_UNMATCHED
from domain.ids import EntityKind, EntityRef

# Units: the larger of claimed and received, else what was authorised. Earlier returns of the line count
# first; one that was closed without goods counts nothing. What was billed counts only once a bill is posted.
_SQL = """
WITH claim AS (
  SELECT r.*,
         COALESCE(MAX(COALESCE(r.claimed_quantity, r.received_quantity),
                      COALESCE(r.received_quantity, r.claimed_quantity)), r.quantity) AS units,
         COALESCE((SELECT SUM(CASE WHEN e.status = 'closed' THEN COALESCE(e.received_quantity, 0)
                                   ELSE COALESCE(MAX(COALESCE(e.claimed_quantity, e.received_quantity),
                                                     COALESCE(e.received_quantity, e.claimed_quantity)),
                                                 e.quantity) END)
                     FROM return_authorisation e
                    WHERE e.line_id = r.line_id AND e.deleted_at IS NULL
                      AND (e.issued_at, e.id) < (r.issued_at, r.id)), 0) AS earlier_units,
         MAX(COALESCE((SELECT l.shipped_quantity FROM order_line l WHERE l.id = r.line_id), 0),
             COALESCE((SELECT SUM(y.quantity) FROM shipment_line y
                       CROSS JOIN shipment s ON s.id = y.shipment_id
                        WHERE y.line_id = r.line_id AND s.status IN ('in_transit', 'delivered')),
                      0)) AS shipped,
         (SELECT SUM(b.quantity) FROM invoice_line b CROSS JOIN invoice v ON v.id = b.invoice_id
           WHERE b.line_id = r.line_id AND v.deleted_at IS NULL
             AND v.status IN ('posted', 'paid')) AS billed,
         r.lot_id <> '' AND (
           EXISTS (SELECT 1 FROM lot t WHERE t.id = r.lot_id AND t.item_id <> r.item_id)
           OR (EXISTS (SELECT 1 FROM allocation a WHERE a.line_id = r.line_id AND a.lot_id <> '')
               AND NOT EXISTS (SELECT 1 FROM allocation a
                                WHERE a.line_id = r.line_id AND a.lot_id = r.lot_id))) AS wrong_lot
    FROM return_authorisation r
   WHERE {scope:r.id} AND r.deleted_at IS NULL AND r.status IN ('issued', 'received')
     AND r.credited_at IS NULL)
SELECT r.id AS entity_id, r.order_id, r.line_id, r.customer_id, r.item_id, r.lot_id, r.node_id, r.units,
       r.earlier_units, r.shipped, r.billed, r.wrong_lot, r.claimed_quantity, r.received_quantity,
       r.issued_at, r.source, r.observed_at, l.unit_price_cents, o.number, i.sku, c.name AS customer_name,
       c.tier
  FROM claim r
  LEFT JOIN order_line l ON l.id = r.line_id
  LEFT JOIN sales_order o ON o.id = r.order_id
  LEFT JOIN item i ON i.id = r.item_id
  LEFT JOIN customer c ON c.id = r.customer_id
 WHERE (r.units + r.earlier_units > MIN(r.shipped, COALESCE(r.billed, r.shipped)) OR r.wrong_lot)
   AND {runs(node=r.node_id, customer=r.customer_id, category=i.category)}
 ORDER BY r.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    right = min(row.shipped, row.shipped if row.billed is None else row.billed)
    excess = min(row.units, max(0, row.units + row.earlier_units - right))
    doubtful = row.units if row.wrong_lot else excess
    amount = doubtful * (row.unit_price_cents or 0)
    loss = dispute_loss(key=row.line_id, open_cents=amount, policy=policy, lost_bp=BP)
    rework = rework_cents_of(RT_UNMATCHED.effort_minutes, policy)
    impact = impact_of(
        [loss],
        effort_minutes=RT_UNMATCHED.effort_minutes,
        rework_cents=rework,
        assumed=("dispute_probability",),
    )
    breach_ms = row.issued_at + RT_UNMATCHED.resolve_minutes * 60_000
    why = (
        f"lot {row.lot_id} never went to it"
        if row.wrong_lot
        else f"only {right} were shipped and billed"
        + (f", and {row.earlier_units} came back before" if row.earlier_units else "")
    )
    this = (EntityKind.RETURN_AUTHORISATION, row.entity_id)
    seen = {"entity": this, "source": row.source, "as_of_ms": row.observed_at}
    return Finding(
        case_type=RT_UNMATCHED,
        entity=EntityRef(kind=EntityKind.RETURN_AUTHORISATION, entity_id=row.entity_id),
        title=f"Return {row.entity_id} does not match",
        consequence=(
            f"{row.customer_name or row.customer_id} returns {row.units} ea {row.sku or row.item_id} of "
            f"{row.number or row.order_id}, but {why}: {money_words(amount)} would be credited for nothing."
        ),
        impact=impact,
        losses=((row.line_id, loss.loss_cents), (f"return/{row.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"return:{row.node_id or row.customer_id}",
        evidence=(
            fact("claimed_quantity", _known(row.claimed_quantity), unit="units", **seen),
            fact("received_quantity", _known(row.received_quantity), unit="units", **seen),
            fact("shipped_quantity", row.shipped, unit="units", entity=(EntityKind.ORDER_LINE, row.line_id)),
            fact("billed_quantity", _known(row.billed), unit="units"),
            fact("unmatched_cents", amount, unit="cents", **seen),
        ),
        order_ids=(row.order_id,),
        node_id=row.node_id or None,
        breach_at=from_ms(breach_ms),
        sources=(row.source,),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


def _known(quantity: int | None) -> str:
    return "not given" if quantity is None else str(quantity)


RULE = Rule(
    case_type=RT_UNMATCHED,
    sql=_SQL,
    wakes=(
        "return_authorisation>rma",
        "order_line>rma",
        "shipment>rma",
        "invoice>rma",
        "lot>rma",
        "allocation>rma",
        "sales_order>rma",
        "customer>rma",
        "item>rma",
    ),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_return_open ON return_authorisation (id) "
            "WHERE status IN ('issued', 'received') AND credited_at IS NULL AND deleted_at IS NULL"
        ),
        "CREATE INDEX IF NOT EXISTS det_return_customer ON return_authorisation (customer_id)",
    ),
)
