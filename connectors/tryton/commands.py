"""Commands as Tryton's own steps: each verb looks first whether its goal is reached already."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.tryton import keys
from connectors.tryton.client import TrytonClient, TrytonWarningError
from connectors.tryton.redistribution import Redistribution
from connectors.tryton.saga import LOCKABLE, Saga, Target, lock_on, refusal
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, number, optional_day, optional_link, reference, text
from domain.commands import (
    Action,
    ExpediteSupply,
    ReallocateLine,
    RebookCarrier,
    ReleaseCreditHold,
    SetLinePrice,
    SetOrderField,
    SplitLine,
    SplitPart,
    target_of,
)

_CREDIT_WARNINGS = (".credit_limit_amount", ".credit_limit_dunning")
_RELEASED = frozenset({"confirmed", "processing", "done"})
_NOT_PACKED = frozenset({"draft", "waiting", "assigned", "picked"})
_ADDRESS_FIELDS = {
    "name": "party_name",
    "street": "street_unstructured",
    "postcode": "postal_code",
    "city": "city",
}
_CENT = Decimal(100)
#: Tryton asks one confirmation at a time; an order over the limit of a dunned customer asks twice.
_MOST_WARNINGS = 3


def target_row(client: TrytonClient, action: Action) -> Target:
    """The row that carries the notes of an action: its order, shipment or purchase.

    Raises:
        TrytonRefusalError: Tryton does not take this action.
        BadInputError: the action names a record of another source.
    """
    match action:
        case ReleaseCreditHold() | SetLinePrice() | SetOrderField() | ReallocateLine() | SplitLine():
            return Target(model="sale.sale", row_id=keys.number_of(keys.SALE, action.order_id))
        case RebookCarrier():
            shipment = keys.number_of(keys.SHIPMENT, action.shipment_id)
            return Target(model="stock.shipment.out", row_id=shipment)
        case ExpediteSupply():
            move = client.read("stock.move", [keys.number_of(keys.INCOMING, action.supply_id)], ["origin"])
            origin = reference(move[0], "origin") if move else None
            if origin is None or origin[0] != "purchase.line":
                raise refusal(f"{action.supply_id} is no receipt of a purchase any more.")
            line = client.read("purchase.line", [origin[1]], ["purchase"])[0]
            return Target(model="purchase.purchase", row_id=link(line, "purchase"))
        case _:
            raise refusal(
                f"Tryton does not take the command {action.verb}.", "Do it in the system it is for."
            )


def carry_out(saga: Saga) -> str:
    """Do what the command says and tell what was done, in words.

    Raises:
        RefusedError: Tryton, or the state it is in, does not allow it.
        ConflictError: a record was changed meanwhile.
    """
    action = saga.command.action
    match action:
        case ReleaseCreditHold():
            return _release(saga, action)
        case SetLinePrice():
            return _set_price(saga, action)
        case SetOrderField():
            return _set_field(saga, action)
        case ReallocateLine():
            part = SplitPart(node_id=action.to_node_id, quantity=action.quantity)
            return _redistribution(saga, action, (part,)).run()
        case SplitLine():
            return _redistribution(saga, action, action.parts).run()
        case RebookCarrier():
            return _rebook(saga, action)
        case ExpediteSupply():
            return _expedite(saga, action)
        case _:
            raise refusal(
                f"Tryton does not take the command {action.verb}.", "Do it in the system it is for."
            )


def goal_reached(saga: Saga) -> bool:
    """Whether Tryton is already in the state the command asks for."""
    action = saga.command.action
    match action:
        case ReleaseCreditHold():
            return saga.row("sale.sale", saga.target.row_id, "state")["state"] in _RELEASED
        case SetLinePrice():
            line, sale = _line_and_sale(saga, action)
            return (
                number(line, "unit_price") == _wanted_price(saga, action, line) and sale["state"] != "draft"
            )
        case SetOrderField():
            address, field = _address_of(saga, action)
            return address.get(field) == action.value
        case ReallocateLine():
            part = SplitPart(node_id=action.to_node_id, quantity=action.quantity)
            return _redistribution(saga, action, (part,)).is_done()
        case SplitLine():
            return _redistribution(saga, action, action.parts).is_done()
        case RebookCarrier():
            row = saga.row("stock.shipment.out", saga.target.row_id, "carrier", "planned_date", "state")
            wanted = keys.number_of(keys.CARRIER, action.service_id)
            day = _pickup_day(saga, action)
            return row["carrier"] == wanted and day in {None, row["planned_date"]} and row["state"] != "draft"
        case ExpediteSupply():
            return optional_day(_incoming(saga, action), "planned_date") == _local_day(saga, action)
        case _:
            return False


def lock_after(saga: Saga) -> str:
    """The ``_timestamp`` of the record the command changed, as it is now."""
    ref = target_of(saga.command.action)
    model, prefix = LOCKABLE[ref.kind]
    return text(saga.row(model, keys.number_of(prefix, ref.entity_id)), "_timestamp")


def _release(saga: Saga, action: ReleaseCreditHold) -> str:
    del action
    sale = saga.row("sale.sale", saga.target.row_id, "state", "number")
    if sale["state"] in _RELEASED:
        return "the order was released already"
    if sale["state"] != "quotation":
        raise refusal(f"The order is {sale['state']} in Tryton; only a quotation can be released.")
    saga.check_expected()
    lock = lock_on("sale.sale", sale)
    for _ in range(_MOST_WARNINGS):
        try:
            saga.act(saga.client.press, "sale.sale", "confirm", [saga.target.row_id], lock=lock)
        except TrytonWarningError as warning:
            # Releasing a hold is what was approved: only the credit warnings are confirmed.
            if not warning.name.endswith(_CREDIT_WARNINGS):
                raise
            saga.act(saga.client.call, "model.res.user.warning.skip", warning.name, False)
        else:
            return "credit hold released, order confirmed"
    raise refusal("Tryton kept asking for a confirmation of the credit limit.")


def _line_and_sale(saga: Saga, action: SetLinePrice) -> tuple[Row, Row]:
    line_id = keys.number_of(keys.SALE_LINE, action.line_id)
    line = saga.row("sale.line", line_id, "sale", "unit_price", "unit", "product")
    if link(line, "sale") != saga.target.row_id:
        raise refusal(f"{action.line_id} is no line of {action.order_id}.")
    return line, saga.row("sale.sale", saga.target.row_id, "state")


def _wanted_price(saga: Saga, action: SetLinePrice, line: Row) -> Decimal:
    """The price for the unit the line is sold in; the command's is for the item's stock unit."""
    product = saga.row("product.product", link(line, "product"), "default_uom")
    per_unit = saga.reference_data.in_stock_unit(
        Decimal(1), optional_link(line, "unit"), link(product, "default_uom")
    )
    return Decimal(action.unit_price_cents) / _CENT * per_unit


def _set_price(saga: Saga, action: SetLinePrice) -> str:
    line, sale = _line_and_sale(saga, action)
    price = _wanted_price(saga, action, line)
    state = text(sale, "state")
    resumed = saga.noted("begun") is not None
    if state not in {"draft", "quotation"}:
        if number(line, "unit_price") == price:
            return "the price was set already"
        raise refusal(f"The order is {state} in Tryton; its prices can no longer be changed.")
    if not resumed:
        if number(line, "unit_price") == price:
            return "the price was set already"
        saga.check_expected()
        saga.note("begun", state)
    sale_id = saga.target.row_id
    if state == "quotation" and number(line, "unit_price") != price:
        saga.act(saga.client.press, "sale.sale", "draft", [sale_id], lock=lock_on("sale.sale", sale))
        state = "draft"
    if number(line, "unit_price") != price:
        lock = lock_on("sale.line", line)
        saga.act(saga.client.write, "sale.line", [link(line, "id")], {"unit_price": price}, lock=lock)
    if state == "draft" and saga.noted("begun") == "quotation":
        saga.act(saga.client.press, "sale.sale", "quote", [sale_id])
    return f"unit price set to {price:.2f}"


def _address_of(saga: Saga, action: SetOrderField) -> tuple[Row, str]:
    field = _ADDRESS_FIELDS.get(action.field)
    if field is None:
        raise refusal(f"Tryton keeps no {action.field} with the address of an order.")
    sale = saga.row("sale.sale", saga.target.row_id, "shipment_address")
    address = optional_link(sale, "shipment_address")
    if address is None:
        raise refusal("The order has no delivery address in Tryton.", "Choose one there.")
    return saga.row("party.address", address, field), field


def _set_field(saga: Saga, action: SetOrderField) -> str:
    address, field = _address_of(saga, action)
    if address.get(field) == action.value:
        return f"the {action.field} was set already"
    saga.check_expected()
    lock = lock_on("party.address", address)
    saga.act(saga.client.write, "party.address", [link(address, "id")], {field: action.value}, lock=lock)
    return f"{action.field} of the delivery address set to {action.value}"


def _redistribution(
    saga: Saga, action: ReallocateLine | SplitLine, parts: tuple[SplitPart, ...]
) -> Redistribution:
    start = keys.number_of(keys.WAREHOUSE, action.from_node_id)
    wanted = {keys.number_of(keys.WAREHOUSE, part.node_id): part.quantity for part in parts}
    wanted.pop(start, None)
    return Redistribution(
        saga, line=keys.number_of(keys.SALE_LINE, action.line_id), start=start, wanted=wanted
    )


def _pickup_day(saga: Saga, action: RebookCarrier) -> date | None:
    if action.pickup_at is None:
        return None
    return action.pickup_at.astimezone(saga.reference_data.zone()).date()


def _rebook(saga: Saga, action: RebookCarrier) -> str:
    shipment = saga.target.row_id
    fields = ("state", "carrier", "planned_date")
    row = saga.row("stock.shipment.out", shipment, *fields)
    carrier, day = keys.number_of(keys.CARRIER, action.service_id), _pickup_day(saga, action)
    if text(row, "state") not in _NOT_PACKED:
        if row["carrier"] == carrier:
            return "the carrier was changed already"
        raise refusal(f"The shipment is {row['state']} in Tryton; its carrier can no longer be changed.")
    resumed = saga.noted("begun") is not None
    if row["carrier"] == carrier and day in {None, row["planned_date"]} and not resumed:
        return "the carrier was changed already"
    if not resumed:
        saga.check_expected()
    if row["carrier"] != carrier:
        lock = lock_on("stock.shipment.out", row)
        saga.act(saga.client.write, "stock.shipment.out", [shipment], {"carrier": carrier}, lock=lock)
    if resumed or (day is not None and day != row["planned_date"]):
        _reschedule(saga, shipment, text(row, "state"), day)
    return f"carrier changed to {saga.reference_data.carriers[carrier]['name']}"


def _reschedule(saga: Saga, shipment: int, state: str, day: date | None) -> None:
    """Give an unpacked shipment another day: only a draft takes one, then it is assigned again."""
    if saga.noted("begun") is None:
        saga.note("begun", state)
    if state == "picked":
        raise refusal("The shipment is being picked in Tryton; its day can no longer be changed.")
    # ``draft`` alone would leave the picking moves of a partly assigned shipment behind: wait first.
    for button in ("wait", "draft") if state != "draft" else ():
        saga.act(saga.client.press, "stock.shipment.out", button, [shipment])
    saga.act(saga.client.write, "stock.shipment.out", [shipment], {"planned_date": day})
    for button in ("wait", "assign_try"):
        saga.act(saga.client.press, "stock.shipment.out", button, [shipment])


def _local_day(saga: Saga, action: ExpediteSupply) -> date:
    return action.eta_at.astimezone(saga.reference_data.zone()).date()


def _incoming(saga: Saga, action: ExpediteSupply) -> Row:
    return saga.row("stock.move", keys.number_of(keys.INCOMING, action.supply_id), "state", "planned_date")


def _expedite(saga: Saga, action: ExpediteSupply) -> str:
    move, day = _incoming(saga, action), _local_day(saga, action)
    if optional_day(move, "planned_date") == day:
        return "the receipt was planned for that day already"
    if move["state"] != "draft":
        raise refusal(f"The receipt is {move['state']} in Tryton; it can no longer be moved.")
    saga.check_expected()
    lock = lock_on("stock.move", move)
    saga.act(saga.client.write, "stock.move", [link(move, "id")], {"planned_date": day}, lock=lock)
    return f"receipt expedited to {day.isoformat()} for {action.cost_cents / 100:,.2f}"
