"""The fields that a file of the first run can fill, and by which headings they are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_NOT_A_WORD: Final = re.compile(r"[^a-z0-9äöüß]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field, how its values are read, and headings that usually mean it (in small letters)."""

    name: str
    title: str
    type: str = "text"
    is_required: bool = True
    known_as: tuple[str, ...] = ()


_ITEM: Final = Field(
    name="item_id",
    title="Item",
    known_as=("item", "sku", "item no", "item number", "article", "material", "product", "part", "artikel"),
)
_NODE: Final = Field(
    name="node_id",
    title="Warehouse",
    is_required=False,
    known_as=("node", "warehouse", "site", "dc", "location", "plant", "lager", "werk"),
)

FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "inventory_position": (
        _ITEM,
        _NODE,
        Field(
            name="on_hand_quantity",
            title="On hand",
            type="whole",
            known_as=("on hand", "qty", "quantity", "stock", "on hand qty", "available", "bestand", "menge"),
        ),
        Field(
            name="safety_stock_quantity",
            title="Safety stock",
            type="whole",
            is_required=False,
            known_as=("safety", "safety stock", "minimum", "min", "mindestbestand"),
        ),
    ),
    "order_line": (
        Field(
            name="order_id",
            title="Order",
            known_as=("order", "order no", "order number", "so", "sales order", "auftrag", "auftragsnummer"),
        ),
        Field(
            name="position",
            title="Line",
            type="whole",
            is_required=False,
            known_as=("line", "line no", "pos", "position"),
        ),
        _ITEM,
        Field(
            name="ordered_quantity",
            title="Ordered",
            type="whole",
            known_as=("ordered", "qty", "quantity", "ordered qty", "order qty", "menge"),
        ),
        Field(
            name="shipped_quantity",
            title="Shipped",
            type="whole",
            is_required=False,
            known_as=("shipped", "delivered", "shipped qty", "geliefert"),
        ),
        Field(
            name="unit_price_cents",
            title="Unit price",
            type="cents",
            is_required=False,
            known_as=("price", "unit price", "preis", "einzelpreis"),
        ),
        Field(
            name="requested_at",
            title="Requested",
            type="end_of_date",
            known_as=("requested", "requested date", "wanted", "request date", "wunschtermin"),
        ),
        Field(
            name="promised_at",
            title="Promised",
            type="end_of_date",
            known_as=("promised", "promised date", "due", "due date", "promise", "zugesagt", "liefertermin"),
        ),
        _NODE,
    ),
    "inbound_supply": (
        Field(
            name="number",
            title="Purchase order",
            known_as=("po", "po number", "purchase order", "bestellung"),
        ),
        _ITEM,
        _NODE,
        Field(
            name="ordered_quantity",
            title="Ordered",
            type="whole",
            known_as=("ordered", "qty", "quantity", "menge"),
        ),
        Field(
            name="received_quantity",
            title="Received",
            type="whole",
            is_required=False,
            known_as=("received", "received qty", "erhalten"),
        ),
        Field(name="due_at", title="Due", type="end_of_date", known_as=("due", "due date", "fällig")),
        Field(
            name="eta_at",
            title="Expected",
            type="end_of_date",
            known_as=("eta", "expected", "arrival", "ankunft"),
        ),
        Field(
            name="supplier_name",
            title="Supplier",
            is_required=False,
            known_as=("supplier", "vendor", "lieferant"),
        ),
    ),
}


def guess(field: Field, headings: Sequence[str]) -> str:
    """The heading that usually means the field; empty where none does."""
    plain = {_plain(heading): heading for heading in headings}
    return next((plain[word] for word in (field.title.lower(), *field.known_as) if word in plain), "")


def _plain(heading: str) -> str:
    return _NOT_A_WORD.sub(" ", heading.lower()).strip()
