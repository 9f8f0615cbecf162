"""OE-INCOMPLETE: an order lacks a field that its customer's orders must have before release."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.money import impact_of, rework_cents_of
from app.detection.phrasing import day_words, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rules.indexes import partial_index
from app.detection.rules.order_entry.orders import (
    CUSTOMER_MONEY_WAKES,
    OrderCase,
    blocked_losses,
    customer_name,
    order_facts,
    order_finding,
    order_rows,
)
from domain.catalogue.order_entry import OE_INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

#: The fields a customer may require, and the column of each. A blank address is rare; a blank contact or
#: PO number is not, but few customers require them.
_ADDRESS = {
    "name": "ship_to_name",
    "street": "ship_to_street",
    "postcode": "ship_to_postcode",
    "city": "ship_to_city",
    "country": "ship_to_country",
}
_REFERENCES = {"contact": "ship_to_contact", "customer_po": "customer_po"}
_FIELDS = {**_ADDRESS, **_REFERENCES}
_EARLY = "h.status IN ('entered', 'confirmed') AND h.deleted_at IS NULL"


def _blank(column: str) -> str:
    return f"trim({column}, char(32, 9, 10, 13)) = ''"


def _any(fields: dict[str, str], test: str) -> str:
    """SQL: one of the fields meets ``test``."""
    terms = [test.replace("@name", f'"{n}"').replace("@blank", _blank(f"h.{c}")) for n, c in fields.items()]
    return f"({' OR '.join(terms)})"


_NO_ADDRESS = _any(_ADDRESS, "@blank")
_LACKS = "instr(k.required_fields, '@name') > 0 AND @blank"
_FOUND = f"""
SELECT h.id
  FROM sales_order h INDEXED BY det_order_blank CROSS JOIN customer k ON k.id = h.customer_id
 WHERE {{scope:h.customer_id}} AND {_EARLY} AND {_NO_ADDRESS}
   AND k.deleted_at IS NULL AND {_any(_ADDRESS, _LACKS)}
 UNION
SELECT h.id
  FROM {{full:customer k CROSS JOIN sales_order h INDEXED BY det_order_reference ON h.customer_id = k.id}}
       {{narrow:sales_order h INDEXED BY det_order_reference CROSS JOIN customer k ON k.id = h.customer_id}}
 WHERE {{scope:h.customer_id}} AND {_EARLY}
   AND k.deleted_at IS NULL AND {_any(_REFERENCES, "instr(k.required_fields, '@name') > 0")}
   AND {_any(_REFERENCES, _LACKS)}
"""  # noqa: S608 - constants only

# The last good order is another order of the customer: hence the scope.
_EXTRA = f"""o.customer_id AS scope_key, {", ".join(f"o.{column}" for column in _FIELDS.values())},
       c.required_fields,
       (SELECT g.number FROM sales_order g
         WHERE g.customer_id = o.customer_id AND g.id <> o.id AND g.deleted_at IS NULL
           AND g.ship_to_street <> '' AND g.ship_to_postcode <> '' AND g.ship_to_city <> ''
         ORDER BY g.ordered_at DESC, g.id LIMIT 1) AS last_good_order,"""  # noqa: S608 - constants only


def _missing(row: Row[Any]) -> list[str]:
    """The blank fields, in the order in which the customer asks for them."""
    required = [name for name in json.loads(row.required_fields) if name in _FIELDS]
    return [name for name in required if not getattr(row, _FIELDS[name]).strip()]


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    losses = blocked_losses(rows, moment)
    rework = rework_cents_of(OE_INCOMPLETE.effort_minutes, moment.policy)
    missing = _missing(head)
    words = ", ".join(missing)
    order = order_facts(head)
    return order_finding(
        rows,
        moment,
        OrderCase(
            case_type=OE_INCOMPLETE,
            title=f"{head.number} lacks {words}",
            consequence=(
                f"{head.number} of {customer_name(head)} has no {words}; it cannot be released for "
                f"{day_words(head.promised_at)}."
            ),
            impact=impact_of(losses, effort_minutes=OE_INCOMPLETE.effort_minutes, rework_cents=rework),
            losses=[
                *((part.key, part.loss_cents) for part in losses),
                (f"sales_order/{head.entity_id}", rework),
            ],
            correlation_key=f"incomplete:{head.customer_id}:{','.join(missing)}",
            evidence=(
                fact("missing_fields", words, **order),
                fact("last_good_order", head.last_good_order or "none", **order),
                fact("promised_at", iso(head.promised_at), **order),
            ),
        ),
    )


RULE = Rule(
    case_type=OE_INCOMPLETE,
    sql=order_rows(_FOUND, _EXTRA),
    wakes=CUSTOMER_MONEY_WAKES,
    assess=_assess,
    indexes=(
        partial_index(
            "det_order_blank",
            "sales_order (customer_id, id, status, deleted_at)",
            f"{_EARLY} AND {_NO_ADDRESS}",
        ),
        partial_index(
            "det_order_reference",
            "sales_order (customer_id, ship_to_contact, customer_po, status, deleted_at)",
            _EARLY,
        ),
    ),
)
