"""Exception situations in the seeded Tryton, one function each, made as its people would make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.support.tryton_day import today
from tests.support.tryton_rpc import Row, TrytonRefusal, TrytonRpc
from tests.support.tryton_seed import PRODUCTS, Distributor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line of an order to place; the price defaults to the list price, in dollars."""

    product: str
    quantity: int
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A sale in Tryton with the ids of its lines and shipments at the time it was made."""

    sale: int
    number: str
    lines: tuple[int, ...]
    shipments: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateInbound:
    """A purchase that should have come, and the order that waits for it."""

    purchase: int
    moves: tuple[int, ...]
    order: Order


def _sale_lines(rpc: TrytonRpc, distributor: Distributor, wanted: tuple[Wanted, ...]) -> list[Row]:
    unit = rpc.one("product.uom", [["name", "=", "Unit"]])["id"]
    return [
        {
            "product": distributor.products[line.product],
            "quantity": float(line.quantity),
            "unit": unit,
            "unit_price": Decimal(line.price or PRODUCTS[line.product][1]),
        }
        for line in wanted
    ]


def read_order(rpc: TrytonRpc, sale: int) -> Order:
    """The sale as it is in Tryton now."""
    return _read_orders(rpc, [sale])[0]


def _read_orders(rpc: TrytonRpc, sales: list[int]) -> list[Order]:
    rows = rpc.find("sale.sale", [["id", "in", sales]], "number", "lines", "shipments")
    found = {
        row["id"]: Order(
            sale=row["id"],
            number=row["number"] or "",
            lines=tuple(row["lines"]),
            shipments=tuple(row["shipments"]),
        )
        for row in rows
    }
    return [found[each] for each in sales]


def _sale_values(
    rpc: TrytonRpc,
    distributor: Distributor,
    *wanted: Wanted,
    customer: str,
    warehouse: str,
    carrier: str = "Coastal Parcel",
    shipping_date: date | None = None,
) -> Row:
    party = distributor.customers[customer]
    row = rpc.read("party.party", party, "addresses", "customer_payment_term")
    return {
        "party": party,
        "invoice_address": row["addresses"][0],
        "shipment_address": row["addresses"][0],
        "payment_term": row["customer_payment_term"],
        "warehouse": distributor.warehouses[warehouse],
        "shipping_date": shipping_date,
        "carrier": distributor.carriers[carrier],
        "lines": [["create", _sale_lines(rpc, distributor, wanted)]],
    }


def _quote(rpc: TrytonRpc, *values: Row) -> list[Order]:
    sales = rpc.create("sale.sale", *values)
    rpc.press("sale.sale", "quote", *sales)
    return _read_orders(rpc, sales)


def _confirm(rpc: TrytonRpc, *orders: Order) -> list[Order]:
    sales = [order.sale for order in orders]
    rpc.press("sale.sale", "confirm", *sales)
    confirmed = _read_orders(rpc, sales)
    shipments = [each for order in confirmed for each in order.shipments]
    if shipments:
        rpc.press("stock.shipment.out", "assign_try", *shipments)
    return confirmed


def quote_sale(
    rpc: TrytonRpc,
    distributor: Distributor,
    *wanted: Wanted,
    customer: str,
    warehouse: str,
    carrier: str = "Coastal Parcel",
    shipping_date: date | None = None,
) -> Order:
    """Enter a sale and make it a quotation."""
    values = _sale_values(
        rpc,
        distributor,
        *wanted,
        customer=customer,
        warehouse=warehouse,
        carrier=carrier,
        shipping_date=shipping_date,
    )
    return _quote(rpc, values)[0]


def confirm_sale(rpc: TrytonRpc, order: Order) -> Order:
    """Confirm a quotation: Tryton processes it and makes the shipment; then try to assign the stock."""
    return _confirm(rpc, order)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What orders of one line may have in common."""

    product: str
    quantity: int
    warehouse: str = "COL"
    customer: str = "C-ALDER"


class Shelf:
    """Confirmed orders made ahead, assigned as far as stock goes: Tryton takes a second to confirm one alone,
    and hardly longer for many together.
    """

    def __init__(self, rpc: TrytonRpc, distributor: Distributor, ahead: Mapping[Kind, int]) -> None:
        """Make so many of each kind."""
        self._rpc = rpc
        self._distributor = distributor
        kinds = [kind for kind, number in ahead.items() for _ in range(number)]
        self._orders: dict[Kind, list[Order]] = {kind: [] for kind in ahead}
        for kind, order in zip(kinds, self._made(kinds), strict=True):
            self._orders[kind].append(order)

    def take(self, kind: Kind) -> Order:
        """An order that nobody has had yet; made now when there is none left."""
        ready = self._orders.get(kind)
        return ready.pop(0) if ready else self._made([kind])[0]

    def _made(self, kinds: list[Kind]) -> list[Order]:
        values = {
            kind: _sale_values(
                self._rpc,
                self._distributor,
                Wanted(product=kind.product, quantity=kind.quantity),
                customer=kind.customer,
                warehouse=kind.warehouse,
            )
            for kind in set(kinds)
        }
        return _confirm(self._rpc, *_quote(self._rpc, *(values[kind] for kind in kinds)))


