"""Every way a shipment could be picked up, and the two plans made without a solver."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from optimization.carrier_problem import CarrierService, RebookingProblem, ShipmentDemand
from optimization.constraints.variables import Choice
from optimization.plan import Booking, BookingPlan


def first_pickup_day(shipment: ShipmentDemand, service: CarrierService) -> int:
    """The first day on which a service can take a shipment, its cut-off considered."""
    missed = shipment.ready_minute_of_day > service.cutoff_minute_of_day
    return shipment.ready_day + (1 if missed else 0)


def build_choices(problem: RebookingProblem) -> tuple[Choice, ...]:
    """Shipment by offer by pickup day, in canonical order."""
    shipments = {row.shipment_id: row for row in problem.shipments}
    services = {row.service_id: row for row in problem.services}
    days: dict[str, list[int]] = defaultdict(list)
    for row in problem.service_days:
        days[row.service_id].append(row.day)
    return tuple(
        Choice(
            shipment=shipments[offer.shipment_id],
            offer=offer,
            carrier_id=services[offer.service_id].carrier_id,
            pickup_day=day,
        )
        for offer in problem.offers
        for day in days[offer.service_id]
        if day >= first_pickup_day(shipments[offer.shipment_id], services[offer.service_id])
    )


class _Room:
    """Pickups and weight left on each service and day."""

    def __init__(self, problem: RebookingProblem) -> None:
        self._pickups = {(row.service_id, row.day): row.pickups for row in problem.service_days}
        self._grams = {(row.service_id, row.day): row.weight_grams for row in problem.service_days}
        self._count: Counter[tuple[str, int]] = Counter()
        self._load: Counter[tuple[str, int]] = Counter()

    def take(self, choice: Choice) -> bool:
        """Take a choice if there is room for it."""
        slot = (choice.offer.service_id, choice.pickup_day)
        grams = self._grams[slot]
        load = self._load[slot] + choice.shipment.weight_grams
        if self._count[slot] >= self._pickups[slot] or (grams is not None and load > grams):
            return False
        self._count[slot] += 1
        self._load[slot] = load
        return True


def todays_bookings(problem: RebookingProblem, choices: tuple[Choice, ...]) -> BookingPlan:
    """What happens if nobody acts: current bookings hold while they are possible, in id order."""
    return _plan(_Room(problem), (choice for choice in choices if _is_current(choice)))


def greedy_bookings(problem: RebookingProblem, choices: tuple[Choice, ...]) -> BookingPlan:
    """Shipments with the most to lose first, each on its cheapest choice with room left."""
    of_shipment: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        of_shipment[choice.shipment.shipment_id].append(choice)

    def regret(options: list[Choice]) -> tuple[int, str]:
        cents = sorted([*(option.cents for option in options), options[0].shipment.unbooked_cents])
        return (cents[0] - cents[1], options[0].shipment.shipment_id)

    ranked = sorted(of_shipment.values(), key=regret)
    best_first = (
        choice
        for options in ranked
        for choice in sorted(options, key=lambda option: option.cents)
        if choice.cents <= choice.shipment.unbooked_cents
    )
    return _plan(_Room(problem), best_first)


def _is_current(choice: Choice) -> bool:
    current = (choice.shipment.current_service_id, choice.shipment.current_pickup_day)
    return current == (choice.offer.service_id, choice.pickup_day)


def _plan(room: _Room, wanted: Iterable[Choice]) -> BookingPlan:
    """Take choices in the order given, one for each shipment, as long as there is room."""
    taken: dict[str, Booking] = {}
    for choice in wanted:
        shipment_id = choice.shipment.shipment_id
        if shipment_id not in taken and room.take(choice):
            taken[shipment_id] = Booking(
                shipment_id=shipment_id, service_id=choice.offer.service_id, pickup_day=choice.pickup_day
            )
    return BookingPlan(bookings=tuple(taken.values()))
