"""OE-ROUTING: a shipment is planned with a carrier that its customer's routing guide excludes.

Of a guide's other clauses, labels and ASNs that fail are WH-LABEL and a window that is missed is TR-ETA-LATE;
no source tells of services, pallets or appointments that a guide asks for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.money import severity_of
from app.detection.phrasing import day_words, distinct, fact, iso, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.cases import Impact
from domain.catalogue.order_entry import OE_ROUTING
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_HERE = "s.deleted_at IS NULL AND s.status IN ('planned', 'booked', 'packed') AND s.scac <> ''"

_SQL = f"""
SELECT s.id AS entity_id, s.number, s.order_id, s.customer_id, s.origin_node_id, s.scac, s.service_id,
       s.planned_pickup_at, s.source, s.observed_at, o.number AS order_number,
       c.name AS customer_name, c.tier, c.routing_scacs, c.routing_chargeback_cents,
       c.source AS customer_source, c.observed_at AS customer_observed_at
  FROM {{full:customer c INDEXED BY det_customer_routing
 CROSS JOIN shipment s INDEXED BY det_shipment_routed ON s.customer_id = c.id}}
       {{narrow:shipment s CROSS JOIN customer c ON c.id = s.customer_id}}
  LEFT JOIN sales_order o ON o.id = s.order_id
 WHERE {{scope:s.id}} AND {_HERE.replace("s.status", "{narrow:+}s.status")}
   AND c.deleted_at IS NULL AND c.routing_scacs <> '[]' AND instr(c.routing_scacs, '"' || s.scac || '"') = 0
   AND COALESCE(o.status, 'released') IN ('entered', 'confirmed', 'released')
   AND {{runs(node=s.origin_node_id, customer=s.customer_id)}}
 ORDER BY s.id
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    allowed = ", ".join(json.loads(row.routing_scacs))
    loss = row.routing_chargeback_cents
    number = row.order_number or row.order_id
    plan = {"source": row.source, "as_of_ms": row.observed_at, "entity": (EntityKind.SHIPMENT, row.entity_id)}
    guide = {
        "source": row.customer_source,
        "as_of_ms": row.customer_observed_at,
        "entity": (EntityKind.CUSTOMER, row.customer_id),
    }
    return Finding(
        case_type=OE_ROUTING,
        entity=EntityRef(kind=EntityKind.SHIPMENT, entity_id=row.entity_id),
        title=f"{row.number} planned with {row.scac} against the routing guide",
        consequence=(
            f"{row.number} of {number} leaves {day_words(row.planned_pickup_at)} with {row.scac}; "
            f"{row.customer_name} takes {allowed} only and charges {money_words(loss)} back."
        ),
        impact=Impact(
            loss_cents=loss,
            low_cents=0,
            high_cents=loss,
            avoidable_cents=loss,
            effort_minutes=OE_ROUTING.effort_minutes,
            penalty_cents=loss,
        ),
        losses=((f"shipment/{row.entity_id}", loss),),
        severity=severity_of(loss, row.planned_pickup_at, moment.hour_ms, moment.policy, tier=row.tier),
        correlation_key=f"routing:{row.customer_id}:carrier",
        evidence=(
            fact("planned_carrier", row.scac, **plan),
            fact("allowed_carriers", allowed, **guide),
            fact("chargeback", loss, unit="cents", **guide),
            fact("planned_pickup_at", iso(row.planned_pickup_at), **plan),
        ),
        order_ids=(row.order_id,),
        node_id=row.origin_node_id,
        breach_at=from_ms(row.planned_pickup_at),
        responsible_at=from_ms(row.planned_pickup_at),
        sources=distinct([row.source, row.customer_source]),
        about=(
            EntityRef(kind=EntityKind.CUSTOMER, entity_id=row.customer_id),
            EntityRef(kind=EntityKind.CARRIER, entity_id=row.scac),
        ),
    )


RULE = Rule(
    case_type=OE_ROUTING,
    sql=_SQL,
    wakes=("shipment>shipment", "customer>shipment", "sales_order>shipment"),
    assess=_assess,
    indexes=(
        partial_index(
            "det_customer_routing",
            "customer (id, routing_scacs, deleted_at)",
            "deleted_at IS NULL AND routing_scacs <> '[]'",
        ),
        "CREATE INDEX IF NOT EXISTS det_shipment_customer ON shipment (customer_id)",
        partial_index("det_shipment_routed", "shipment (customer_id, scac, status, deleted_at)", _HERE),
    ),
)
