"""What a solve answers: the plan, its cost term by term, how good it is, why, and what else one could do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from optimization.canonical import digest_of
from optimization.plan import Plan

if TYPE_CHECKING:
    from optimization.decision.decide import DecisionOutcome

BASIS_POINTS = 10_000


class Status(StrEnum):
    """How the plan was come by.

    ``FALLBACK``: the search found nothing within its limits, the plan is the greedy one;
    ``CANCELLED``: best plan at the moment of stopping; ``UNKNOWN``: no plan, and no proof of why.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    FALLBACK = "fallback"
    INFEASIBLE = "infeasible"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Ending(StrEnum):
    """What ended the search for the best plan."""

    PROVEN = "proven"
    DETERMINISTIC_LIMIT = "deterministic_limit"
    WALL_LIMIT = "wall_limit"
    STOPPED = "stopped"


class OptionLabel(StrEnum):
    """What an option is best at, or which way of shipping it tries."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    LEAST_DISTURBANCE = "least_disturbance"
    DO_NOTHING = "do_nothing"
    SPLIT_NOW = "split_now"
    CONSOLIDATE = "consolidate"
    PARTIAL = "partial"


class ReasonCode(StrEnum):
    """Why a line, order or shipment is planned as it is."""

    KEPT = "kept"
    MOVED = "moved"
    SUBSTITUTED = "substituted"
    DELAYED = "delayed"
    LATE = "late"
    SPLIT = "split"
    CONSOLIDATED = "consolidated"
    PARTIAL = "partial"
    UNFILLED_NO_STOCK = "unfilled_no_stock"
    UNFILLED_NO_CAPACITY = "unfilled_no_capacity"
    UNFILLED_BY_POLICY = "unfilled_by_policy"
    UNFILLED_BY_COST = "unfilled_by_cost"
    REBOOKED = "rebooked"
    UNBOOKED = "unbooked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTerms:
    """Where the money goes, in cents.

    ``freight_fixed`` is per shipment (for a rebooking: the carriers' rates), ``freight_variable``
    the kilograms, ``substitution`` the extra of substitutes, ``late`` and ``unfilled`` the
    penalties (for a rebooking ``unfilled`` is what is left unbooked), ``change`` the price of
    departing from today's plan, ``shortfall`` what contracts charge for shipments not given.
    """

    freight_fixed_cents: int = 0
    freight_variable_cents: int = 0
    substitution_cents: int = 0
    late_cents: int = 0
    change_cents: int = 0
    unfilled_cents: int = 0
    shortfall_cents: int = 0

    @property
    def total_cents(self) -> int:
        """The objective: the sum of all terms."""
        return sum(self.values())

    @property
    def freight_cents(self) -> int:
        """What moving the goods costs: fixed and variable freight."""
        return self.freight_fixed_cents + self.freight_variable_cents

    @property
    def service_cents(self) -> int:
        """What customers lose, in money: late and unfilled penalties."""
        return self.late_cents + self.unfilled_cents

    def values(self) -> tuple[int, ...]:
        """The terms in the order of their fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def minus(self, other: CostTerms) -> CostTerms:
        """Term by term difference; negative means cheaper than ``other``."""
        return CostTerms(
            **{field.name: getattr(self, field.name) - getattr(other, field.name) for field in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a plan does: money, service and disturbance.

    For a rebooking an order is a shipment and a unit is a shipment as well.
    """

    terms: CostTerms
    orders: int
    late_orders: int
    short_orders: int
    otif_basis_points: int
    late_unit_days: int
    units_moved: int
    units_unfilled: int
    units_substituted: int
    shipments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One plan a planner may choose, ranked by cost (1 is cheapest), against doing nothing."""

    rank: int
    labels: tuple[OptionLabel, ...]
    plan: Plan
    effect: Effect
    delta: CostTerms
    late_orders_delta: int
    otif_delta_basis_points: int
    units_moved_delta: int
    units_unfilled_delta: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence on why a subject (line, order or shipment id) is planned as it is."""

    subject: str
    code: ReasonCode
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Hard commitments that cannot hold together; dropping any one of them resolves it."""

    subjects: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a running solve is; money is unknown (None) before the first plan."""

    stage: str
    objective_cents: int | None
    bound_cents: int | None
    gap_basis_points: int | None
    plans_found: int
    elapsed_ms: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The audited answer to a problem.

    ``gap_basis_points`` is the distance from cost to bound, rounded up, in hundredths of a
    percent of the cost: the optimum cannot be cheaper by more. Without a plan (infeasible, or
    nothing found) ``plan``, ``effect``, ``objective_cents`` and ``gap_basis_points`` are None.
    ``together`` answers the wider decision, where the problem asked for one.
    """

    problem_digest: str
    status: Status
    ending: Ending
    plan: Plan | None
    effect: Effect | None
    objective_cents: int | None
    bound_cents: int
    gap_basis_points: int | None
    options: tuple[Option, ...]
    reasons: tuple[Reason, ...]
    conflicts: tuple[Conflict, ...]
    seed: int
    versions: tuple[tuple[str, str], ...]
    solve_ms: int
    together: DecisionOutcome | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything but ``solve_ms``: equal for the same problem, seed and limits."""
        told = [field.name for field in fields(self) if field.name not in ("solve_ms", "together")]
        if self.together is not None:
            told.append("together")
        return digest_of(tuple(getattr(self, name) for name in told))

    def option(self, label: OptionLabel) -> Option | None:
        """The option that carries a label, if there is one."""
        return next((option for option in self.options if label in option.labels), None)


def gap_basis_points(objective_cents: int, bound_cents: int) -> int:
    """Distance from cost to bound in hundredths of a percent of the cost, rounded up."""
    if objective_cents <= bound_cents:
        return 0
    return -(-(objective_cents - bound_cents) * BASIS_POINTS // objective_cents)
