"""TR-DAMAGE: a milestone or the signed receipt says that goods are damaged, and no claim is filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_DAY, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    NOTABLE_INDEX,
    SHIPMENT_MONEY_WAKES,
    orders_of,
    said_of,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_DAMAGE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Where the receipt names damaged units they count; where only a milestone speaks, all of the shipment does.
_SQL = with_shipments("""
WITH hurt AS MATERIALIZED (
  SELECT m.shipment_id, m.happened_at AS hurt_at, 'milestone' AS said_by, m.source AS hurt_source,
         m.observed_at AS hurt_seen_at
    FROM milestone m INDEXED BY det_milestone_notable
   WHERE {scope:m.shipment_id} AND @counts AND @notable AND @meaning = 'damage'
  UNION ALL
  SELECT p.shipment_id, p.delivered_at, 'receipt', p.source, p.observed_at
    FROM {full:pod_line d INDEXED BY det_pod_damaged CROSS JOIN proof_of_delivery p}
         {narrow:proof_of_delivery p CROSS JOIN pod_line d}
      ON p.id = d.pod_id
   WHERE {scope:p.shipment_id} AND p.deleted_at IS NULL AND d.condition = 'damaged'
     AND d.delivered_quantity > 0)
SELECT s.id AS entity_id, MIN(h.hurt_at) OVER (PARTITION BY s.id) AS hurt_at, h.said_by, h.hurt_source,
       h.hurt_seen_at, COALESCE(i.landed_cost_cents, l.unit_price_cents, 0) AS unit_cost_cents,
       (SELECT SUM(d.delivered_quantity) FROM proof_of_delivery p JOIN pod_line d ON d.pod_id = p.id
         WHERE p.shipment_id = s.id AND p.deleted_at IS NULL AND d.condition = 'damaged'
           AND d.line_id = b.line_id) AS hurt_units,
       EXISTS (SELECT 1 FROM proof_of_delivery p JOIN pod_line d ON d.pod_id = p.id
                WHERE p.shipment_id = s.id AND p.deleted_at IS NULL AND d.condition = 'damaged'
                  AND d.delivered_quantity > 0) AS counted, @columns
  FROM hurt h
  CROSS JOIN shipment s ON s.id = h.shipment_id
  @joins
 WHERE s.deleted_at IS NULL AND s.status <> 'cancelled' AND s.claim_filed = 0
   AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, h.hurt_at, h.said_by, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    worth: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.line_id is not None:
            units = (row.hurt_units or 0) if head.counted else row.quantity
            worth[row.line_id] = (units, units * row.unit_cost_cents)
    goods = sum(cents for _, cents in worth.values())
    units = sum(count for count, _ in worth.values())
    rework = rework_cents_of(TR_DAMAGE.effort_minutes, policy)
    impact = impact_of(
        [],
        effort_minutes=TR_DAMAGE.effort_minutes,
        rework_cents=goods + rework,
        assumed=() if head.counted else ("damaged_quantity",),
    )
    claim_by = head.hurt_at + policy.setting("damage_claim_days") * MS_PER_DAY
    last = {
        "source": head.hurt_source,
        "as_of_ms": head.hurt_seen_at,
        "entity": (EntityKind.SHIPMENT, head.entity_id),
    }
    carrier = head.scac or "the carrier"
    return Finding(
        case_type=TR_DAMAGE,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} damaged with {carrier}",
        consequence=(
            f"{units} ea of {head.shipment_number} ({whose(head)}) worth {money_words(goods)} are damaged, "
            f"says the {head.said_by}. Send a replacement and claim from {carrier} by {iso(claim_by)[:10]}."
        ),
        impact=impact,
        losses=(
            *((line_id, cents) for line_id, (_, cents) in worth.items() if cents),
            (f"shipment/{head.entity_id}", rework),
        ),
        severity=severity_of(impact.loss_cents, claim_by, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"damage:{head.scac or head.entity_id}",
        evidence=(
            fact("damaged_quantity", units, unit="units", **last),
            fact("milestone", head.said_by, **last),
            fact("happened_at", iso(head.hurt_at), **last),
            fact("scac", carrier, **said_of(head)),
            fact("claim_by", iso(claim_by), **said_of(head)),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(claim_by),
        responsible_at=from_ms(claim_by),
        sources=sources_of(rows),
        about=way_of(head),
    )


RULE = Rule(
    case_type=TR_DAMAGE,
    sql=_SQL,
    wakes=(
        "milestone>shipment",
        "proof_of_delivery>shipment",
        "shipment>shipment",
        *SHIPMENT_MONEY_WAKES,
    ),
    assess=_assess,
    indexes=(
        NOTABLE_INDEX,
        "CREATE INDEX IF NOT EXISTS det_pod_damaged ON pod_line (pod_id) WHERE condition = 'damaged'",
        "CREATE INDEX IF NOT EXISTS det_shipped_item ON shipment_line (item_id, shipment_id, quantity)",
    ),
)