def credit_hold(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """A quotation of $4,935.00 for a customer with a limit of $2,500: confirming it is refused.

    `rpc` must be a clerk's session: for a credit manager Tryton only warns.
    """
    wanted = Wanted(product="PUMP-25", quantity=15)
    order = quote_sale(rpc, distributor, wanted, customer="C-BIRCH", warehouse="COL")
    try:
        rpc.press("sale.sale", "confirm", order.sale)
    except TrytonRefusal as refusal:
        if refusal.kind != "UserError":
            raise
        return order
    raise AssertionError("Tryton confirmed a sale over the credit limit")


def shortage(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """Ten pumps ordered from Newark, which holds four, while Columbus holds sixty."""
    wanted = Wanted(product="PUMP-25", quantity=10)
    return confirm_sale(rpc, quote_sale(rpc, distributor, wanted, customer="C-ALDER", warehouse="NEW"))


def split_needed(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """Thirty gauges ordered from Newark, which holds 15; Columbus has 20, Reno 5: none can ship alone."""
    wanted = Wanted(product="GAUGE-1", quantity=30)
    return confirm_sale(rpc, quote_sale(rpc, distributor, wanted, customer="C-DOGWD", warehouse="NEW"))


def _place_purchase(rpc: TrytonRpc, distributor: Distributor, promised: date) -> int:
    supplier = distributor.suppliers["S-PACIF"]
    party = rpc.read("party.party", supplier, "addresses", "supplier_payment_term")
    line = {
        "product": distributor.products["MOTOR-2"],
        "quantity": 20.0,
        "unit": rpc.one("product.uom", [["name", "=", "Unit"]])["id"],
        "unit_price": Decimal(PRODUCTS["MOTOR-2"][2]),
    }
    values = {
        "party": supplier,
        "invoice_address": party["addresses"][0],
        "payment_term": party["supplier_payment_term"],
        "warehouse": distributor.warehouses["NEW"],
        "purchase_date": today() - timedelta(days=30),
        "delivery_date": promised,
        "lines": [["create", [line]]],
    }
    [purchase] = rpc.create("purchase.purchase", values)
    rpc.press("purchase.purchase", "quote", purchase)
    rpc.press("purchase.purchase", "confirm", purchase)
    return purchase


def late_inbound(rpc: TrytonRpc, distributor: Distributor, expected_in_days: int = 9) -> LateInbound:
    """Twenty motors promised to Newark for tomorrow, and an order for eight to ship in two days.

    The supplier then announces them for `expected_in_days` from today; a negative number makes the date pass
    without a receipt.
    """
    purchase = _place_purchase(rpc, distributor, today() + timedelta(days=1))
    moves = rpc.read("purchase.purchase", purchase, "moves")["moves"]
    needed = today() + timedelta(days=2)
    wanted = Wanted(product="MOTOR-2", quantity=8)
    quoted = quote_sale(rpc, distributor, wanted, customer="C-CEDAR", warehouse="NEW", shipping_date=needed)
    order = confirm_sale(rpc, quoted)
    rpc.write("stock.move", moves, {"planned_date": today() + timedelta(days=expected_in_days)})
    return LateInbound(purchase=purchase, moves=tuple(moves), order=order)


def wrong_price(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """A quotation with the large valve at $30.00 where the list says $38.00."""
    wanted = Wanted(product="VALVE-L", quantity=20, price="30.00")
    return quote_sale(rpc, distributor, wanted, customer="C-ALDER", warehouse="COL")


def complaint(
    rpc: TrytonRpc, distributor: Distributor, order: Order, *, quantity: int, customer: str = "C-ALDER"
) -> int:
    """Damaged units of an order's first line, submitted: the customer wants to send them back."""
    kind = rpc.one("sale.complaint.type", [["name", "=", "Damaged goods"]])["id"]
    values: Row = {
        "customer": distributor.customers[customer],
        "type": kind,
        "origin": f"sale.line,{order.lines[0]}",
        "description": "Housing is cracked\nSeen at the dock.",
        "actions": [["create", [{"action": "sale_return", "quantity": float(quantity)}]]],
    }
    [made] = rpc.create("sale.complaint", values)
    rpc.press("sale.complaint", "wait", made)
    return made


def carrier_to_change(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """A fully assigned shipment from Columbus with Overland Freight as its carrier, not yet packed."""
    wanted = (Wanted(product="VALVE-S", quantity=12), Wanted(product="SEAL-KIT", quantity=12))
    order = quote_sale(
        rpc, distributor, *wanted, customer="C-ALDER", warehouse="COL", carrier="Overland Freight"
    )
    return confirm_sale(rpc, order)


def routine(rpc: TrytonRpc, distributor: Distributor) -> Order:
    """An order with nothing wrong in it."""
    wanted = (Wanted(product="FILTER-A", quantity=6), Wanted(product="CLAMP-8", quantity=4))
    return confirm_sale(rpc, quote_sale(rpc, distributor, *wanted, customer="C-ALDER", warehouse="REN"))
