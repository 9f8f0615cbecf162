"""RT-RATE: an item comes back more often than its control chart allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isqrt
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.returns import RT_RATE
from domain.ids import EntityKind, EntityRef

# A return is one event however many units it has, so returns are counted against shipped lines; with r
# returns of n lines and the expected share p the limit is r - np > k * sqrt(np(1 - p)), squared in integers.
# Of an item that is shipped much, so many lines are counted as show that no more need be.
_SHIPPED = """
    CROSS JOIN shipment s ON s.id = y.shipment_id
   WHERE s.deleted_at IS NULL AND s.status IN ('in_transit', 'delivered')
     AND s.shipped_at > :now - {setting:return_window_days} * 86400000
"""
_SQL = f"""
WITH returned AS MATERIALIZED (
  SELECT r.item_id, COUNT(*) AS returns
    FROM return_authorisation r
   WHERE {{scope:r.item_id}} AND r.deleted_at IS NULL
     AND r.issued_at > :now - {{setting:return_window_days}} * 86400000
   GROUP BY r.item_id HAVING COUNT(*) >= {{setting:return_least_count}}),
often AS MATERIALIZED (
  SELECT t.item_id, t.returns FROM returned t
   WHERE t.returns * 10000 >= {{setting:return_least_bp}} * (SELECT COUNT(*) FROM (
         SELECT 1 FROM shipment_line y INDEXED BY det_shipped_item {_SHIPPED} AND y.item_id = t.item_id
          LIMIT (SELECT MAX(m.returns) * 10000 / MAX(1, {{setting:return_least_bp}}) + 1 FROM returned m)))),
shipped AS MATERIALIZED (
  SELECT t.item_id, COUNT(s.id) AS lines, SUM(y.quantity) AS quantity
    FROM often t
    CROSS JOIN shipment_line y INDEXED BY det_shipped_item ON y.item_id = t.item_id {_SHIPPED}
   GROUP BY t.item_id),
chart AS MATERIALIZED (
  SELECT t.item_id, t.returns, {{decide:return_rate.expected_bp(category=i.category)}} AS expected_bp,
         i.sku, i.category, i.landed_cost_cents, COALESCE(h.lines, 0) AS shipped_lines,
         h.quantity AS shipped_quantity
    FROM often t LEFT JOIN shipped h ON h.item_id = t.item_id LEFT JOIN item i ON i.id = t.item_id)
SELECT k.item_id AS entity_id, k.returns, k.expected_bp, k.shipped_lines, k.shipped_quantity, k.sku,
       k.landed_cost_cents, r.id AS rma_id, r.order_id, r.line_id, r.lot_id, r.reason_code,
       COALESCE(r.received_quantity, r.claimed_quantity, r.quantity) AS quantity, r.issued_at, r.source,
       r.observed_at
  FROM chart k CROSS JOIN return_authorisation r ON r.item_id = k.item_id
 WHERE r.deleted_at IS NULL AND r.issued_at > :now - {{setting:return_window_days}} * 86400000
   AND k.returns * 10000 > k.shipped_lines * k.expected_bp
   AND (k.returns * 10000 - k.shipped_lines * k.expected_bp)
       * (k.returns * 10000 - k.shipped_lines * k.expected_bp)
       > {{setting:return_sigmas}} * {{setting:return_sigmas}} * k.shipped_lines * k.expected_bp
         * (10000 - k.expected_bp)
   AND {{runs(category=k.category)}}
 ORDER BY k.item_id, r.issued_at, r.id
"""  # noqa: S608 - constants only

_RETURNS_LEAVE = """
SELECT item_id FROM return_authorisation INDEXED BY det_return_when
 WHERE deleted_at IS NULL AND issued_at > :earlier - {setting:return_window_days} * 86400000
   AND issued_at <= :later - {setting:return_window_days} * 86400000
