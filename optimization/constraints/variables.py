"""The decision variables that rules speak about; all are integers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimization.carrier_problem import ContractMinimum, Offer, RebookingProblem, ShipmentDemand
from optimization.lookup import ProblemLookup
from optimization.sources import Source

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr, LinearExprT

ShipmentKey = tuple[str, str, int]


def total(variables: Iterable[LinearExprT]) -> LinearExpr:
    """The sum of variables as one flat expression; of none, the constant 0."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.sum(list(variables))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReallocationVariables:
    """Units per source, whether a shipment leaves, units left unfilled, whether an order is complete."""

    model: CpModel
    lookup: ProblemLookup
    units: dict[Source, IntVar]
    leaves: dict[ShipmentKey, IntVar]
    unfilled: dict[str, IntVar]
    complete: dict[str, IntVar]

    @classmethod
    def create(cls, lookup: ProblemLookup, sources: tuple[Source, ...]) -> ReallocationVariables:
        """Fresh variables in a fresh model, in canonical order."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        shipments = sorted({source.shipment for source in sources})
        return cls(
            model=model,
            lookup=lookup,
            units={source: model.new_int_var(0, source.max_units, "") for source in sources},
            leaves={shipment: model.new_bool_var("") for shipment in shipments},
            unfilled={line.line_id: model.new_int_var(0, line.quantity, "") for line in lookup.problem.lines},
            complete={
                order.order_id: model.new_bool_var("")
                for order in lookup.problem.orders
                if order.ship_complete
            },
        )

    def sources_of(self) -> dict[str, list[Source]]:
        """The sources of each line."""
        groups: dict[str, list[Source]] = defaultdict(list)
        for source in self.units:
            groups[source.line_id].append(source)
        return groups


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A shipment going with an offer on a day; made once, so equal is same."""

    shipment: ShipmentDemand
    offer: Offer
    carrier_id: str
    pickup_day: int

    @property
    def late_days(self) -> int:
        """Days after the due day on which it arrives."""
        return max(0, self.pickup_day + self.offer.transit_days - self.shipment.due_day)

    @property
    def changed(self) -> bool:
        """Whether this departs from a current booking."""
        current = (self.shipment.current_service_id, self.shipment.current_pickup_day)
        return current[0] is not None and current != (self.offer.service_id, self.pickup_day)

    @property
    def cents(self) -> int:
        """Rate, lateness and rebooking together."""
        late = self.late_days * self.shipment.late_cents_per_day
        return self.offer.rate_cents + late + (self.shipment.rebooking_cents if self.changed else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingVariables:
    """Whether a choice is taken, whether a shipment stays unbooked, and what contracts miss."""

    model: CpModel
    problem: RebookingProblem
    taken: dict[Choice, IntVar]
    unbooked: dict[str, IntVar]
    missing: dict[ContractMinimum, IntVar]

    @classmethod
    def create(cls, problem: RebookingProblem, choices: tuple[Choice, ...]) -> BookingVariables:
        """Fresh variables in a fresh model, in canonical order."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        return cls(
            model=model,
            problem=problem,
            taken={choice: model.new_bool_var("") for choice in choices},
            unbooked={row.shipment_id: model.new_bool_var("") for row in problem.shipments},
            missing={
                row: model.new_int_var(0, row.minimum_shipments, "") for row in problem.contract_minimums
            },
        )
