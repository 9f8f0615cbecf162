"""What a planner changes in the world to see what would happen: frozen values in the field's own names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.checks import require, require_text
from domain.errors import BadInputError

MAX_PERCENT: Final = 1_000
MAX_DAYS: Final = 60
MAX_NAME: Final = 80
MAX_CHANGES: Final = 40


class ChangeKind(StrEnum):
    """What can be different."""

    NODE_CLOSED = "node_closed"
    LANE_LOST = "lane_lost"
    CARRIER_LOST = "carrier_lost"
    DEMAND_SURGE = "demand_surge"
    SUPPLY_DELAYED = "supply_delayed"
    CUSTOMER_WEIGHED = "customer_weighed"
    MOST_SHIPMENTS = "most_shipments"
    SHIP_COMPLETE = "ship_complete"
    CHANGE_PRICED = "change_priced"


#: The least and the most that ``amount`` may be, by kind.
AMOUNTS: Final[dict[ChangeKind, tuple[int, int]]] = {
    ChangeKind.NODE_CLOSED: (0, MAX_DAYS),
    ChangeKind.LANE_LOST: (0, 0),
    ChangeKind.CARRIER_LOST: (0, MAX_DAYS),
    ChangeKind.DEMAND_SURGE: (1, MAX_PERCENT),
    ChangeKind.SUPPLY_DELAYED: (1, MAX_DAYS),
    ChangeKind.CUSTOMER_WEIGHED: (0, MAX_PERCENT),
    ChangeKind.MOST_SHIPMENTS: (1, MAX_DAYS),
    ChangeKind.SHIP_COMPLETE: (0, 1),
    ChangeKind.CHANGE_PRICED: (0, MAX_PERCENT),
}
_NAMES_SUBJECT: Final = frozenset(
    {
        ChangeKind.NODE_CLOSED,
        ChangeKind.LANE_LOST,
        ChangeKind.CARRIER_LOST,
        ChangeKind.SUPPLY_DELAYED,
        ChangeKind.CUSTOMER_WEIGHED,
    }
)
_MAY_NAME_SUBJECT: Final = _NAMES_SUBJECT | {ChangeKind.DEMAND_SURGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is different.

    ``subject`` is the id of a node, carrier (SCAC) or customer, of a demand surge the zone (blank: all);
    ``to`` the other end of a lane, a zone. ``amount``: days of a closure or an outage (0: to the end of the
    plan) and of a delay, percent more demand, percent of a customer's penalties or of the price of change,
    shipments an order may take, 1 or 0 for shipping complete.
    """

    kind: ChangeKind
    subject: str = ""
    to: str = ""
    amount: int = 0

    def __post_init__(self) -> None:
        """Refuse a change that names nothing, or by an impossible amount."""
        least, most = AMOUNTS[self.kind]
        require(least <= self.amount <= most, f"{self.kind} amount is {self.amount}, not {least} to {most}.")
        require(bool(self.subject) or self.kind not in _NAMES_SUBJECT, f"{self.kind} names nothing.")
        require(not self.subject or self.kind in _MAY_NAME_SUBJECT, f"{self.kind} is about nothing by name.")
        require(bool(self.to) == (self.kind is ChangeKind.LANE_LOST), "only a lane has another end.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A named scenario: the changes, in the order in which they apply."""

    name: str
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a nameless scenario and a change made twice."""
        require_text(self.name, "scenario name")
        require(len(self.name) <= MAX_NAME, f"the scenario name is longer than {MAX_NAME} characters.")
        require(len(self.changes) <= MAX_CHANGES, f"more than {MAX_CHANGES} changes in one scenario.")
        told = {(each.kind, each.subject, each.to) for each in self.changes}
        require(len(told) == len(self.changes), f"{self.name} changes the same thing twice.")


def to_plain(what_if: WhatIf) -> dict[str, object]:
    """A scenario as plain values, for files."""
    return {
        "name": what_if.name,
        "changes": [
            {"kind": each.kind.value, "subject": each.subject, "to": each.to, "amount": each.amount}
            for each in what_if.changes
        ],
    }


def from_plain(plain: object) -> WhatIf:
    """The scenario that :func:`to_plain` gave.

    Raises:
        BadInputError: it is none; BadValueError: a change that cannot be meant.
    """
    if not isinstance(plain, dict) or set(plain) != {"name", "changes"}:
        raise _no_scenario("it is no name with changes")
    name, changes = plain["name"], plain["changes"]
    if not isinstance(name, str) or not isinstance(changes, list):
        raise _no_scenario("it is no name with changes")
    return WhatIf(name=name, changes=tuple(_change(each) for each in changes))


def _change(plain: object) -> Change:
    if not isinstance(plain, dict) or set(plain) != {"kind", "subject", "to", "amount"}:
        raise _no_scenario("a change has other fields")
    kind, subject, to, amount = plain["kind"], plain["subject"], plain["to"], plain["amount"]
    if kind not in {each.value for each in ChangeKind}:
        raise _no_scenario(f"{kind!r} is no kind of change")
    if not isinstance(subject, str) or not isinstance(to, str) or type(amount) is not int:
        raise _no_scenario("a change has a field of another type")
    return Change(kind=ChangeKind(kind), subject=subject, to=to, amount=amount)


def _no_scenario(why: str) -> BadInputError:
    return BadInputError(what=f"This is no scenario: {why}.", remedy="Make it anew on the What-if page.")
