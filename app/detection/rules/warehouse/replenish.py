"""WH-REPLEN: the pick face holds less than open picks want, while bulk has stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.phrasing import distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.warehouse.pick_rows import (
    OPEN_PICKS_INDEX,
    best_tier,
    bin_ref,
    clock_words,
    node_ref,
    open_units,
    orders_of,
    pick_losses,
    place_of,
    sources_of,
    with_picks,
)
from app.store.instants import from_ms
from domain.catalogue.warehouse import WH_REPLEN
from domain.ids import EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# Candidates are found by all open picks of the item; then only those whose goods are still wanted count.
_SQL = with_picks("""
WITH face AS MATERIALIZED (
  SELECT p.id, p.item_id, p.node_id, p.pick_face_quantity, p.on_hand_quantity - p.pick_face_quantity AS bulk,
         p.source AS stock_source, p.observed_at AS stock_seen_at
    FROM {full:(SELECT DISTINCT item_id, node_id FROM pick_task INDEXED BY det_task_stock
                 WHERE deleted_at IS NULL AND status IN ('released', 'started')) w
         CROSS JOIN inventory_position p ON p.item_id = w.item_id AND p.node_id = w.node_id}
         {narrow:inventory_position p}
   WHERE {scope:p.id} AND p.deleted_at IS NULL AND p.on_hand_quantity > p.pick_face_quantity
     AND p.pick_face_quantity < (SELECT SUM(t.requested_quantity - t.picked_quantity)
                                   FROM pick_task t INDEXED BY det_task_stock
                                  WHERE t.item_id = p.item_id AND t.node_id = p.node_id
                                    AND t.deleted_at IS NULL AND t.status IN ('released', 'started'))),
wanted AS MATERIALIZED (
  SELECT x.id AS entity_id, x.pick_face_quantity, x.bulk, x.stock_source, x.stock_seen_at,
         SUM(MAX(0, t.requested_quantity - t.picked_quantity)) OVER (PARTITION BY x.id) AS units, @columns
    FROM face x
    CROSS JOIN pick_task t INDEXED BY det_task_stock ON t.item_id = x.item_id AND t.node_id = x.node_id
     AND t.deleted_at IS NULL AND t.status IN ('released', 'started')
    @joins
   WHERE @wanted AND {runs(node=x.node_id, category=i.category)})
SELECT * FROM wanted WHERE pick_face_quantity < units ORDER BY entity_id, due_at, task_id
""")


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    waiting = _beyond_the_face(rows)
    losses = pick_losses(waiting, moment)
    rework = rework_cents_of(WH_REPLEN.effort_minutes, moment.policy)
    impact = impact_of(
        losses, effort_minutes=WH_REPLEN.effort_minutes, rework_cents=rework, assumed=("days_late",)
    )
    due = min(row.due_at for row in waiting)
    position = (EntityKind.INVENTORY_POSITION, head.entity_id)
    stock = {"source": head.stock_source, "as_of_ms": head.stock_seen_at, "entity": position}
    return Finding(
        case_type=WH_REPLEN,
        entity=EntityRef(kind=EntityKind.INVENTORY_POSITION, entity_id=head.entity_id),
        title=f"Pick face of {head.sku or head.item_id} runs empty at {place_of(head)}",
        consequence=(
            f"The pick face of {head.sku or head.item_id} at {place_of(head)} has {head.pick_face_quantity} "
            f"ea for open picks of {head.units}; bulk has {head.bulk}. Without a refill {len(waiting)} picks "
            f"miss the cut-off of {clock_words(due)}."
        ),
        impact=impact,
        losses=(
            *((part.key, part.loss_cents) for part in losses),
            (f"inventory_position/{head.entity_id}", rework),
        ),
        severity=severity_of(impact.loss_cents, due, moment.hour_ms, moment.policy, tier=best_tier(waiting)),
        correlation_key=f"replen:{head.node_id}:{head.item_id}",
        evidence=(
            fact("pick_face_quantity", head.pick_face_quantity, unit="units", **stock),
            fact("wanted_quantity", head.units, unit="units", source=head.source, as_of_ms=head.observed_at),
            fact("bulk_quantity", head.bulk, unit="units", **stock),
            fact("open_picks", len(rows), unit="picks", source=head.source, as_of_ms=head.observed_at),
        ),
        order_ids=orders_of(waiting),
        node_id=head.node_id,
        breach_at=from_ms(due),
        responsible_at=from_ms(due),
        sources=distinct([head.stock_source, *sources_of(waiting)]),
        about=(
            EntityRef(kind=EntityKind.ITEM, entity_id=head.item_id),
            *distinct([bin_ref(row.node_id, row.bin_code) for row in waiting]),
            node_ref(head.node_id),
        ),
    )


def _beyond_the_face(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The picks that the face does not serve any more, the earliest being served first."""
    left = int(rows[0].pick_face_quantity)
    waiting = []
    for row in rows:
        left -= open_units(row)
        if left < 0:
            waiting.append(row)
    return waiting


RULE = Rule(
    case_type=WH_REPLEN,
    sql=_SQL,
    wakes=(
        "pick_task>position",
        "inventory_position>position",
        "order_line>position",
        "sales_order>position",
        "item>position",
        "node>position",
        "customer>position",
    ),
    assess=_assess,
    indexes=(OPEN_PICKS_INDEX,),
)
