"""Who orders: tier, place, credit, service terms and how their orders may be split."""

from __future__ import annotations

from dataclasses import dataclass

from domain.checks import BASIS_POINTS, require, require_cents, require_quantity, require_text
from domain.ids import CustomerId, ZoneId
from domain.network import Place

LOWEST_TIER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTerms:
    """Credit limit and what is already open against it, in cents."""

    limit_cents: int | None = None
    open_receivables_cents: int = 0
    days_past_due: int = 0
    on_hold: bool = False

    def __post_init__(self) -> None:
        """Refuse a negative limit or age."""
        if self.limit_cents is not None:
            require_quantity(self.limit_cents, "limit_cents")
        require_cents(self.open_receivables_cents, "open_receivables_cents")
        require_quantity(self.days_past_due, "days_past_due")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaTerms:
    """What a late or missing line costs under contract; rates in basis points of the line value."""

    late_penalty_bp_per_day: int = 100
    fixed_penalty_cents: int = 0
    penalty_cap_bp: int = 1_000
    cancel_probability_bp: int = 500

    def __post_init__(self) -> None:
        """Refuse negative rates and shares above the whole."""
        require_quantity(self.late_penalty_bp_per_day, "late_penalty_bp_per_day")
        require_quantity(self.fixed_penalty_cents, "fixed_penalty_cents")
        require_quantity(self.penalty_cap_bp, "penalty_cap_bp")
        require(
            0 <= self.cancel_probability_bp <= BASIS_POINTS, "cancel_probability_bp is outside 0 to 10000."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPolicy:
    """How many shipments an order of this customer may take, and whether it must ship complete."""

    max_shipments: int = 2
    ship_complete: bool = False

    def __post_init__(self) -> None:
        """Refuse a policy that allows no shipment."""
        require(self.max_shipments >= 1, "max_shipments is below 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A business partner; tier 1 is served first, tier 4 last.

    ``routing_scacs`` are the carriers its routing guide allows (empty: any); shipping with another one
    costs ``routing_chargeback_cents``.
    """

    customer_id: CustomerId
    name: str
    tier: int
    zone_id: ZoneId
    place: Place
    credit: CreditTerms
    sla: SlaTerms
    split: SplitPolicy
    required_fields: tuple[str, ...] = ("street", "postcode", "city")
    routing_scacs: tuple[str, ...] = ()
    routing_chargeback_cents: int = 0
    minimum_shelf_life_days: int = 0
    allows_substitutes: bool = True
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Refuse a customer without name or tier."""
        require_text(self.customer_id, "customer_id")
        require_text(self.name, "customer name")
        require(1 <= self.tier <= LOWEST_TIER, f"tier is {self.tier}, expected 1 to {LOWEST_TIER}.")
        require_quantity(self.routing_chargeback_cents, "routing_chargeback_cents")
        require_quantity(self.minimum_shelf_life_days, "minimum_shelf_life_days")
        require_text(self.currency, "currency")
