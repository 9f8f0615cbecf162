"""Ships another item on an order line: a quotation is rewritten, a confirmed order is amended."""

from __future__ import annotations

from decimal import Decimal

from connectors.tryton import keys
from connectors.tryton.saga import Saga, lock_on, refusal
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, links, number, optional_link, reference, text, whole
from domain.commands import SubstituteItem

_SHIPMENT = "stock.shipment.out"
_OPEN_SHIPMENT = frozenset({"waiting", "assigned"})


def is_substituted(saga: Saga, action: SubstituteItem) -> bool:
    """Whether the line is of the other item, and its order is on its way again."""
    line, sale = _line_and_sale(saga, action)
    wanted = keys.number_of(keys.ITEM, action.substitute_item_id)
    if link(line, "product") != wanted or sale["state"] == "draft":
        return False
    return saga.noted("begun") is not None and not any(
        row["state"] == "waiting" for row in _shipments_of(saga, link(line, "id"))
    )


def substitute(saga: Saga, action: SubstituteItem) -> str:
    """Put another item in place of all units of a line, at the line's own price.

    Raises:
        RefusedError: part of the line was shipped, or Tryton refused a step.
        ConflictError: the order or line was changed since the decision.
    """
    line, sale = _line_and_sale(saga, action)
    wanted = keys.number_of(keys.ITEM, action.substitute_item_id)
    state = text(sale, "state")
    if saga.noted("begun") is None:
        if link(line, "product") == wanted:
            return "the line was of that item already"
        _require_whole_line(saga, action, line)
        if state not in {"draft", "quotation", "processing"}:
            raise refusal(f"The order is {state} in Tryton; its items can no longer be changed.")
        saga.check_expected()
        saga.note("begun", state)
    if saga.noted("begun") == "processing":
        _amend(saga, line, wanted)
        _assign_again(saga, link(line, "id"))
    else:
        _rewrite(saga, line, sale, wanted)
    return f"{action.quantity} units of {_code(saga, wanted)} in place of {action.item_id}"


def _line_and_sale(saga: Saga, action: SubstituteItem) -> tuple[Row, Row]:
    fields = ("sale", "product", "quantity", "unit", "unit_price")
    line = saga.row("sale.line", keys.number_of(keys.SALE_LINE, action.line_id), *fields)
    if link(line, "sale") != saga.target.row_id:
        raise refusal(f"{action.line_id} is no line of {action.order_id}.")
    return line, saga.row("sale.sale", saga.target.row_id, "state")


def _require_whole_line(saga: Saga, action: SubstituteItem, line: Row) -> None:
    """Tryton keeps one item a line: it can only be replaced as a whole."""
    present = link(line, "product")
    if present != keys.number_of(keys.ITEM, action.item_id):
        raise refusal(f"{action.line_id} is no longer of {action.item_id}.")
    product = saga.row("product.product", present, "default_uom")
    units = saga.reference_data.in_stock_unit(
        number(line, "quantity"), optional_link(line, "unit"), link(product, "default_uom")
    )
    if whole(units, "quantity") != action.quantity:
        raise refusal(f"The line has {units:f} units; Tryton replaces all of a line or nothing.")
    gone: list[object] = [["origin", "=", f"sale.line,{link(line, 'id')}"], ["state", "=", "done"]]
    if saga.client.search("stock.move", gone, limit=1):
        raise refusal("Part of the line was shipped already; Tryton replaces all of a line or nothing.")


def _rewrite(saga: Saga, line: Row, sale: Row, wanted: int) -> None:
    """A quotation goes back to draft for it, and becomes a quotation again."""
    state, sale_id = text(sale, "state"), saga.target.row_id
    if link(line, "product") != wanted:
        if state == "quotation":
            saga.act(saga.client.press, "sale.sale", "draft", [sale_id], lock=lock_on("sale.sale", sale))
            state = "draft"
        lock = lock_on("sale.line", line)
        saga.act(saga.client.write, "sale.line", [link(line, "id")], {"product": wanted}, lock=lock)
    if state == "draft" and saga.noted("begun") == "quotation":
        saga.act(saga.client.press, "sale.sale", "quote", [sale_id])


def _amend(saga: Saga, line: Row, wanted: int) -> None:
    """An order that is being carried out is amended; the amendment carries the command's key."""
    if link(line, "product") == wanted:
        return
    for row in _shipments_of(saga, link(line, "id")):
        if row["state"] not in _OPEN_SHIPMENT:
            raise refusal(f"A shipment of the line is {row['state']} in Tryton; it can no longer be changed.")
        # Assigned goods of the old item are given free first; a draft would keep them.
        saga.act(saga.client.press, _SHIPMENT, "wait", [link(row, "id")])
    tag = f"CT:{saga.command.key}"
    known = saga.client.search("sale.amendment", [["description", "=", tag], ["state", "=", "draft"]])
    amendment = (
        known[0] if known else saga.act(saga.client.create, "sale.amendment", _change(saga, line, wanted))
    )
    saga.act(saga.client.press, "sale.amendment", "validate_amendment", [amendment])


def _change(saga: Saga, line: Row, wanted: int) -> Row:
    change: Row = {
        "action": "line",
        "line": link(line, "id"),
        "product": wanted,
        "quantity": float(number(line, "quantity")),
        "unit": optional_link(line, "unit"),
        "unit_price": Decimal(str(number(line, "unit_price"))),
    }
    return {
        "sale": saga.target.row_id,
        "description": f"CT:{saga.command.key}",
        "lines": [["create", [change]]],
    }


def _assign_again(saga: Saga, line: int) -> None:
    for row in _shipments_of(saga, line):
        if row["state"] == "waiting":
            saga.act(saga.client.press, _SHIPMENT, "assign_try", [link(row, "id")])


def _shipments_of(saga: Saga, line: int) -> list[Row]:
    """The shipments of the order that carry the line."""
    moves = saga.client.search_read(
        "stock.move", [["origin", "=", f"sale.line,{line}"], ["state", "!=", "cancelled"]], ["shipment"]
    )
    ours = {target[1] for move in moves if (target := reference(move, "shipment")) and target[0] == _SHIPMENT}
    sale = saga.row("sale.sale", saga.target.row_id, "shipments")
    return saga.client.read(_SHIPMENT, [each for each in links(sale, "shipments") if each in ours], ["state"])


def _code(saga: Saga, product: int) -> str:
    return text(saga.row("product.product", product, "code"), "code")
