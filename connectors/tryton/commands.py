"""Commands as Tryton's own steps: each verb looks first whether its goal is reached already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.tryton import keys
from connectors.tryton.client import TrytonClient, TrytonWarningError
from connectors.tryton.crediting import credit, is_credited
from connectors.tryton.promise import is_promised, promise
from connectors.tryton.redistribution import Redistribution
from connectors.tryton.saga import LOCKABLE, Saga, Target, lock_on, refusal
from connectors.tryton.shipment_commands import (
    day_of,
    is_rebooked,
    is_recovered,
    is_rescheduled,
    is_shipped_short,
    rebook,
    recover,
    reschedule,
    ship_short,
)
from connectors.tryton.substitution import is_substituted, substitute
from connectors.tryton.tagged import Row
from connectors.tryton.transfer import is_transferred, transfer
from connectors.tryton.values import link, number, optional_day, optional_link, reference, text
from domain.commands import (
    Action,
    AddNote,
    ApproveReturn,
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    ReallocateLine,
    RebookCarrier,
    RecoverShipment,
    ReleaseCreditHold,
    RescheduleShipment,
    SetLinePrice,
    SetOrderField,
    ShipShort,
    SplitLine,
    SplitPart,
    SubstituteItem,
    TransferStock,
    target_of,
)

_CREDIT_WARNINGS = (".credit_limit_amount", ".credit_limit_dunning")
_RELEASED = frozenset({"confirmed", "processing", "done"})
_ACCEPTED = frozenset({"approved", "done"})
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
    """The row that carries the notes of an action: its order, shipment, purchase, invoice or complaint.

    Raises:
        TrytonRefusalError: Tryton does not take this action.
        BadInputError: the action names a record of another source.
    """
    match action:
        case ReleaseCreditHold() | SetLinePrice() | SetOrderField() | AddNote():
            return Target(model="sale.sale", row_id=keys.number_of(keys.SALE, action.order_id))
        case PromiseDate() | ReallocateLine() | SplitLine() | SubstituteItem():
            return Target(model="sale.sale", row_id=keys.number_of(keys.SALE, action.order_id))
        case TransferStock():
            lines = client.read("sale.line", [keys.number_of(keys.SALE_LINE, action.line_id)], ["sale"])
            if not lines:
                raise refusal(f"{action.line_id} is no longer in Tryton.")
            return Target(model="sale.sale", row_id=link(lines[0], "sale"))
        case ApproveReturn():
            complaint = keys.number_of(keys.COMPLAINT, action.service_case_id)
            return Target(model="sale.complaint", row_id=complaint)
        case RebookCarrier() | RescheduleShipment() | ShipShort() | RecoverShipment():
            shipment = keys.number_of(keys.SHIPMENT, action.shipment_id)
            return Target(model="stock.shipment.out", row_id=shipment)
        case CreditInvoiceLine():
            invoice = keys.number_of(keys.INVOICE, action.invoice_id)
            return Target(model="account.invoice", row_id=invoice)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verb:
    """How a kind of action is done, and how one sees that Tryton is so already."""

    do: Callable[[Saga, Any], str]
    is_so: Callable[[Saga, Any], bool]


def carry_out(saga: Saga) -> str:
    """Do what the command says and tell what was done, in words.

    Raises:
        RefusedError: Tryton, or the state it is in, does not allow it.
        ConflictError: a record was changed meanwhile.
    """
    return _VERBS[type(saga.command.action)].do(saga, saga.command.action)


def goal_reached(saga: Saga) -> bool:
    """Whether Tryton is already in the state the command asks for."""
    return _VERBS[type(saga.command.action)].is_so(saga, saga.command.action)


def lock_after(saga: Saga) -> str:
    """The ``_timestamp`` of the record the command changed, as it is now."""
    ref = target_of(saga.command.action)
    model, prefix = LOCKABLE[ref.kind]
    return text(saga.row(model, keys.number_of(prefix, ref.entity_id)), "_timestamp")


def _undecided(saga: Saga, model: str, *, state: str, done: frozenset[str], refused: str) -> Row | None:
    """The target row while it is in the ``state`` that the command ends; None once it is ``done``.

    Raises:
        RefusedError: it is in another state, told by ``refused``.
        ConflictError: it was changed since the decision.
    """
    row = saga.row(model, saga.target.row_id, "state")
    if row["state"] in done:
        return None
    if row["state"] != state:
        raise refusal(refused.format(row["state"]))
    saga.check_expected()
    return row


def _release(saga: Saga, action: ReleaseCreditHold) -> str:
    del action
    refused = "The order is {} in Tryton; only a quotation can be released."
    sale = _undecided(saga, "sale.sale", state="quotation", done=_RELEASED, refused=refused)
    if sale is None:
        return "the order was released already"
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


def _is_released(saga: Saga, action: ReleaseCreditHold) -> bool:
    del action
    return saga.row("sale.sale", saga.target.row_id, "state")["state"] in _RELEASED


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


def _is_priced(saga: Saga, action: SetLinePrice) -> bool:
    line, sale = _line_and_sale(saga, action)
    return number(line, "unit_price") == _wanted_price(saga, action, line) and sale["state"] != "draft"


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


def _is_filled(saga: Saga, action: SetOrderField) -> bool:
    address, field = _address_of(saga, action)
    return address.get(field) == action.value


def _redistribution(
    saga: Saga, action: ReallocateLine | SplitLine, parts: tuple[SplitPart, ...]
) -> Redistribution:
    start = keys.number_of(keys.WAREHOUSE, action.from_node_id)
    wanted = {keys.number_of(keys.WAREHOUSE, part.node_id): part.quantity for part in parts}
    wanted.pop(start, None)
    return Redistribution(
        saga, line=keys.number_of(keys.SALE_LINE, action.line_id), start=start, wanted=wanted
    )


def _whole(action: ReallocateLine) -> tuple[SplitPart, ...]:
    return (SplitPart(node_id=action.to_node_id, quantity=action.quantity),)


def _reallocate(saga: Saga, action: ReallocateLine) -> str:
    return _redistribution(saga, action, _whole(action)).run()


def _is_reallocated(saga: Saga, action: ReallocateLine) -> bool:
    return _redistribution(saga, action, _whole(action)).is_done()


def _split(saga: Saga, action: SplitLine) -> str:
    return _redistribution(saga, action, action.parts).run()


def _is_split(saga: Saga, action: SplitLine) -> bool:
    return _redistribution(saga, action, action.parts).is_done()


def _incoming(saga: Saga, action: ExpediteSupply) -> Row:
    return saga.row("stock.move", keys.number_of(keys.INCOMING, action.supply_id), "state", "planned_date")


def _expedite(saga: Saga, action: ExpediteSupply) -> str:
    move, day = _incoming(saga, action), day_of(saga, action.eta_at)
    if optional_day(move, "planned_date") == day:
        return "the receipt was planned for that day already"
    if move["state"] != "draft":
        raise refusal(f"The receipt is {move['state']} in Tryton; it can no longer be moved.")
    saga.check_expected()
    lock = lock_on("stock.move", move)
    saga.act(saga.client.write, "stock.move", [link(move, "id")], {"planned_date": day}, lock=lock)
    return f"receipt expedited to {day.isoformat()} for {action.cost_cents / 100:,.2f}"


def _is_expedited(saga: Saga, action: ExpediteSupply) -> bool:
    return optional_day(_incoming(saga, action), "planned_date") == day_of(saga, action.eta_at)


def _approve(saga: Saga, action: ApproveReturn) -> str:
    del action
    refused = "The complaint is {} in Tryton; only a submitted one is approved."
    complaint = _undecided(saga, "sale.complaint", state="waiting", done=_ACCEPTED, refused=refused)
    if complaint is None:
        return "the complaint was approved already"
    lock = lock_on("sale.complaint", complaint)
    saga.act(saga.client.press, "sale.complaint", "approve", [saga.target.row_id], lock=lock)
    return "complaint approved"


def _is_approved(saga: Saga, action: ApproveReturn) -> bool:
    del action
    return saga.row("sale.complaint", saga.target.row_id, "state")["state"] in _ACCEPTED


def _say(saga: Saga, action: AddNote) -> str:
    """The note that every command leaves is the whole of it."""
    del saga
    return action.text


def _is_said(saga: Saga, action: AddNote) -> bool:
    """Only the note itself tells, and it is looked for before."""
    del saga, action
    return False


#: ``target_row`` refuses what is not named here, so a saga is always of one of these.
_VERBS: dict[type[Action], _Verb] = {
    ReleaseCreditHold: _Verb(do=_release, is_so=_is_released),
    SetLinePrice: _Verb(do=_set_price, is_so=_is_priced),
    SetOrderField: _Verb(do=_set_field, is_so=_is_filled),
    PromiseDate: _Verb(do=promise, is_so=is_promised),
    ReallocateLine: _Verb(do=_reallocate, is_so=_is_reallocated),
    SplitLine: _Verb(do=_split, is_so=_is_split),
    SubstituteItem: _Verb(do=substitute, is_so=is_substituted),
    TransferStock: _Verb(do=transfer, is_so=is_transferred),
    ExpediteSupply: _Verb(do=_expedite, is_so=_is_expedited),
    RebookCarrier: _Verb(do=rebook, is_so=is_rebooked),
    RescheduleShipment: _Verb(do=reschedule, is_so=is_rescheduled),
    ShipShort: _Verb(do=ship_short, is_so=is_shipped_short),
    RecoverShipment: _Verb(do=recover, is_so=is_recovered),
    ApproveReturn: _Verb(do=_approve, is_so=_is_approved),
    CreditInvoiceLine: _Verb(do=credit, is_so=is_credited),
    AddNote: _Verb(do=_say, is_so=_is_said),
}
