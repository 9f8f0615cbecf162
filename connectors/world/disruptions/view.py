"""What desks ask of the disruptions while they work: who is on strike, what is out, how much is lost."""

from __future__ import annotations

from datetime import datetime

from connectors.world.disruptions.disruption import Disruption, DisruptionKind, Plan

ALL_OF_IT = 100
_CARRIER_CAPACITY_CUT = DisruptionKind.CARRIER_CAPACITY_CUT.value
_CARRIER_STRIKE = DisruptionKind.CARRIER_STRIKE.value
_DC_OUTAGE = DisruptionKind.DC_OUTAGE.value
_ETA_OPTIMISM = DisruptionKind.ETA_OPTIMISM.value
_LABOUR_SHORTAGE = DisruptionKind.LABOUR_SHORTAGE.value
_RECEIVING_DELAY = DisruptionKind.RECEIVING_DELAY.value
_RETURN_WAVE = DisruptionKind.RETURN_WAVE.value
_SUPPLIER_SHORT_SHIP = DisruptionKind.SUPPLIER_SHORT_SHIP.value
_SUPPLIER_SLIP = DisruptionKind.SUPPLIER_SLIP.value
_TIME_ZONE_SHIFT = DisruptionKind.TIME_ZONE_SHIFT.value
_WEATHER = DisruptionKind.WEATHER.value
_WRONG_PRICE_LIST = DisruptionKind.WRONG_PRICE_LIST.value


class Disruptions:
    """The disruptions that are on now, by kind and target; opened and closed by the world's clock."""

    def __init__(self, plan: Plan) -> None:
        """Begin with none of them on."""
        self.plan = plan
        # By the kind's plain text: an enum's hash is a Python call, and desks ask a million times.
        self._on: dict[str, dict[str, Disruption]] = {}

    def begin(self, disruption: Disruption) -> None:
        """Let it act on each of its targets; the newest one of a kind counts."""
        for target in disruption.targets:
            self._on.setdefault(disruption.kind.value, {})[target] = disruption

    def end(self, disruption: Disruption) -> None:
        """Let it act no more."""
        hit = self._on[disruption.kind.value]
        for target in disruption.targets:
            if hit.get(target) is disruption:
                del hit[target]
        if not hit:
            del self._on[disruption.kind.value]

    def on(self, kind: DisruptionKind, target: str) -> Disruption | None:
        """The disruption of a kind that hits a target now."""
        return self._find(kind.value, target)

    def strike_ends_at(self, scac: str) -> datetime | None:
        """When the carrier moves again; ``None`` when it moves."""
        return self._end(_CARRIER_STRIKE, scac)

    def weather_ends_at(self, zone_id: str) -> datetime | None:
        """When roads into the zone are open again; ``None`` when they are."""
        return self._end(_WEATHER, zone_id)

    def outage_ends_at(self, node_id: str) -> datetime | None:
        """When the centre works again; ``None`` when it does."""
        return self._end(_DC_OUTAGE, node_id)

    def declined_percent(self, scac: str) -> int:
        """Tenders in a hundred that a carrier declines for want of trucks."""
        return self._figure(_CARRIER_CAPACITY_CUT, scac, "declined_percent", 0)

    def hidden_delay_hours(self, scac: str) -> int:
        """Hours a carrier takes longer than its ETAs say."""
        return self._figure(_ETA_OPTIMISM, scac, "hidden_delay_hours", 0)

    def labour_percent(self, node_id: str) -> int:
        """How much of its people a centre has."""
        return self._figure(_LABOUR_SHORTAGE, node_id, "labour_percent", ALL_OF_IT)

    def receiving_delay_hours(self, node_id: str) -> int:
        """Hours goods stand longer at a dock."""
        return self._figure(_RECEIVING_DELAY, node_id, "receiving_delay_hours", 0)

    def slip_days(self, supplier: str) -> int:
        """Days a supplier delivers late."""
        return self._figure(_SUPPLIER_SLIP, supplier, "slip_days", 0)

    def shipped_percent(self, supplier: str) -> int:
        """How much of what was ordered a supplier sends."""
        return self._figure(_SUPPLIER_SHORT_SHIP, supplier, "shipped_percent", ALL_OF_IT)

    def price_error_percent(self, item_id: str) -> int:
        """By how much the price list in force is wrong for an item."""
        return self._figure(_WRONG_PRICE_LIST, item_id, "price_error_percent", 0)

    def hours_shifted(self, scac: str) -> int:
        """Whole hours by which a carrier's clock is off."""
        return self._figure(_TIME_ZONE_SHIFT, scac, "hours_shifted", 0)

    def billing_fault_percent(self, node_id: str, fault: int) -> int:
        """Papers in a hundred of a centre that a fault of billing spoils (see ``billing_fault``)."""
        found = self.on(DisruptionKind.BILLING_FAULT, node_id)
        if found is None or found.parameter("fault") != fault:
            return 0
        return found.parameter("hit_percent")

    def returned_percent(self, item_id: str) -> int:
        """Deliveries in a hundred of an item that come back."""
        return self._figure(_RETURN_WAVE, item_id, "returned_percent", 0)

    def silent_since(self, source: str) -> datetime | None:
        """Since when a feed has been silent; ``None`` when it speaks."""
        found = self.on(DisruptionKind.FEED_OUTAGE, source)
        return None if found is None else found.starts_at

    def _find(self, kind: str, target: str) -> Disruption | None:
        hit = self._on.get(kind)
        return None if hit is None else hit.get(target)

    def _end(self, kind: str, target: str) -> datetime | None:
        found = self._find(kind, target)
        return None if found is None else found.ends_at

    def _figure(self, kind: str, target: str, name: str, otherwise: int) -> int:
        found = self._find(kind, target)
        return otherwise if found is None else found.parameter(name)
