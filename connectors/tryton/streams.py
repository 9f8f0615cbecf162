"""Which tables drive a stream, and how a page's root rows become records.

A *driver* is a table read by modification time; each of its changed rows leads to *roots*, the rows that
records are made of. So a picked move makes its order line and its allocation new, although neither of
those rows was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.tryton import between_warehouses, billing, building, desk, keys
from connectors.tryton.reading import Batch, Reader
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, links, modified, optional_link, reference

#: Root row id to when it changed, in microseconds.
Roots = dict[int, int]
ToRoots = Callable[[Reader, list[Row]], Roots]

_LINE_MOVES: list[object] = [["origin", "like", "sale.line,%"]]
_PICK_MOVES: list[object] = [["origin", "like", "stock.move,%"]]
_PURCHASE_MOVES: list[object] = [["origin", "like", "purchase.line,%"]]
_INTERNAL_MOVES: list[object] = [["shipment", "like", "stock.shipment.internal,%"]]
_OUT_MOVES: list[object] = [["shipment", "like", "stock.shipment.out,%"]]
_GOODS: list[object] = [["type", "=", "goods"]]
_GOODS_LINES: list[object] = [["type", "=", "line"], ["product.type", "=", "goods"]]
_WAREHOUSES: list[object] = [["type", "=", "warehouse"]]
_CUSTOMER_INVOICES: list[object] = [["type", "=", "out"]]
#: Named so, a search finds what was put out of use as well: that is a change too.
_ANY_ACTIVITY: list[object] = [["active", "in", [True, False]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A table followed by modification time; the first driver of a stream holds all its roots."""

    model: str
    domain: list[object]
    to_roots: ToRoots
    fields: tuple[str, ...] = ()

    @property
    def is_own_root(self) -> bool:
        """Whether the changed rows are the roots themselves, so that they are read once for both."""
        return self.to_roots is _own


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReader:
    """A stream: its drivers, what builds its records, and its ids (None: absences tell nothing)."""

    drivers: tuple[Driver, ...]
    build: Callable[[Reader, Roots], Batch]
    ids: Callable[[Reader], frozenset[str]] | None
    #: The module of Tryton that brings the tables; without it the stream is empty.
    module: str = ""


def _newest(pairs: list[tuple[int, int]]) -> Roots:
    roots: Roots = {}
    for root, event in pairs:
        roots[root] = max(event, roots.get(root, 0))
    return roots


def _own(_reader: Reader, rows: list[Row]) -> Roots:
    return {link(row, "id"): modified(row) for row in rows}


def _by_link(name: str) -> ToRoots:
    def to_roots(_reader: Reader, rows: list[Row]) -> Roots:
        pairs = [(optional_link(row, name), modified(row)) for row in rows]
        return _newest([(root, event) for root, event in pairs if root is not None])

    return to_roots


def _by_links(name: str) -> ToRoots:
    def to_roots(_reader: Reader, rows: list[Row]) -> Roots:
        return _newest([(root, modified(row)) for row in rows for root in links(row, name)])

    return to_roots


def _by_reference(name: str) -> ToRoots:
    def to_roots(_reader: Reader, rows: list[Row]) -> Roots:
        pairs = [(reference(row, name), modified(row)) for row in rows]
        return _newest([(target[1], event) for target, event in pairs if target is not None])

    return to_roots


def _by_search(model: str, name: str, domain: list[object]) -> ToRoots:
    """Roots are the rows of ``model`` whose link ``name`` is one of the changed rows."""

    def to_roots(reader: Reader, rows: list[Row]) -> Roots:
        events = _own(reader, rows)
        clauses: list[object] = [[name, "in", list(events)], *domain]
        found = reader.client.search_read(model, clauses, [name])
        return _newest([(link(row, "id"), events[link(row, name)]) for row in found])

    return to_roots


def _moves_of_shipments(reader: Reader, rows: list[Row]) -> Roots:
    events = _own(reader, rows)
    targets = [f"stock.shipment.out,{each}" for each in events]
    moves = reader.found("stock.move", [["shipment", "in", targets], *_LINE_MOVES])
    return {link(move, "id"): events[shipment] for move in moves if (shipment := _target(move, "shipment"))}


def _lines_of_shipments(reader: Reader, rows: list[Row]) -> Roots:
    events = _moves_of_shipments(reader, rows)
    moves = reader.rows("stock.move", events)
    return _newest([(_target(move, "origin"), events[each]) for each, move in moves.items()])


def _moves_of_purchases(reader: Reader, rows: list[Row]) -> Roots:
    events = _newest([(line, modified(row)) for row in rows for line in links(row, "lines")])
    targets = [f"purchase.line,{each}" for each in events]
    moves = reader.found("stock.move", [["origin", "in", targets]])
    return {link(move, "id"): events[_target(move, "origin")] for move in moves}


def _lane_sites(reader: Reader, rows: list[Row]) -> Roots:
    """A new or moved address may open a zone for every site."""
    event = max(modified(row) for row in rows)
    return dict.fromkeys(reader.reference_data.warehouses, event)


def _target(row: Row, name: str) -> int:
    found = reference(row, name)
    return found[1] if found else 0


def _all(prefix: str, model: str, domain: list[object]) -> Callable[[Reader], frozenset[str]]:
    def ids(reader: Reader) -> frozenset[str]:
        return frozenset(keys.key(prefix, each) for each in reader.client.search(model, domain))

    return ids


