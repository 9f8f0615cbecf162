"""OE-FRAUD: the indicators of fraud of an order that nobody reviewed add up to the threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import BP, rework_cents_of
from app.detection.phrasing import fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    OPEN_ORDER,
    OrderCase,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
    order_value,
)
from domain.cases import Impact
from domain.catalogue.order_entry import OE_FRAUD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

# What changed on an order is rare and is seen from the order alone; without any of it the other indicators
# do not reach the threshold, because a known customer in a hurry is no stranger.
_SUSPECT = f"{OPEN_ORDER} AND h.reviewed = 0 AND h.ship_to_is_new + h.payment_changed + h.contact_changed > 0"
_BEFORE = (
    "b.customer_id = h.customer_id AND b.deleted_at IS NULL AND b.id <> h.id AND b.ordered_at <= h.ordered_at"
)

_FOUND = f"""
SELECT s.*, {{decide:fraud_points.points(new_ship_to=s.ship_to_is_new, payment_changed=s.payment_changed,
                 contact_changed=s.contact_changed, rush_hours=s.rush_hours,
                 value_ratio_bp=s.value_ratio_bp, orders_in_window=s.orders_in_window)}} AS points
  FROM (
SELECT h.*, h.total_cents * 10000 / NULLIF(h.usual_cents, 0) AS value_ratio_bp
  FROM (
SELECT h.id, h.customer_id AS scope_key, h.total_cents, h.ship_to_is_new, h.payment_changed,
       h.contact_changed,       (h.requested_at - h.ordered_at) / 3600000 AS rush_hours,
       1 + (SELECT COUNT(*) FROM sales_order b INDEXED BY det_order_history
             WHERE {_BEFORE} AND b.ordered_at > h.ordered_at - {{setting:fraud_window_hours}} * 3600000)
         AS orders_in_window,
       (SELECT CAST(AVG(m.total_cents) AS INTEGER)
          FROM (SELECT b.total_cents, ROW_NUMBER() OVER (ORDER BY b.total_cents) AS place,
                       COUNT(*) OVER () AS orders
                  FROM sales_order b INDEXED BY det_order_history WHERE {_BEFORE}) m
         WHERE m.place IN ((m.orders + 1) / 2, (m.orders + 2) / 2)) AS usual_cents
  FROM sales_order h INDEXED BY det_order_suspect
 WHERE {{scope:h.customer_id}} AND {_SUSPECT} LIMIT -1) h LIMIT -1) s
 WHERE points >= {{setting:fraud_threshold_points}}
"""  # noqa: S608 - constants only

_EXTRA = """f.scope_key, f.points, f.usual_cents, f.rush_hours, f.value_ratio_bp, f.orders_in_window,
       f.ship_to_is_new, f.payment_changed, f.contact_changed, o.ship_to_postcode,"""
_MUCH_BP = 20_000
_HURRY_HOURS = 48


def _indicators(row: Row[Any]) -> list[str]:
    """What speaks against the order, in words."""
    words = [
        (row.ship_to_is_new, "a new ship-to"),
        (row.payment_changed, "a changed payment"),
        (row.contact_changed, "a changed contact"),
        (row.rush_hours < _HURRY_HOURS, f"wanted within {row.rush_hours} h"),
        ((row.value_ratio_bp or 0) >= _MUCH_BP, f"{(row.value_ratio_bp or 0) // BP} times the usual value"),
        (row.orders_in_window > 1, f"{row.orders_in_window} orders in a day"),
    ]
    return [said for holds, said in words if holds]


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    policy = moment.policy
    share_bp = policy.setting("fraud_loss_bp")
    losses = [(row.line_id, row.value_cents * share_bp // BP) for row in rows if row.line_id]
    rework = rework_cents_of(OE_FRAUD.effort_minutes, policy)
    goods, value = sum(cents for _, cents in losses), order_value(rows)
    threshold = policy.setting("fraud_threshold_points")
    indicators = _indicators(head)
    order = order_facts(head)
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_FRAUD,
            title=f"{head.number} looks suspicious ({head.points} points)",
            consequence=(
                f"{head.number} of {customer_name(head)} ({money_words(value)}) has {', '.join(indicators)}: "
                f"{head.points} points of {threshold}. Once it ships, the goods are gone."
            ),
            impact=Impact(
                loss_cents=goods + rework,
                low_cents=0,
                high_cents=max(goods, value) + rework,
                avoidable_cents=goods,
                effort_minutes=OE_FRAUD.effort_minutes,
                margin_cents=goods,
                rework_cents=rework,
                assumed=("fraud",),
            ),
            losses=[*losses, (f"sales_order/{head.entity_id}", rework)],
            correlation_key=f"fraud:{head.customer_id}:{head.ship_to_postcode}",
            evidence=(
                fact("points", head.points, unit="points", **order),
                fact("threshold", threshold, unit="points"),
                fact("indicators", "; ".join(indicators), **order),
                fact("order_value", value, unit="cents", **order),
                fact("usual_value", head.usual_cents or 0, unit="cents"),
                fact("orders_in_window", head.orders_in_window, unit="orders"),
            ),
        ),
    )


RULE = Rule(
    case_type=OE_FRAUD,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=("sales_order>customer", "order_line>customer", "customer>customer", "item>customer"),
    assess=_assess,
    indexes=(
        partial_index("det_order_suspect", "sales_order (customer_id, id)", _SUSPECT),
        partial_index(
            "det_order_history",
            "sales_order (customer_id, ordered_at, total_cents, deleted_at)",
            "deleted_at IS NULL",
        ),
    ),
)
