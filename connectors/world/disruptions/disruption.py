"""What one disruption is: its kind, its time, what it hits and how hard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_text, require_utc
from domain.errors import BadInputError


class DisruptionKind(StrEnum):
    """What can go wrong on purpose."""

    CARRIER_STRIKE = "carrier_strike"
    CARRIER_CAPACITY_CUT = "carrier_capacity_cut"
    ETA_OPTIMISM = "eta_optimism"
    DC_OUTAGE = "dc_outage"
    LABOUR_SHORTAGE = "labour_shortage"
    RECEIVING_DELAY = "receiving_delay"
    SUPPLIER_SLIP = "supplier_slip"
    SUPPLIER_SHORT_SHIP = "supplier_short_ship"
    DEMAND_SURGE = "demand_surge"
    BIN_SHRINK = "bin_shrink"
    LOT_RECALL = "lot_recall"
    WRONG_PRICE_LIST = "wrong_price_list"
    CREDIT_LIMIT_CUT = "credit_limit_cut"
    MASTER_DATA_LOSS = "master_data_loss"
    DUPLICATE_EDI_REPLAY = "duplicate_edi_replay"
    FEED_OUTAGE = "feed_outage"
    TIME_ZONE_SHIFT = "time_zone_shift"
    WEATHER = "weather"
    BILLING_FAULT = "billing_fault"
    RETURN_WAVE = "return_wave"
    FRAUD_RING = "fraud_ring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """One disruption of a plan.

    ``targets`` are ids of what it hits, of the sort its kind names (nodes, carriers, items, positions,
    suppliers, customers, zones, feeds); ``parameters`` are whole numbers by name, the unit last.
    """

    disruption_id: str
    number: int
    kind: DisruptionKind
    starts_at: datetime
    ends_at: datetime
    targets: tuple[str, ...]
    parameters: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a disruption without target or duration."""
        require_text(self.disruption_id, "disruption_id")
        require_utc(self.starts_at, "starts_at")
        require_utc(self.ends_at, "ends_at")
        require(self.ends_at > self.starts_at, f"{self.disruption_id} ends before it starts.")
        require(bool(self.targets), f"{self.disruption_id} hits nothing.")

    def parameter(self, name: str) -> int:
        """A figure of the disruption.

        Raises:
            BadInputError: it has no such figure.
        """
        found = dict(self.parameters).get(name)
        if found is None:
            raise BadInputError(
                what=f"{self.disruption_id} has no {name}.",
                remedy="Draw the plan with this program's plan_for.",
            )
        return found


Plan = tuple[Disruption, ...]