"""

_SHIPMENTS_LEAVE = """
SELECT y.item_id
  FROM shipment s INDEXED BY det_shipment_shipped CROSS JOIN shipment_line y ON y.shipment_id = s.id
 WHERE s.status IN ('in_transit', 'delivered') AND s.deleted_at IS NULL
   AND s.shipped_at > :earlier - {setting:return_window_days} * 86400000
   AND s.shipped_at <= :later - {setting:return_window_days} * 86400000
   AND EXISTS (SELECT 1 FROM return_authorisation r WHERE r.item_id = y.item_id
                AND r.issued_at > :earlier - {setting:return_window_days} * 86400000)
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    lines = max(1, head.shipped_lines)
    lot = _lot_of(rows, policy.setting("return_lot_share_bp"))
    spread = isqrt(lines * head.expected_bp * (BP - head.expected_bp))
    limit_bp = head.expected_bp + policy.setting("return_sigmas") * spread // lines
    beyond = max(1, head.returns - lines * head.expected_bp // BP)
    units = sum(row.quantity for row in rows)
    each = policy.setting("return_handling_cents") + units * (head.landed_cost_cents or 0) // (
        2 * head.returns
    )
    key = f"item/{head.entity_id}"
    loss = LineLoss(
        key=key, penalty_cents=0, margin_cents=beyond * each, low_cents=0, high_cents=2 * beyond * each
    )
    rework = rework_cents_of(RT_RATE.effort_minutes, policy)
    impact = impact_of(
        [loss],
        effort_minutes=RT_RATE.effort_minutes,
        avoidable_bp=policy.setting("return_stop_avoidable_bp"),
        rework_cents=rework,
        assumed=("returns_to_come",),
    )
    breach_ms = max(row.issued_at for row in rows) + RT_RATE.resolve_minutes * 60_000
    reasons = Counter(row.reason_code or "none" for row in rows).most_common(3)
    seen = {"source": head.source, "as_of_ms": max(row.observed_at for row in rows)}
    this = (EntityKind.ITEM, head.entity_id)
    name = head.sku or head.entity_id
    of_lot = f", mostly lot {lot}" if lot else ""
    return Finding(
        case_type=RT_RATE,
        entity=EntityRef(kind=EntityKind.ITEM, entity_id=head.entity_id),
        title=f"{name} comes back too often",
        consequence=(
            f"{head.returns} returns on {head.shipped_lines} shipped lines of {name} in "
            f"{policy.setting('return_window_days')} days{of_lot} ({reasons[0][0]} first): about "
            f"{money_words(loss.loss_cents)} more will follow unless {'the lot' if lot else 'it'} is stopped."
        ),
        impact=impact,
        losses=((key, impact.loss_cents),),
        severity=severity_of(impact.loss_cents, None, moment.hour_ms, policy),
        correlation_key=f"return-rate:{head.entity_id}:{lot}",
        evidence=(
            fact("returned_quantity", units, unit="units", entity=this, **seen),
            fact("shipped_quantity", head.shipped_quantity or 0, unit="units", entity=this),
            fact("return_rate_bp", head.returns * BP // lines, unit="basis points", entity=this, **seen),
            fact("limit_bp", limit_bp, unit="basis points"),
            fact("average_bp", head.expected_bp, unit="basis points"),
            fact("reasons", ", ".join(f"{reason} {count}" for reason, count in reasons), **seen),
        ),
        order_ids=distinct([row.order_id for row in rows]),
        breach_at=from_ms(breach_ms),
        sources=distinct([row.source for row in rows]),
        about=(EntityRef(kind=EntityKind.LOT, entity_id=lot),) if lot else (),
    )


def _lot_of(rows: Sequence[Row[Any]], share_bp: int) -> str:
    """The lot that most of the returns are of; blank if there is none."""
    lots = Counter(row.lot_id for row in rows if row.lot_id)
    lot, count = max(lots.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    return lot if count * BP >= share_bp * len(rows) else ""


RULE = Rule(
    case_type=RT_RATE,
    sql=_SQL,
    wakes=("return_authorisation>item", "shipment>item", "item>item"),
    assess=_assess,
    flips=(_RETURNS_LEAVE, _SHIPMENTS_LEAVE),
    indexes=(
        "CREATE INDEX IF NOT EXISTS det_return_item ON return_authorisation (item_id, issued_at)",
        (
            "CREATE INDEX IF NOT EXISTS det_return_when ON return_authorisation (issued_at) "
            "WHERE deleted_at IS NULL"
        ),
        "CREATE INDEX IF NOT EXISTS det_shipped_item ON shipment_line (item_id, shipment_id, quantity)",
        (
            "CREATE INDEX IF NOT EXISTS det_shipment_shipped ON shipment (shipped_at) "
            "WHERE status IN ('in_transit', 'delivered') AND deleted_at IS NULL"
        ),
    ),
)
