"""Brings goods from one warehouse to another by an internal shipment, found again by the command's key."""

from __future__ import annotations

from connectors.tryton import keys
from connectors.tryton.saga import Saga, refusal
from connectors.tryton.shipment_commands import day_of
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, optional_text, text
from domain.commands import TransferStock

_INTERNAL = "stock.shipment.internal"
_UNDER_WAY = frozenset({"assigned", "packed", "shipped", "done"})


def is_transferred(saga: Saga, action: TransferStock) -> bool:
    """Whether the goods are set aside for the way, or on it."""
    del action
    found = _own(saga)
    return found is not None and found["state"] in _UNDER_WAY


def transfer(saga: Saga, action: TransferStock) -> str:
    """Plan an internal shipment and set its goods aside; packing and sending it is the warehouse's work.

    Raises:
        RefusedError: the goods are not free where they should come from; nothing is left planned.
        ConflictError: the order line was changed since the decision.
    """
    found = _own(saga)
    if found is None:
        saga.check_expected()
        saga.act(saga.client.create, _INTERNAL, _values(saga, action))
        found = _own(saga)
    if found is None:
        raise refusal("Tryton made no internal shipment of it.")
    shipment, state = link(found, "id"), text(found, "state")
    for button, before in (("wait", "draft"), ("assign_try", "waiting")):
        if state == before:
            saga.act(saga.client.press, _INTERNAL, button, [shipment])
            state = text(saga.row(_INTERNAL, shipment, "state"), "state")
    if state not in _UNDER_WAY:
        if state != "cancelled":
            saga.act(saga.client.press, _INTERNAL, "cancel", [shipment])
        raise refusal(f"{action.quantity} units are not free at {_name(saga, action.from_node_id)} any more.")
    way = f"{_name(saga, action.from_node_id)} to {_name(saga, action.to_node_id)}"
    number = optional_text(saga.row(_INTERNAL, shipment, "number"), "number")
    return f"{action.quantity} units set aside to go from {way} (internal shipment {number})"


def _own(saga: Saga) -> Row | None:
    rows = saga.client.search_read(_INTERNAL, [["reference", "=", f"CT:{saga.command.key}"]], ["state"])
    return rows[0] if rows else None


def _values(saga: Saga, action: TransferStock) -> Row:
    sites = [keys.number_of(keys.WAREHOUSE, each) for each in (action.from_node_id, action.to_node_id)]
    start, end = (
        link(saga.row("stock.location", each, "storage_location"), "storage_location") for each in sites
    )
    product = keys.number_of(keys.ITEM, action.item_id)
    unit = link(saga.row("product.product", product, "default_uom"), "default_uom")
    arrival = day_of(saga, action.arrive_at)
    today = arrival if saga.client.server_time is None else day_of(saga, saga.client.server_time)
    move: Row = {
        "product": product,
        "unit": unit,
        "quantity": float(action.quantity),
        "from_location": start,
        "to_location": end,
    }
    return {
        "reference": f"CT:{saga.command.key}",
        "from_location": start,
        "to_location": end,
        "planned_start_date": min(today, arrival),
        "planned_date": arrival,
        "moves": [["create", [move]]],
    }


def _name(saga: Saga, node_id: str) -> str:
    row = saga.reference_data.warehouses.get(keys.number_of(keys.WAREHOUSE, node_id), {})
    return optional_text(row, "name") or node_id
