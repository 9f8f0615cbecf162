"""Split now, wait and consolidate, or ship a part: the same demand under each customer's policy.

The question is a reallocation whose ``max_shipments``, ``ship_complete`` and ``last_ship_day``
come from the policy and, when one way is tried for the whole wave, from that way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from domain.checks import require, require_text
from optimization.bounds import MAX_DAY_DISTANCE, MAX_UNITS, require_known, require_range, require_unique
from optimization.canonical import OMITTED_WHEN_NONE, digest_of
from optimization.decision.problem import DecisionProblem
from optimization.problem import OrderDemand, ReallocationProblem


class SplitMode(StrEnum):
    """One way to ship an order that cannot simply go out as it is."""

    SPLIT_NOW = "split_now"
    CONSOLIDATE = "consolidate"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPolicy:
    """What a customer accepts for an order.

    ``allow_partial``: one shipment of what there is, the rest is not delivered.
    ``last_ship_day``: how long the customer waits; nothing may leave later.
    """

    order_id: str
    allow_split: bool
    allow_partial: bool
    max_shipments: int = 2
    last_ship_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse a split into no shipments and an impossible day."""
        require_text(self.order_id, "policy order_id")
        name = f"policy of {self.order_id}"
        require_range(self.max_shipments, 1, MAX_UNITS, f"{name} max_shipments")
        if self.last_ship_day is not None:
            require_range(self.last_ship_day, -1, MAX_DAY_DISTANCE, f"{name} last_ship_day")

    @property
    def modes(self) -> tuple[SplitMode, ...]:
        """The ways the customer accepts; waiting for the whole order is always one."""
        split = (SplitMode.SPLIT_NOW,) if self.allow_split and self.max_shipments > 1 else ()
        partial = (SplitMode.PARTIAL,) if self.allow_partial else ()
        return (*split, SplitMode.CONSOLIDATE, *partial)


@dataclass(frozen=True, kw_only=True)
class SplitProblem:
    """One order or a wave with the stock it competes for, and a policy for every order.

    ``together`` is the wider decision on the same order: transfers, sooner supply and substitutes weighed
    with splitting and waiting.
    """

    demand: ReallocationProblem
    policies: tuple[SplitPolicy, ...]
    together: DecisionProblem | None = field(default=None, metadata=OMITTED_WHEN_NONE)

    def __post_init__(self) -> None:
        """Order the policies; refuse a missing, doubled or unknown one."""
        object.__setattr__(self, "policies", tuple(sorted(self.policies, key=lambda policy: policy.order_id)))
        orders = {order.order_id for order in self.demand.orders}
        require_unique((policy.order_id for policy in self.policies), "policy of order")
        for policy in self.policies:
            require_known(policy.order_id, orders, "policy of order")
        missing = sorted(orders - {policy.order_id for policy in self.policies})
        require(not missing, f"order {missing[0] if missing else ''} has no split policy.")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: equal problems have equal digests."""
        return digest_of(self)

    @property
    def modes(self) -> tuple[SplitMode, ...]:
        """Every way that at least one order's customer accepts, in a fixed order."""
        accepted = {mode for policy in self.policies for mode in policy.modes}
        return tuple(mode for mode in SplitMode if mode in accepted)

    def as_reallocation(self, mode: SplitMode | None = None) -> ReallocationProblem:
        """The wave as a reallocation under the policies.

        With ``mode``, every order whose customer accepts that way is held to it; the others
        stay free within their own policy.
        """
        policies = {policy.order_id: policy for policy in self.policies}
        orders = tuple(_under_policy(order, policies[order.order_id], mode) for order in self.demand.orders)
        return replace(self.demand, orders=orders)


def _under_policy(order: OrderDemand, policy: SplitPolicy, mode: SplitMode | None) -> OrderDemand:
    """An order with the limits of its policy, narrowed to ``mode`` where that is accepted."""
    held = mode if mode in policy.modes else None
    may_split = policy.allow_split and held in (None, SplitMode.SPLIT_NOW)
    may_stay_short = policy.allow_partial and held in (None, SplitMode.PARTIAL)
    last = min((day for day in (order.last_ship_day, policy.last_ship_day) if day is not None), default=None)
    return replace(
        order,
        max_shipments=policy.max_shipments if may_split else 1,
        ship_complete=not may_stay_short,
        last_ship_day=0 if held is SplitMode.PARTIAL and (last is None or last > 0) else last,
    )
