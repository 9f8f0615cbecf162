"""What an order earns before freight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.world.truth.books import Books


def margin_cents(books: Books, order_id: str) -> int | None:
    """What the lines that are not cancelled bring above their landed cost; ``None`` where there are none."""
    lines = [line for line in books.lines_of_order.of(order_id).values() if not line.cancelled]
    margin = 0
    for line in lines:
        item = books.items.get(line.item_id)
        cost_cents = line.unit_price_cents if item is None else item.landed_cost_cents
        margin += line.ordered_quantity * (line.unit_price_cents - cost_cents)
    return margin if lines else None
