"""TR-CUSTOMS: the newest milestone says that customs or missing papers hold the shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    NOTABLE_INDEX,
    SHIPMENT_MONEY_WAKES,
    delayed_losses,
    orders_of,
    said_of,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_CUSTOMS
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_SQL = with_shipments("""
SELECT s.id AS entity_id, m.raw_code, m.reason_code, m.happened_at, m.place_name,
       m.source AS milestone_source, m.observed_at AS milestone_seen_at, @columns
  FROM (SELECT m.id FROM milestone m INDEXED BY det_milestone_notable
         WHERE {scope:m.shipment_id} AND @counts AND @notable AND @meaning = 'customs' AND @newest) h
  CROSS JOIN milestone m ON m.id = h.id
  CROSS JOIN shipment s ON s.id = m.shipment_id
  @joins
 WHERE s.deleted_at IS NULL AND s.status @open AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, b.ordinal
""")
_PAPERS = {
    "AS": "a problem with the customs papers",
    "BC": "missing papers",
    "CA": "customs",
    "AR": "wrong international papers",
}


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    hours = policy.setting("customs_delay_hours")
    losses = delayed_losses(rows, moment, from_ms=head.happened_at, hours=hours)
    rework = rework_cents_of(TR_CUSTOMS.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=TR_CUSTOMS.effort_minutes,
        avoidable_bp=policy.setting("customs_avoidable_bp"),
        rework_cents=rework,
        assumed=("days_late",),
    )
    reason = head.reason_code if head.reason_code in _PAPERS else head.raw_code
    last = {
        "source": head.milestone_source,
        "as_of_ms": head.milestone_seen_at,
        "entity": (EntityKind.SHIPMENT, head.entity_id),
    }
    place = f" at {head.place_name}" if head.place_name else ""
    return Finding(
        case_type=TR_CUSTOMS,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} held by customs",
        consequence=(
            f"{head.shipment_number} of {whose(head)} is held{place} since {iso(head.happened_at)[:16]}Z by "
            f"{_PAPERS.get(reason, 'customs')} ({reason}). Supply the papers: its window ends "
            f"{iso(head.window_end_at)[:16]}Z."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"customs:{reason}",
        evidence=(
            fact("reason_code", reason, **last),
            fact("happened_at", iso(head.happened_at), **last),
            fact("place", head.place_name or "unknown", **last),
            fact("window_end_at", iso(head.window_end_at), **said_of(head)),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=sources_of(rows),
        about=way_of(head),
    )


RULE = Rule(
    case_type=TR_CUSTOMS,
    sql=_SQL,
    wakes=("milestone>shipment", "shipment>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    indexes=(NOTABLE_INDEX,),
)
