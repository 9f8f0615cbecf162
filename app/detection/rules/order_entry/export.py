"""OE-EXPORT: a screening hit, or a restricted item or destination without a licence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of
from app.detection.phrasing import day_words, distinct, fact
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    OPEN_BY_KEY,
    OPEN_ORDER,
    ORDER_MONEY_WAKES,
    OrderCase,
    blocked_losses,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
)
from domain.catalogue.order_entry import OE_EXPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_FREE = "h.screening <> 'cleared' AND trim(h.licence_number) = ''"
_RESTRICTED = """instr(@.restricted_countries, '"' || #.ship_to_country || '"') > 0"""
_EMBARGO = "{decide:destination_control.restricted(country=@.ship_to_country)}"

_FOUND = f"""
SELECT h.id FROM sales_order h INDEXED BY det_order_screened
 WHERE {{scope:h.id}} AND {OPEN_ORDER} AND h.screening = 'hit'
 UNION
SELECT h.id FROM sales_order h {{full:INDEXED BY det_order_country}}
 WHERE {{scope:h.id}} AND {OPEN_BY_KEY} AND {_FREE} AND {_EMBARGO.replace("@", "h")}
 UNION
SELECT h.id
  FROM {{full:item r INDEXED BY det_item_restricted
 CROSS JOIN order_line x INDEXED BY order_line_by_item ON x.item_id = r.id
 CROSS JOIN sales_order h ON h.id = x.order_id}}
       {{narrow:sales_order h CROSS JOIN order_line x INDEXED BY order_line_by_order ON x.order_id = h.id
 CROSS JOIN item r ON r.id = x.item_id}}
 WHERE {{scope:h.id}} AND {OPEN_BY_KEY} AND {_FREE} AND r.deleted_at IS NULL
   AND r.restricted_countries <> '[]' AND x.deleted_at IS NULL AND x.cancelled = 0
   AND {_RESTRICTED.replace("@", "r").replace("#", "h")}
"""  # noqa: S608 - constants only

_EXTRA = f"""o.screening, o.licence_number, o.ship_to_country, o.ship_to_name, i.sku,
       COALESCE({_RESTRICTED.replace("@", "i").replace("#", "o")}, 0) AS is_restricted,
       {_EMBARGO.replace("@", "o")} AS is_embargoed,"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = blocked_losses(rows, moment)
    items = distinct([row.sku for row in rows if row.is_restricted])
    if head.screening == "hit":
        why = f"{head.ship_to_name or customer_name(head)} is on a screening list"
    elif head.is_embargoed:
        why = f"nothing goes to {head.ship_to_country} without a licence"
    else:
        why = f"{', '.join(items)} may not go to {head.ship_to_country} without a licence"
    order = order_facts(head)
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_EXPORT,
            title=f"{head.number} may not be exported as it is",
            consequence=(
                f"{head.number} of {customer_name(head)}: {why}. Compliance must clear it before it is "
                f"released for {day_words(head.promised_at)}."
            ),
            impact=impact_of(losses, effort_minutes=OE_EXPORT.effort_minutes),
            losses=[(part.key, part.loss_cents) for part in losses],
            correlation_key=f"export:{head.customer_id}:{head.ship_to_country}",
            evidence=(
                fact("screening", head.screening, **order),
                fact("restricted_items", ", ".join(items) or "none", **order),
                fact("destination", head.ship_to_country or "unknown", **order),
                fact("licence_number", head.licence_number or "none", **order),
            ),
        ),
    )


RULE = Rule(
    case_type=OE_EXPORT,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=ORDER_MONEY_WAKES,
    assess=_assess,
    indexes=(
        partial_index(
            "det_order_screened",
            "sales_order (id, screening, status, deleted_at)",
            f"screening = 'hit' AND {OPEN_ORDER}",
        ),
        partial_index(
            "det_order_country",
            "sales_order (ship_to_country, screening, licence_number, status, deleted_at)",
            OPEN_ORDER,
        ),
        partial_index(
            "det_item_restricted",
            "item (id, restricted_countries, deleted_at)",
            "deleted_at IS NULL AND restricted_countries <> '[]'",
        ),
    ),
)
