"""Builds a stream's records from its root rows: a handful of reads for the whole page, then pure mapping.

A row that lacks a link is passed on with an empty partner: the mapping then refuses that one record and
says which field it missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connectors.tryton import keys, mapping, mapping_network
from connectors.tryton.reading import Batch, Reader
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, reference
from domain.ids import EntityKind, EntityRef

Roots = dict[int, int]


def _id(row: Row, name: str) -> int:
    """The id in a link field; 0 without one."""
    value = row.get(name)
    return value if isinstance(value, int) else 0


def linked_ids(row: Row, name: str) -> list[int]:
    """The ids in a field of several links; none without them."""
    value = row.get(name)
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def _linked(reader: Reader, model: str, rows: Iterable[Row], name: str) -> dict[int, Row]:
    """The rows of ``model`` that a link field of the rows points to."""
    return reader.rows(model, {found for row in rows if (found := _id(row, name))})


def target(row: Row, name: str, model: str) -> int:
    """The id in a reference field that must point to ``model``; 0 when it points elsewhere."""
    found = reference(row, name)
    return found[1] if found and found[0] == model else 0


def _moves_of(reader: Reader, name: str, model: str, ids: Iterable[int]) -> dict[int, list[Row]]:
    """Stock moves grouped by the row of ``model`` that their reference field ``name`` points to."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    targets = [f"{model},{each}" for each in sorted(ids)]
    if targets:
        for row in reader.found("stock.move", [[name, "in", targets]]):
            grouped[target(row, name, model)].append(row)
    return grouped


def nodes(reader: Reader, roots: Roots) -> Batch:
    """Warehouses."""
    batch = Batch()
    sites = reader.rows("stock.location", roots)
    addresses = _linked(reader, "party.address", sites.values(), "address")
    for each, row in sorted(sites.items()):
        address = addresses.get(_id(row, "address"))
        key = (keys.key(keys.WAREHOUSE, each), row, roots[each])
        reader.keep(batch, key, mapping_network.node, row, address, reader.reference_data)
    return batch


def _zones(reader: Reader) -> dict[str, Row]:
    """One address of each zone that customers live in."""
    excluded = sorted(reader.reference_data.no_customers)
    rows = reader.found("party.address", [["party", "not in", excluded]])
    return {mapping_network.zone_of(row, reader.reference_data): row for row in reversed(rows)}


def lanes(reader: Reader, roots: Roots) -> Batch:
    """Each warehouse to each zone that customers live in."""
    batch = Batch()
    sites = reader.rows("stock.location", roots)
    addresses = _linked(reader, "party.address", sites.values(), "address")
    zones = _zones(reader)
    data = reader.reference_data
    for each, row in sorted(sites.items()):
        address = addresses.get(_id(row, "address"))
        for zone, example in sorted(zones.items()):
            key = (keys.key(keys.LANE, each, zone), row, roots[each])
            reader.keep(batch, key, mapping_network.lane, row, address, zone, example, data)
    return batch


def lane_ids(reader: Reader) -> frozenset[str]:
    """All lanes there are now."""
    zones = _zones(reader)
    return frozenset(
        keys.key(keys.LANE, site, zone) for site in reader.reference_data.warehouses for zone in zones
    )


def carriers(reader: Reader, roots: Roots) -> Batch:
    """Carriers, one service each."""
    batch = Batch()
    for each, row in sorted(reader.rows("carrier", roots).items()):
        key = (keys.key(keys.CARRIER, each), row, roots[each])
        reader.keep(batch, key, mapping_network.carrier_service, each, reader.reference_data)
    return batch


def items(reader: Reader, roots: Roots) -> Batch:
    """Products that are goods."""
    batch = Batch()
    for each, row in sorted(reader.rows("product.product", roots).items()):
        key = (keys.key(keys.ITEM, each), row, roots[each])
        reader.keep(batch, key, mapping_network.item, row, reader.reference_data)
    return batch


def customers(reader: Reader, roots: Roots) -> Batch:
    """Parties that order, with what is open against their credit limit."""
    batch = Batch()
    wanted = {each for each in roots if each not in reader.reference_data.no_customers}
    parties = reader.rows("party.party", wanted)
    terms = reader.client.read("party.party", sorted(parties), ["credit_amount", "credit_limit_amount"])
    credit = {link(row, "id"): row for row in terms}
    first = {each: next(iter(linked_ids(row, "addresses")), 0) for each, row in parties.items()}
    addresses = reader.rows("party.address", {each for each in first.values() if each})
    categories = reader.rows(
        "party.category", {c for row in parties.values() for c in linked_ids(row, "categories")}
    )
    for each, row in sorted(parties.items()):
        names = [str(categories[c].get("name")) for c in linked_ids(row, "categories") if c in categories]
        whole_row = {**row, **credit.get(each, {})}
        key = (keys.key(keys.PARTY, each), whole_row, roots[each])
        address = addresses.get(first[each])
        reader.keep(batch, key, mapping_network.customer, whole_row, address, names, reader.reference_data)
    return batch


def customer_ids(reader: Reader) -> frozenset[str]:
    """All customers there are now."""
    found = set(reader.client.search("party.party", [])) - reader.reference_data.no_customers
    return frozenset(keys.key(keys.PARTY, each) for each in found)