def _changed(model: str, domain: list[object], to_roots: ToRoots, *fields: str) -> Driver:
    return Driver(model=model, domain=domain, to_roots=to_roots, fields=fields)


def _table(model: str, domain: list[object] | None = None) -> Driver:
    """The table whose rows the records are made of."""
    return _changed(model, domain or [], _own)


def _part(model: str, domain: list[object], name: str) -> Driver:
    """Rows that are part of a root by their link ``name``."""
    return _changed(model, domain, _by_link(name), name)


def _holding(model: str, domain: list[object], name: str) -> Driver:
    """Rows that hold roots in their field ``name``."""
    return _changed(model, domain, _by_links(name), name)


def _referring(model: str, domain: list[object], name: str) -> Driver:
    """Rows that refer to a root in their reference field ``name``."""
    return _changed(model, domain, _by_reference(name), name)


STREAMS: Mapping[str, StreamReader] = {
    "nodes": StreamReader(
        drivers=(
            _table("stock.location", _WAREHOUSES),
            _changed("party.address", [], _by_search("stock.location", "address", _WAREHOUSES)),
        ),
        build=building.nodes,
        ids=_all(keys.WAREHOUSE, "stock.location", _WAREHOUSES),
    ),
    "lanes": StreamReader(
        drivers=(
            _table("stock.location", _WAREHOUSES),
            _changed("party.address", [], _lane_sites),
        ),
        build=building.lanes,
        ids=building.lane_ids,
    ),
    "carriers": StreamReader(
        drivers=(
            _table("carrier"),
            _changed("party.party", [], _by_search("carrier", "party", [])),
            _changed(
                "product.product", [["type", "=", "service"]], _by_search("carrier", "carrier_product", [])
            ),
        ),
        build=building.carriers,
        ids=_all(keys.CARRIER, "carrier", []),
    ),
    "items": StreamReader(
        drivers=(
            _table("product.product", _GOODS),
            _holding("product.template", _GOODS, "products"),
        ),
        build=building.items,
        ids=_all(keys.ITEM, "product.product", _GOODS),
    ),
    "customers": StreamReader(
        drivers=(
            _table("party.party"),
            _part("party.address", [], "party"),
            _part("sale.sale", [], "party"),
            _part("account.invoice", _CUSTOMER_INVOICES, "party"),
        ),
        build=building.customers,
        ids=building.customer_ids,
    ),
    "orders": StreamReader(
        drivers=(
            _table("sale.sale"),
            _part("sale.line", [], "sale"),
            _changed("party.address", [], _by_search("sale.sale", "shipment_address", [])),
        ),
        build=building.orders,
        ids=_all(keys.SALE, "sale.sale", []),
    ),
    "lines": StreamReader(
        drivers=(
            _table("sale.line", _GOODS_LINES),
            _changed("sale.sale", [], _by_search("sale.line", "sale", _GOODS_LINES)),
            _referring("stock.move", _LINE_MOVES, "origin"),
            _changed("stock.shipment.out", [], _lines_of_shipments),
        ),
        build=building.lines,
        ids=_all(keys.SALE_LINE, "sale.line", _GOODS_LINES),
    ),
    "stock": StreamReader(
        drivers=(
            _table("product.product", _GOODS),
            _part("stock.move", [["state", "=", "done"]], "product"),
        ),
        build=building.positions,
        ids=None,
    ),
    "allocations": StreamReader(
        drivers=(
            _table("stock.move", _LINE_MOVES),
            _referring("stock.move", _PICK_MOVES, "origin"),
            _changed("stock.shipment.out", [], _moves_of_shipments),
        ),
        build=building.allocations,
        ids=building.allocation_ids,
    ),
    "supply": StreamReader(
        drivers=(
            _table("stock.move", _PURCHASE_MOVES),
            _changed("purchase.purchase", [], _moves_of_purchases, "lines"),
        ),
        build=building.supply,
        ids=_all(keys.INCOMING, "stock.move", _PURCHASE_MOVES),
    ),
    "shipments": StreamReader(
        drivers=(
            _table("stock.shipment.out"),
            _referring("stock.move", _OUT_MOVES, "shipment"),
            _holding("sale.sale", [], "shipments"),
        ),
        build=building.shipments,
        ids=_all(keys.SHIPMENT, "stock.shipment.out", []),
    ),
    "invoices": StreamReader(
        drivers=(
            _table("account.invoice", _CUSTOMER_INVOICES),
            _part("account.invoice.line", [["invoice.type", "=", "out"]], "invoice"),
        ),
        build=billing.invoices,
        ids=billing.invoice_ids,
    ),
    "transfers": StreamReader(
        drivers=(
            _table("stock.shipment.internal"),
            _referring("stock.move", _INTERNAL_MOVES, "shipment"),
        ),
        build=between_warehouses.transfers,
        ids=between_warehouses.transfer_ids,
    ),
    "contacts": StreamReader(
        drivers=(
            _table("party.party"),
            _part("party.contact_mechanism", _ANY_ACTIVITY, "party"),
        ),
        build=desk.contacts,
        ids=desk.contact_ids,
    ),
    "complaints": StreamReader(
        drivers=(_table("sale.complaint"),),
        build=desk.complaints,
        ids=_all(keys.COMPLAINT, "sale.complaint", []),
        module="sale_complaint",
    ),
}
