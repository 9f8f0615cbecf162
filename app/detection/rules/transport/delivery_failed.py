"""TR-FAILED: the newest milestone says that a delivery was attempted in vain or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import MS_PER_DAY, days_between, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    NOTABLE_INDEX,
    SHIPMENT_MONEY_WAKES,
    orders_of,
    said_of,
    shipment_losses,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_FAILED
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_SQL = with_shipments("""
SELECT s.id AS entity_id, m.code AS milestone_code, m.raw_code, m.reason_code, m.happened_at, m.place_name,
       m.source AS milestone_source, m.observed_at AS milestone_seen_at, o.ship_to_street, o.ship_to_postcode,
       o.ship_to_city, @columns
  FROM (SELECT m.id FROM milestone m INDEXED BY det_milestone_notable
         WHERE {scope:m.shipment_id} AND @counts AND @notable AND @meaning = 'failed' AND @newest) h
  CROSS JOIN milestone m ON m.id = h.id
  CROSS JOIN shipment s ON s.id = m.shipment_id
  @joins
 WHERE s.deleted_at IS NULL AND s.status @open AND {runs(node=s.origin_node_id, customer=s.customer_id)}
 ORDER BY s.id, b.ordinal
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    days = max(1, days_between(head.window_end_at, max(moment.hour_ms, head.happened_at) + MS_PER_DAY))
    losses = shipment_losses(rows, moment, days=days)
    second = head.freight_cost_cents + rework_cents_of(TR_FAILED.effort_minutes, policy)
    impact = impact_of(
        losses,
        effort_minutes=TR_FAILED.effort_minutes,
        avoidable_bp=policy.setting("failed_avoidable_bp"),
        rework_cents=second,
        assumed=("days_late",),
    )
    reason = head.reason_code if head.reason_code not in {"", "NS", "NA"} else head.raw_code
    place = ", ".join(part for part in (head.ship_to_street, head.ship_to_city) if part) or "its address"
    last = {
        "source": head.milestone_source,
        "as_of_ms": head.milestone_seen_at,
        "entity": (EntityKind.SHIPMENT, head.entity_id),
    }
    return Finding(
        case_type=TR_FAILED,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} could not be delivered",
        consequence=(
            f"{head.scac or 'The carrier'} could not deliver {head.shipment_number} of {whose(head)} to "
            f"{head.customer_name or 'the customer'}, {place} ({reason}, {iso(head.happened_at)[:16]}Z). "
            "Correct the address or make an appointment, or it comes back."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", second)),
        severity=severity_of(impact.loss_cents, head.window_end_at, moment.hour_ms, policy, tier=head.tier),
        correlation_key=f"failed:{head.customer_id}:{head.ship_to_postcode or ''}",
        evidence=(
            fact("milestone", head.raw_code or head.milestone_code, **last),
            fact("reason_code", head.reason_code or "none", **last),
            fact("happened_at", iso(head.happened_at), **last),
            fact("place", head.place_name or "unknown", **last),
            fact("ship_to", place, **said_of(head)),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.window_end_at),
        sources=sources_of(rows),
        about=(*_receiver(head), *way_of(head)),
    )


def _receiver(row: Row[Any]) -> tuple[EntityRef, ...]:
    return (EntityRef(kind=EntityKind.CUSTOMER, entity_id=row.customer_id),)


RULE = Rule(
    case_type=TR_FAILED,
    sql=_SQL,
    wakes=("milestone>shipment", "shipment>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    indexes=(NOTABLE_INDEX,),
)
