"""A transport system that gives the rates it was made with, or does not answer."""

from __future__ import annotations

from domain.errors import UnavailableError
from domain.ids import ShipmentId
from domain.quotes import LiveRate


class Tms:
    """Gives the rates it was made with, or does not answer."""

    def __init__(self, *rates: LiveRate, answers: bool = True) -> None:
        self.rates = rates
        self.answers = answers

    def live_rates(self, shipment_id: ShipmentId) -> tuple[LiveRate, ...]:
        """The rates, of whatever shipment."""
        del shipment_id
        if not self.answers:
            raise UnavailableError(what="The TMS cannot be reached.", remedy="Try again.")
        return self.rates
