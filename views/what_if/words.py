"""A planner's changes in words, for lists, files and screen readers; free of Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.what_if import Change, ChangeKind

#: What the person chooses from, in this order.
KIND_TITLES: Final[dict[ChangeKind, str]] = {
    ChangeKind.NODE_CLOSED: "Close a node",
    ChangeKind.CARRIER_LOST: "Lose a carrier",
    ChangeKind.LANE_LOST: "Lose a lane",
    ChangeKind.DEMAND_SURGE: "Demand surge",
    ChangeKind.SUPPLY_DELAYED: "Delay a supply",
    ChangeKind.CUSTOMER_WEIGHED: "Change a customer's priority",
    ChangeKind.MOST_SHIPMENTS: "Policy: shipments an order may take",
    ChangeKind.SHIP_COMPLETE: "Policy: ship complete",
    ChangeKind.CHANGE_PRICED: "Policy: price of changing nodes",
}
#: What the amount of each kind is called and counted in; kinds without one are absent.
AMOUNT_UNITS: Final[dict[ChangeKind, tuple[str, str]]] = {
    ChangeKind.NODE_CLOSED: ("For", " days"),
    ChangeKind.CARRIER_LOST: ("For", " days"),
    ChangeKind.DEMAND_SURGE: ("By", " %"),
    ChangeKind.SUPPLY_DELAYED: ("By", " days"),
    ChangeKind.CUSTOMER_WEIGHED: ("Penalties at", " %"),
    ChangeKind.MOST_SHIPMENTS: ("At most", ""),
    ChangeKind.SHIP_COMPLETE: ("Complete", ""),
    ChangeKind.CHANGE_PRICED: ("At", " %"),
}
USUAL_AMOUNTS: Final[dict[ChangeKind, int]] = {
    ChangeKind.NODE_CLOSED: 0,
    ChangeKind.CARRIER_LOST: 0,
    ChangeKind.DEMAND_SURGE: 20,
    ChangeKind.SUPPLY_DELAYED: 5,
    ChangeKind.CUSTOMER_WEIGHED: 300,
    ChangeKind.MOST_SHIPMENTS: 1,
    ChangeKind.SHIP_COMPLETE: 1,
    ChangeKind.CHANGE_PRICED: 0,
}


def change_words(change: Change, names: Mapping[str, str]) -> str:  # noqa: PLR0911 - a sentence a kind
    """A change as a phrase; ``names`` gives what people call ids."""
    subject = names.get(change.subject, change.subject)
    match change.kind:
        case ChangeKind.NODE_CLOSED:
            return f"{subject} closed {_for(change.amount)}"
        case ChangeKind.LANE_LOST:
            return f"No lane from {subject} to {names.get(change.to, change.to)}"
        case ChangeKind.CARRIER_LOST:
            return f"Carrier {subject} lost {_for(change.amount)}"
        case ChangeKind.DEMAND_SURGE:
            where = f" in {subject}" if change.subject else ""
            return f"{change.amount} % more demand{where}"
        case ChangeKind.SUPPLY_DELAYED:
            return f"Supply to {subject} {_days(change.amount)} later"
        case ChangeKind.CUSTOMER_WEIGHED:
            return f"{subject}: penalties at {change.amount} %"
        case ChangeKind.MOST_SHIPMENTS:
            return f"Orders take at most {change.amount} {'shipment' if change.amount == 1 else 'shipments'}"
        case ChangeKind.SHIP_COMPLETE:
            return "Every order ships complete" if change.amount else "No order must ship complete"
        case _:
            return f"Changing nodes costs {change.amount} % of what it does"


def _for(days: int) -> str:
    return f"for {_days(days)}" if days else "for the whole plan"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
