"""Builds customer invoices of orders, less what credit notes took back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from connectors.tryton import keys, mapping
from connectors.tryton.building import linked_ids, target
from connectors.tryton.reading import Batch, Reader
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, number

#: The table of lines, of invoices and of credit notes alike.
LINE = "account.invoice.line"
#: A credit note that is only drafted may still be changed or thrown away.
_GIVEN_BACK: list[object] = ["invoice.state", "in", ["posted", "paid"]]


def invoices(reader: Reader, roots: dict[int, int]) -> Batch:
    """Customer invoices of orders; a credit note renews the invoice it takes back from."""
    batch = Batch()
    events = _with_origins(reader, roots)
    rows = reader.rows("account.invoice", events)
    invoice_lines = reader.rows(LINE, {each for row in rows.values() for each in linked_ids(row, "lines")})
    billed = {
        each: [
            invoice_lines[line]
            for line in linked_ids(row, "lines")
            if line in invoice_lines and _bills_goods(invoice_lines[line])
        ]
        for each, row in rows.items()
    }
    billing = [line for own in billed.values() for line in own]
    credited = _credited(reader, {link(line, "id") for line in billing})
    moves = reader.rows("stock.move", {m for line in billing for m in linked_ids(line, "stock_moves")})
    sale_lines = reader.rows("sale.line", {target(line, "origin", "sale.line") for line in billing})
    for each, own in sorted(billed.items()):
        if own:
            sent = [
                target(moves.get(m, {}), "shipment", "stock.shipment.out")
                for line in own
                for m in linked_ids(line, "stock_moves")
            ]
            sale_line = sale_lines.get(target(own[0], "origin", "sale.line"), {})
            key = (keys.key(keys.INVOICE, each), rows[each], events[each])
            first_sent = next((shipment for shipment in sent if shipment), None)
            reader.keep(batch, key, mapping.invoice, rows[each], own, sale_line, first_sent, credited)
    return batch


def invoice_ids(reader: Reader) -> frozenset[str]:
    """All invoices of orders there are now."""
    domain: list[object] = [["type", "=", "out"], ["lines.origin", "like", "sale.line,%"]]
    return frozenset(keys.key(keys.INVOICE, each) for each in reader.client.search("account.invoice", domain))


def _bills_goods(line: Row) -> bool:
    """Whether a line bills goods of an order: freight is billed beside them, and nobody signs for it."""
    product = line.get("product.")
    is_goods = isinstance(product, dict) and product.get("type") == "goods"
    return is_goods and target(line, "origin", "sale.line") != 0


def credits_of(lines: Collection[int]) -> list[object]:
    """The domain of the lines that credit lines of invoices."""
    return ["origin", "in", [f"{LINE},{each}" for each in sorted(lines)]]


def _with_origins(reader: Reader, roots: dict[int, int]) -> dict[int, int]:
    """The roots, and the invoices that those among them that are credit notes take back from."""
    events = dict(roots)
    notes = reader.rows("account.invoice", roots)
    note_of = {line: each for each, row in notes.items() for line in linked_ids(row, "lines")}
    origins = {
        line: origin
        for line, row in reader.rows(LINE, note_of).items()
        if (origin := target(row, "origin", LINE))
    }
    credited = reader.rows(LINE, origins.values())
    for line, origin in origins.items():
        if origin in credited:
            invoice = link(credited[origin], "invoice")
            events[invoice] = max(roots[note_of[line]], events.get(invoice, 0))
    return events


def _credited(reader: Reader, lines: Collection[int]) -> dict[int, Decimal]:
    """The units that credit notes took back, by id of the invoice's line."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    if lines:
        domain: list[object] = [credits_of(lines), _GIVEN_BACK]
        for row in reader.client.search_read(LINE, domain, ["origin", "quantity"]):
            found[target(row, "origin", LINE)] -= number(row, "quantity")
    return found
