"""A planner's changes in words, for lists, files and screen readers; free of Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from domain.what_if import Change, ChangeKind
from views.language import noted, tr

#: What the person chooses from, in this order.
KIND_TITLES: Final[dict[ChangeKind, str]] = {
    ChangeKind.NODE_CLOSED: tr("Close a node"),
    ChangeKind.CARRIER_LOST: tr("Lose a carrier"),
    ChangeKind.LANE_LOST: tr("Lose a lane"),
    ChangeKind.DEMAND_SURGE: tr("Demand surge"),
    ChangeKind.SUPPLY_DELAYED: tr("Delay a supply"),
    ChangeKind.CUSTOMER_WEIGHED: tr("Change a customer's priority"),
    ChangeKind.MOST_SHIPMENTS: tr("Policy: shipments an order may take"),
    ChangeKind.SHIP_COMPLETE: tr("Policy: ship complete"),
    ChangeKind.CHANGE_PRICED: tr("Policy: price of changing nodes"),
}
#: What the amount of each kind is called and counted in; kinds without one are absent.
AMOUNT_UNITS: Final[dict[ChangeKind, tuple[str, str]]] = {
    ChangeKind.NODE_CLOSED: (tr("For"), tr(" days")),
    ChangeKind.CARRIER_LOST: (tr("For"), tr(" days")),
    ChangeKind.DEMAND_SURGE: (tr("By"), " %"),
    ChangeKind.SUPPLY_DELAYED: (tr("By"), tr(" days")),
    ChangeKind.CUSTOMER_WEIGHED: (tr("Penalties at"), " %"),
    ChangeKind.MOST_SHIPMENTS: (tr("At most"), ""),
    ChangeKind.SHIP_COMPLETE: (tr("Complete"), ""),
    ChangeKind.CHANGE_PRICED: (tr("At"), " %"),
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


class Say(Protocol):
    """Says a text of the catalogue, its names filled with values."""

    def __call__(self, text: str, /, **values: object) -> str:
        """The text as it is to be read."""
        ...


def in_english(text: str, /, **values: object) -> str:
    """The text as it stands: for what is stored or signed."""
    return text.format(**values)


def change_words(change: Change, names: Mapping[str, str], say: Say = tr) -> str:
    """A change as a phrase; ``names`` gives what people call ids, ``say`` the language."""
    subject = names.get(change.subject, change.subject)
    days = _days(change.amount, say)
    lasts = say(noted("for {days}"), days=days) if change.amount else say(noted("for the whole plan"))
    to = names.get(change.to, change.to)
    text = _TEXTS.get(change.kind) or _text_by_amount(change)
    return say(text, subject=subject, to=to, number=change.amount, days=days, lasts=lasts)


_TEXTS: Final[dict[ChangeKind, str]] = {
    ChangeKind.NODE_CLOSED: noted("{subject} closed {lasts}"),
    ChangeKind.LANE_LOST: noted("No lane from {subject} to {to}"),
    ChangeKind.CARRIER_LOST: noted("Carrier {subject} lost {lasts}"),
    ChangeKind.SUPPLY_DELAYED: noted("Supply to {subject} {days} later"),
    ChangeKind.CUSTOMER_WEIGHED: noted("{subject}: penalties at {number} %"),
    ChangeKind.CHANGE_PRICED: noted("Changing nodes costs {number} % of what it does"),
}


def _text_by_amount(change: Change) -> str:
    """The text of a kind that reads otherwise by its amount, or by whether it names anything."""
    if change.kind is ChangeKind.DEMAND_SURGE:
        return (
            noted("{number} % more demand in {subject}")
            if change.subject
            else noted("{number} % more demand")
        )
    if change.kind is ChangeKind.MOST_SHIPMENTS:
        one = noted("Orders take at most 1 shipment")
        return one if change.amount == 1 else noted("Orders take at most {number} shipments")
    return noted("Every order ships complete") if change.amount else noted("No order must ship complete")


def _days(number: int, say: Say) -> str:
    return say(noted("1 day")) if number == 1 else say(noted("{number} days"), number=number)
