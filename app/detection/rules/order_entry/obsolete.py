"""OE-OBSOLETE: an open line asks for an item that is discontinued, superseded or blocked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.money import churn_of, days_between, impact_of, line_loss, severity_of, sla_of
from app.detection.phrasing import day_words, distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import OPEN, OPEN_LINE
from app.store.instants import from_ms
from domain.catalogue.order_entry import OE_OBSOLETE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from domain.cases import Fact

_GONE = "i.deleted_at IS NULL AND i.lifecycle <> 'active'"

_SQL = f"""
SELECT l.id AS entity_id, l.position, l.order_id, l.item_id, l.node_id, l.promised_at,
       l.ordered_quantity - l.shipped_quantity AS open_quantity, l.unit_price_cents, l.source,
       l.observed_at, o.number, o.customer_id, i.sku, i.lifecycle, i.substitutes, i.landed_cost_cents,
       i.source AS item_source, i.observed_at AS item_observed_at,
       c.name AS customer_name, c.tier, c.allows_substitutes, c.late_penalty_bp_per_day,
       c.fixed_penalty_cents, c.penalty_cap_bp, c.cancel_probability_bp
  FROM {{full:item i INDEXED BY det_item_obsolete
 CROSS JOIN order_line l INDEXED BY order_line_by_item ON l.item_id = i.id}}
       {{narrow:order_line l CROSS JOIN item i ON i.id = l.item_id}}
 CROSS JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.deleted_at IS NULL
 WHERE {{scope:l.id}} AND {_GONE} AND {OPEN_LINE}
   AND o.deleted_at IS NULL AND o.status IN {OPEN}
   AND {{runs(node=l.node_id, customer=o.customer_id, category=i.category)}}
 ORDER BY l.id
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    substitutes = [item_id for item_id, _ in json.loads(row.substitutes)]
    helps = bool(substitutes) and row.allows_substitutes != 0
    loss = line_loss(
        key=row.entity_id,
        value_cents=row.open_quantity * row.unit_price_cents,
        margin_cents=row.open_quantity * (row.unit_price_cents - row.landed_cost_cents),
        days=max(moment.policy.setting("unknown_delay_days"), days_between(row.promised_at, moment.hour_ms)),
        sla=sla_of(row),
        churn_cents=churn_of(row, moment),
    )
    assumed = ("days_late",) if row.tier is not None else ("days_late", "customer_terms")
    impact = impact_of([loss], effort_minutes=OE_OBSOLETE.effort_minutes, assumed=assumed)
    way = "a substitute exists" if helps else "no substitute may be sent"
    return Finding(
        case_type=OE_OBSOLETE,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=row.entity_id),
        title=f"{row.number} line {row.position} asks for {row.lifecycle} {row.sku}",
        consequence=(
            f"Line {row.position} of {row.number} wants {row.open_quantity} ea of {row.sku}, which is "
            f"{row.lifecycle}; {way}. Promised {day_words(row.promised_at)}."
        ),
        impact=impact,
        losses=((loss.key, loss.loss_cents),),
        severity=severity_of(
            impact.loss_cents, row.promised_at, moment.hour_ms, moment.policy, tier=row.tier
        ),
        correlation_key=f"obsolete:{row.item_id}",
        evidence=_evidence(row, ", ".join(substitutes)),
        order_ids=(row.order_id,),
        node_id=row.node_id,
        breach_at=from_ms(row.promised_at),
        sources=distinct([row.source, row.item_source]),
        about=(EntityRef(kind=EntityKind.ITEM, entity_id=row.item_id),),
    )


def _evidence(row: Row[Any], substitutes: str) -> tuple[Fact, ...]:
    line = {"source": row.source, "as_of_ms": row.observed_at}
    item = {
        "source": row.item_source,
        "as_of_ms": row.item_observed_at,
        "entity": (EntityKind.ITEM, row.item_id),
    }
    return (
        fact("lifecycle", row.lifecycle, **item),
        fact(
            "open_quantity",
            row.open_quantity,
            unit="units",
            entity=(EntityKind.ORDER_LINE, row.entity_id),
            **line,
        ),
        fact("substitutes", substitutes or "none", **item),
        fact("substitutes_allowed", "no" if row.allows_substitutes == 0 else "yes"),
    )


RULE = Rule(
    case_type=OE_OBSOLETE,
    sql=_SQL,
    wakes=("order_line>line", "sales_order>line", "item>line", "customer>line"),
    assess=_assess,
    indexes=(partial_index("det_item_obsolete", "item (id, lifecycle, deleted_at)", _GONE),),
)
