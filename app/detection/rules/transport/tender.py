"""TR-TENDER: tenders were declined or ran out, none is accepted, and the pickup is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.transport.shipment_rows import (
    HERE_INDEX,
    PICKUP_INDEX,
    SHIPMENT_MONEY_WAKES,
    delayed_losses,
    orders_of,
    origin_of,
    said_of,
    sources_of,
    way_of,
    whose,
    with_shipments,
)
from app.store.instants import from_ms
from domain.catalogue.transport import TR_TENDER
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# A tender nobody answered in time counts as declined.
_LOST = """t.shipment_id = s.id AND t.deleted_at IS NULL
           AND (t.status IN ('declined', 'expired') OR t.status = 'tendered' AND t.expires_at <= :now)"""
# Who was asked first and did not take it; what was taken back counts, for somebody had to be asked again.
_FIRST = """WHERE @lost OR t.shipment_id = s.id AND t.deleted_at IS NULL AND t.status = 'cancelled'
                 ORDER BY t.booked_at, t.id LIMIT 1"""
_SQL = (
    with_shipments("""
SELECT s.id AS entity_id,
       (SELECT COUNT(*) FROM carrier_booking t WHERE t.shipment_id = s.id AND t.deleted_at IS NULL)
       AS tenders,
       (SELECT COUNT(*) FROM carrier_booking t WHERE @lost) AS lost_tenders,
       (SELECT t.scac FROM carrier_booking t WHERE @lost ORDER BY t.booked_at DESC, t.id DESC LIMIT 1)
       AS lost_scac,
       (SELECT t.scac FROM carrier_booking t @first) AS first_scac,
       (SELECT t.status FROM carrier_booking t @first) AS first_answer,
       (SELECT MAX(t.booked_at) FROM carrier_booking t WHERE @lost) AS lost_at, @columns
  FROM (SELECT id FROM shipment INDEXED BY det_shipment_here
         WHERE {scope:id} AND deleted_at IS NULL AND status @here
           AND planned_pickup_at - {setting:tender_lead_hours} * 3600000 <= :now) h
  CROSS JOIN shipment s ON s.id = h.id
  @joins
 WHERE {runs(node=s.origin_node_id, customer=s.customer_id)}
   AND EXISTS (SELECT 1 FROM carrier_booking t WHERE @lost)
   AND NOT EXISTS (SELECT 1 FROM carrier_booking t
                    WHERE t.shipment_id = s.id AND t.deleted_at IS NULL AND t.status = 'accepted')
 ORDER BY s.id, b.ordinal
""")
    .replace("@first", _FIRST)
    .replace("@lost", _LOST)
)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    losses = delayed_losses(
        rows, moment, from_ms=head.planned_pickup_at, hours=policy.setting("pickup_delay_hours")
    )
    rework = rework_cents_of(TR_TENDER.effort_minutes, policy)
    impact = impact_of(
        losses, effort_minutes=TR_TENDER.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    said = said_of(head)
    pickup = iso(head.planned_pickup_at)
    return Finding(
        case_type=TR_TENDER,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=head.entity_id),
        title=f"{head.shipment_number} has no carrier",
        consequence=(
            f"{head.lost_tenders} of {head.tenders} tenders of {head.shipment_number} ({whose(head)}, from "
            f"{origin_of(head)}) were declined or ran out, the last by {head.lost_scac}; nobody comes for "
            f"the pickup of {pickup[:16]}Z. Tender to the next carrier now."
        ),
        impact=impact,
        losses=(*((part.key, part.loss_cents) for part in losses), (f"shipment/{head.entity_id}", rework)),
        severity=severity_of(
            impact.loss_cents, head.planned_pickup_at, moment.hour_ms, policy, tier=head.tier
        ),
        correlation_key=f"tender:{head.first_scac}",
        evidence=(
            fact("tenders", head.tenders, unit="tenders", **said),
            fact("declined", head.lost_tenders, unit="tenders", **said),
            fact("last_answer_at", iso(head.lost_at), **said),
            fact("planned_pickup_at", pickup, **said),
            fact("scac", head.lost_scac, **said),
            fact("first_asked", head.first_scac, **said),
            fact("first_answer", "none" if head.first_answer == "tendered" else head.first_answer, **said),
        ),
        order_ids=orders_of(rows),
        node_id=head.origin_node_id,
        breach_at=from_ms(head.planned_pickup_at),
        responsible_at=from_ms(head.planned_pickup_at),
        sources=sources_of(rows),
        about=_way(head),
    )


def _way(row: Row[Any]) -> tuple[EntityRef, ...]:
    """The way of the shipment, with the carrier that said no even where another is planned by now."""
    lost = (
        EntityRef(kind=EntityKind.CARRIER, entity_id=f"{row.lost_scac}|{row.origin_node_id}"),
        EntityRef(kind=EntityKind.CARRIER, entity_id=row.lost_scac),
    )
    return tuple(dict.fromkeys((*lost, *way_of(row))))


RULE = Rule(
    case_type=TR_TENDER,
    sql=_SQL,
    wakes=("shipment>shipment", "carrier_booking>shipment", *SHIPMENT_MONEY_WAKES),
    assess=_assess,
    compares=True,
    flips=(
        (
            "SELECT id FROM shipment INDEXED BY det_shipment_pickup"
            " WHERE deleted_at IS NULL AND status IN ('planned', 'booked', 'packed')"
            " AND planned_pickup_at > :earlier + {setting:tender_lead_hours} * 3600000"
            " AND planned_pickup_at <= :later + {setting:tender_lead_hours} * 3600000"
        ),
        (
            "SELECT shipment_id FROM carrier_booking INDEXED BY det_booking_expiry"
            " WHERE deleted_at IS NULL AND status = 'tendered'"
            " AND expires_at > :earlier AND expires_at <= :later"
        ),
    ),
    indexes=(
        HERE_INDEX,
        PICKUP_INDEX,
        (
            "CREATE INDEX IF NOT EXISTS det_booking_expiry ON carrier_booking (expires_at, shipment_id)"
            " WHERE deleted_at IS NULL AND status = 'tendered'"
        ),
    ),
)
