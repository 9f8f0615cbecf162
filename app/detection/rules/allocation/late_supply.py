"""AL-PO-LATE: inbound goods come late and lines wait for them, or they were not announced when due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import days_between, severity_of
from app.detection.phrasing import day_words, distinct, fact, iso, week_of
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import chased, line_ref, short_line, with_short_line
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_PO_LATE
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_COMING = "s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > s.received_quantity"
_UNHEARD = (
    f"{_COMING} AND s.supplier_name <> '' AND s.asn_at IS NULL AND s.dock_at IS NULL"
    " AND s.received_at IS NULL"
)
_ANNOUNCES = """EXISTS (SELECT 1 FROM inbound_supply a INDEXED BY det_supply_announced
                 WHERE a.supplier_name = s.supplier_name AND a.asn_at IS NOT NULL AND a.deleted_at IS NULL)"""
_WITHIN_MS = "{setting:asn_due_hours} * 3600000"

_SQL = with_short_line(f"""
WITH found AS MATERIALIZED (
  SELECT g.supply_id AS id, 1 AS is_late FROM peg_late g CROSS JOIN inbound_supply s ON s.id = g.supply_id
   WHERE {{scope:g.supply_id}} AND {_COMING} GROUP BY g.supply_id
  UNION ALL
  SELECT s.id, 0 FROM inbound_supply s {{full:INDEXED BY det_supply_unheard}}
   WHERE {{scope:s.id}} AND {_UNHEARD} AND s.due_at <= :now + {_WITHIN_MS} AND {_ANNOUNCES}
     AND NOT EXISTS (SELECT 1 FROM peg_late g WHERE g.supply_id = s.id))
SELECT f.id AS entity_id, f.is_late, s.number AS supply_number, s.item_id AS supply_item_id, s.node_id,
       s.supplier_name, s.due_at, s.eta_at, s.ordered_quantity - s.received_quantity AS open_quantity,
       s.source AS supply_source, s.observed_at AS supply_observed_at, r.sku AS supply_sku,
       n.name AS node_name, g.line_id AS waiting_id, g.waiting_quantity, @columns
  FROM found f
  CROSS JOIN inbound_supply s ON s.id = f.id
  LEFT JOIN item r ON r.id = s.item_id
  LEFT JOIN node n ON n.id = s.node_id
  LEFT JOIN peg_late g ON g.supply_id = f.id
  LEFT JOIN order_line l ON l.id = g.line_id
  @joins
 WHERE {{runs(node=s.node_id, category=r.category)}}
 ORDER BY f.id, g.line_id
""")  # noqa: S608 - constants only


_FLIPS = f"""
SELECT s.id FROM inbound_supply s INDEXED BY det_supply_unheard
 WHERE {_UNHEARD} AND s.due_at > :earlier + {_WITHIN_MS} AND s.due_at <= :later + {_WITHIN_MS}
"""  # noqa: S608 - constants only


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    waiting = [row for row in rows if row.line_id is not None]
    losses = [short_line(row, moment).loss for row in waiting]
    loss = sum(part.loss_cents for part in losses)
    breach_ms = min((row.promised_at for row in waiting), default=head.due_at)
    orders = distinct([row.order_id for row in waiting])
    units = sum(row.waiting_quantity for row in waiting)
    words = _late_words(head, units, len(orders), breach_ms) if head.is_late else _unheard_words(head)
    this = {
        "source": head.supply_source,
        "as_of_ms": head.supply_observed_at,
        "entity": (EntityKind.INBOUND_SUPPLY, head.entity_id),
    }
    return Finding(
        case_type=AL_PO_LATE,
        entity=EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=head.entity_id),
        title=words[0],
        consequence=words[1],
        impact=chased(loss, losses, AL_PO_LATE, moment),
        losses=tuple((part.key, part.loss_cents) for part in losses),
        severity=severity_of(loss, breach_ms, moment.hour_ms, moment.policy),
        correlation_key=(
            f"supplier:{head.supplier_name}:{week_of(head.due_at)}"
            if head.supplier_name
            else f"po:{head.supply_number}"
        ),
        evidence=(
            fact("due_at", iso(head.due_at), **this),
            fact("eta_at", iso(head.eta_at), **this),
            fact("open_quantity", head.open_quantity, unit="units", **this),
            fact("supplier", head.supplier_name or "unknown", **this),
            fact("waiting_lines", len(waiting), unit="lines", **this),
            fact("waiting_quantity", units, unit="units", **this),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.supply_source, *(row.source for row in waiting)]),
        about=(
            *(line_ref(row.line_id) for row in waiting),
            *_supplier(head),
        ),
    )


def _late_words(head: Row[Any], units: int, orders: int, breach_ms: int) -> tuple[str, str]:
    plural = "" if orders == 1 else "s"
    where = head.node_name or head.node_id
    title = f"{head.supply_number} {days_between(head.due_at, head.eta_at)} d late at {where}"
    consequence = (
        f"{head.supply_number} ({head.open_quantity} ea of {head.supply_sku}) is expected "
        f"{day_words(head.eta_at)} instead of {day_words(head.due_at)}; {units} ea of {orders} order{plural} "
        f"wait for it, the first promised {day_words(breach_ms)}."
    )
    return title, consequence


def _unheard_words(head: Row[Any]) -> tuple[str, str]:
    consequence = (
        f"{head.supply_number} ({head.open_quantity} ea of {head.supply_sku}) is due "
        f"{day_words(head.due_at)} and {head.supplier_name}, who announces its shipments, has not "
        f"announced it."
    )
    return f"{head.supply_number} not announced", consequence


def _supplier(head: Row[Any]) -> tuple[EntityRef, ...]:
    name = str(head.supplier_name).strip()
    return (EntityRef(kind=EntityKind.SUPPLIER, entity_id=name),) if name else ()


RULE = Rule(
    case_type=AL_PO_LATE,
    sql=_SQL,
    wakes=(
        "inbound_supply>supply",
        "inbound_supply>supply_of_supplier",
        "peg>supply",
        "case:AL-SHORT>supply",
        "case:AL-IMBALANCE>supply",
        "customer>supply",
        "item>supply",
        "node>supply",
        "order_line>supply",
        "sales_order>supply",
    ),
    assess=_assess,
    flips=(_FLIPS,),
    indexes=(
        partial_index("det_supply_unheard", "inbound_supply (due_at, supplier_name)", _UNHEARD),
        partial_index(
            "det_supply_announced",
            "inbound_supply (supplier_name, asn_at, deleted_at)",
            "asn_at IS NOT NULL AND deleted_at IS NULL",
        ),
    ),
)
