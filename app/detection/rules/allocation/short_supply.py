"""AL-PO-SHORT: a supplier confirmed, announced or delivered less than was ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import severity_of
from app.detection.phrasing import day_words, distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.allocation.shortage import (
    KEY_OF_GROUP,
    LAST_TIER,
    PEG_MONEY_WAKES,
    chased,
    line_ref,
    short_line,
    with_short_line,
)
from app.detection.rules.indexes import partial_index
from app.store.instants import from_ms
from domain.catalogue.allocation import AL_PO_SHORT
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from app.detection.money import LineLoss

# What the latest word gives: the receipt, else the shipping notice, else the confirmation.
_GIVEN = """CASE WHEN s.received_at IS NOT NULL THEN s.received_quantity
            ELSE COALESCE(s.shipped_quantity, s.confirmed_quantity, s.ordered_quantity) END"""
_SHORT = f"s.deleted_at IS NULL AND s.cancelled = 0 AND s.ordered_quantity > {_GIVEN}"
_KEY = KEY_OF_GROUP.replace("@", "s.")

# Which of the group's short lines lack what was not given is not known: they are taken in the order in
# which they would have been served.
_SQL = with_short_line(f"""
SELECT s.id AS entity_id, {_KEY} AS scope_key, s.number AS supply_number, s.node_id, s.supplier_name,
       s.item_id AS supply_item_id, s.due_at, s.ordered_quantity AS supply_quantity, {_GIVEN} AS given,
       s.received_at, s.shipped_quantity, s.confirmed_quantity, s.source AS supply_source,
       s.observed_at AS supply_observed_at, r.sku AS supply_sku, n.name AS node_name, @columns
  FROM inbound_supply s INDEXED BY det_supply_short
  LEFT JOIN item r ON r.id = s.item_id
  LEFT JOIN node n ON n.id = s.node_id
  LEFT JOIN peg_short g ON g.item_id = s.item_id AND g.node_id = s.node_id
  LEFT JOIN order_line l ON l.id = g.line_id
  @joins
 WHERE {{scope:{_KEY}}} AND {_SHORT}
   AND (s.ordered_quantity - {_GIVEN}) * 10000 > {{setting:inbound_short_bp}} * s.ordered_quantity
   AND s.ordered_quantity - {_GIVEN} > {{setting:inbound_short_units}}
   AND (s.received_at IS NULL OR g.line_id IS NOT NULL)
   AND {{runs(node=s.node_id, category=r.category)}}
 ORDER BY s.id, COALESCE(c.tier, {LAST_TIER}), l.promised_at, l.id
""")  # noqa: S608 - constants only


def _told_by(row: Row[Any]) -> str:
    if row.received_at is not None:
        return "receipt"
    return "shipping notice" if row.shipped_quantity is not None else "confirmation"


def _lacking(rows: Sequence[Row[Any]], missing: int, moment: Moment) -> list[tuple[Row[Any], LineLoss]]:
    """The lines that lack the missing units, with what each loses."""
    lacking = []
    for row in rows:
        if row.line_id is None or missing <= 0:
            continue
        units = min(missing, row.short_quantity)
        lacking.append((row, short_line(row, moment, units=units).loss))
        missing -= units
    return lacking


def _words(head: Row[Any], orders: int) -> str:
    verb = {"receipt": "was received with", "shipping notice": "is on its way with"}.get(
        _told_by(head), "is confirmed with"
    )
    lack = "order lacks" if orders == 1 else "orders lack"
    return (
        f"{head.supply_number} of {_supplier(head) or 'its supplier'} {verb} {head.given} of "
        f"{head.supply_quantity} ea of {head.supply_sku} for {head.node_name or head.node_id}, due "
        f"{day_words(head.due_at)}; {f'{orders} {lack} it' if orders else 'no order lacks it yet'}."
    )


def _supplier(head: Row[Any]) -> str:
    return str(head.supplier_name).strip()


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    missing = head.supply_quantity - head.given
    lacking = _lacking(rows, missing, moment)
    loss = sum(part.loss_cents for _, part in lacking)
    breach_ms = min((row.promised_at for row, _ in lacking), default=head.due_at)
    orders = distinct([row.order_id for row, _ in lacking])
    supplier = _supplier(head)
    this = {
        "source": head.supply_source,
        "as_of_ms": head.supply_observed_at,
        "entity": (EntityKind.INBOUND_SUPPLY, head.entity_id),
    }
    return Finding(
        case_type=AL_PO_SHORT,
        entity=EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=head.entity_id),
        title=f"{head.supply_number} {missing} ea short",
        consequence=_words(head, len(orders)),
        impact=chased(loss, [part for _, part in lacking], AL_PO_SHORT, moment),
        losses=tuple((part.key, part.loss_cents) for _, part in lacking),
        severity=severity_of(loss, breach_ms, moment.hour_ms, moment.policy),
        correlation_key=(
            f"supplier-short:{head.supplier_name}" if head.supplier_name else f"po:{head.supply_number}"
        ),
        evidence=(
            fact("ordered_quantity", head.supply_quantity, unit="units", **this),
            fact("given_quantity", head.given, unit="units", **this),
            fact("missing_quantity", missing, unit="units", **this),
            fact("told_by", _told_by(head), **this),
            fact("supplier", supplier or "unknown", **this),
        ),
        order_ids=orders,
        node_id=head.node_id,
        breach_at=from_ms(breach_ms),
        sources=distinct([head.supply_source, *(row.source for row, _ in lacking)]),
        about=(
            *(line_ref(row.line_id) for row, _ in lacking),
            *((EntityRef(kind=EntityKind.SUPPLIER, entity_id=supplier),) if supplier else ()),
        ),
    )


RULE = Rule(
    case_type=AL_PO_SHORT,
    sql=_SQL,
    wakes=("inbound_supply>peg", "peg>peg", *PEG_MONEY_WAKES, "node>peg"),
    assess=_assess,
    indexes=(partial_index("det_supply_short", f"inbound_supply ({KEY_OF_GROUP.replace('@', '')})", _SHORT),),
)
