"""What is sold, what may stand in for it, and what was agreed on its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_cents, require_quantity, require_text, require_utc
from domain.ids import ContractId, CustomerId, ItemId


class ItemLifecycle(StrEnum):
    """Whether an item may still be sold."""

    ACTIVE = "active"
    DISCONTINUED = "discontinued"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """An item that may replace another, at an extra cost per unit, only if the original is short."""

    item_id: ItemId
    extra_cost_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A stock-keeping unit: weight, price, landed cost and substitutes in order of preference."""

    item_id: ItemId
    sku: str
    name: str
    weight_grams: int
    list_price_cents: int
    landed_cost_cents: int
    case_pack_quantity: int = 1
    substitutes: tuple[Substitute, ...] = ()
    category: str = ""
    lifecycle: ItemLifecycle = ItemLifecycle.ACTIVE
    unit_of_measure: str = "ea"
    minimum_order_quantity: int = 0
    volume_cm3: int = 0
    restricted_countries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an item that cannot be weighed or priced."""
        require_text(self.item_id, "item_id")
        require_text(self.sku, "sku")
        require_quantity(self.weight_grams, "weight_grams")
        require_quantity(self.list_price_cents, "list_price_cents")
        require_quantity(self.landed_cost_cents, "landed_cost_cents")
        require(self.case_pack_quantity >= 1, "case_pack_quantity is below 1.")
        require_quantity(self.minimum_order_quantity, "minimum_order_quantity")
        require_quantity(self.volume_cm3, "volume_cm3")
        require(all(s.item_id != self.item_id for s in self.substitutes), f"{self.sku} substitutes itself.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPrice:
    """The unit price agreed with a customer for an item over a period."""

    contract_id: ContractId
    customer_id: CustomerId
    item_id: ItemId
    unit_price_cents: int
    valid_from: datetime
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an inverted period."""
        require_cents(self.unit_price_cents, "unit_price_cents")
        require_utc(self.valid_from, "valid_from")
        require_utc(self.valid_until, "valid_until")
        require(
            self.valid_until is None or self.valid_until > self.valid_from, "contract ends before it starts."
        )