def orders(reader: Reader, roots: Roots) -> Batch:
    """Sales."""
    batch = Batch()
    sales = reader.rows("sale.sale", roots)
    addresses = _linked(reader, "party.address", sales.values(), "shipment_address")
    parties = _linked(reader, "party.party", sales.values(), "party")
    data = reader.reference_data
    unsummed = sorted(each for each, row in sales.items() if row.get("total_amount_cache") is None)
    priced: dict[int, list[Row]] = defaultdict(list)
    if unsummed:
        wanted: list[object] = [["sale", "in", unsummed], ["type", "=", "line"]]
        for line in reader.client.search_read("sale.line", wanted, ["sale", "quantity", "unit_price"]):
            priced[_id(line, "sale")].append(line)
    for each, row in sorted(sales.items()):
        address = addresses.get(_id(row, "shipment_address"))
        party = parties.get(_id(row, "party"), {})
        key = (keys.key(keys.SALE, each), row, roots[each])
        reader.keep(batch, key, mapping.sales_order, row, priced[each], address, party, data)
    return batch


def lines(reader: Reader, roots: Roots) -> Batch:
    """Sale lines of goods."""
    batch = Batch()
    rows = reader.rows("sale.line", roots)
    sales = _linked(reader, "sale.sale", rows.values(), "sale")
    products = _linked(reader, "product.product", rows.values(), "product")
    moves = _moves_of(reader, "origin", "sale.line", rows)
    for each, row in sorted(rows.items()):
        key = (keys.key(keys.SALE_LINE, each), row, roots[each])
        sale = sales.get(_id(row, "sale"), {})
        product = products.get(_id(row, "product"), {})
        own = moves.get(each, [])
        reader.keep(batch, key, mapping.order_line, row, sale, product, own, reader.reference_data)
    return batch


def positions(reader: Reader, roots: Roots) -> Batch:
    """Stock on hand of the products in every warehouse; empty positions only once something changed."""
    batch = Batch()
    products = reader.rows("product.product", roots)
    for warehouse in sorted(reader.reference_data.warehouses):
        here: Row = {"locations": [warehouse]}
        for row in reader.client.read("product.product", sorted(products), ["quantity"], context=here):
            each = link(row, "id")
            if not reader.first or row.get("quantity") != 0:
                key = (keys.key(keys.POSITION, each, warehouse), {**products[each], **row}, roots[each])
                reader.keep(batch, key, mapping.position, row, warehouse)
    return batch


def allocations(reader: Reader, roots: Roots) -> Batch:
    """The reserved and the planned half of outgoing moves; a half that is empty now is gone."""
    batch = Batch()
    outgoing = reader.rows("stock.move", roots)
    picking = _moves_of(reader, "origin", "stock.move", outgoing)
    for each, row in sorted(outgoing.items()):
        if not target(row, "origin", "sale.line"):
            continue
        before, rejected = len(batch.records), len(batch.rejected)
        key = (keys.key(keys.ALLOCATION, each), row, roots[each])
        reader.keep(batch, key, mapping.allocations, row, picking.get(each, []), reader.reference_data)
        if len(batch.rejected) > rejected:
            continue
        present = {record.ref.entity_id for record in batch.records[before:]}
        for half in (keys.RESERVED, keys.PLANNED):
            entity_id = keys.key(keys.ALLOCATION, each, half)
            if entity_id not in present:
                reader.gone(batch, EntityRef(kind=EntityKind.ALLOCATION, entity_id=entity_id), roots[each])
    return batch


def allocation_ids(reader: Reader) -> frozenset[str]:
    """All allocations there are now."""
    found = reader.found(
        "stock.move",
        [["origin", "like", "sale.line,%"], ["state", "in", ["staging", "draft", "assigned"]]],
    )
    batch = allocations(reader, {link(row, "id"): 0 for row in found})
    return frozenset(record.ref.entity_id for record in batch.records)


def supply(reader: Reader, roots: Roots) -> Batch:
    """Receipts expected from purchases."""
    batch = Batch()
    line_of = {
        each: line
        for each, row in reader.rows("stock.move", roots).items()
        if (line := target(row, "origin", "purchase.line"))
    }
    moves = reader.rows("stock.move", line_of)
    purchase_lines = reader.rows("purchase.line", line_of.values())
    purchases = _linked(reader, "purchase.purchase", purchase_lines.values(), "purchase")
    suppliers = _linked(reader, "party.party", purchases.values(), "party")
    for each, row in sorted(moves.items()):
        purchase = purchases.get(_id(purchase_lines.get(line_of[each], {}), "purchase"), {})
        supplier = suppliers.get(_id(purchase, "party"), {})
        key = (keys.key(keys.INCOMING, each), row, roots[each])
        reader.keep(batch, key, mapping.inbound, row, purchase, supplier, reader.reference_data)
    return batch


def shipments(reader: Reader, roots: Roots) -> Batch:
    """Customer shipments that carry order lines."""
    batch = Batch()
    rows = reader.rows("stock.shipment.out", roots)
    moves = _moves_of(reader, "shipment", "stock.shipment.out", rows)
    outgoing = {each: [m for m in moves[each] if target(m, "origin", "sale.line")] for each in rows}
    first_line = {each: target(own[0], "origin", "sale.line") for each, own in outgoing.items() if own}
    sale_lines = reader.rows("sale.line", first_line.values())
    sales = _linked(reader, "sale.sale", sale_lines.values(), "sale")
    for each, line in sorted(first_line.items()):
        key = (keys.key(keys.SHIPMENT, each), rows[each], roots[each])
        sale = sales.get(_id(sale_lines.get(line, {}), "sale"), {})
        reader.keep(batch, key, mapping.shipment, rows[each], outgoing[each], sale, reader.reference_data)
    return batch
