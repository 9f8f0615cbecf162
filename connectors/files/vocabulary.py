"""What columns are called in the field: other words for the names of fields, and how dates are written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.ids import EntityKind

#: Tried in this order; a day that could also be a month is read as the file's other dates allow.
DATE_FORMS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d",
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%m/%d/%y",
    "%d-%b-%Y", "%d-%m-%Y",
)  # fmt: skip

#: The fields that make an id where no column is one.
ID_OF_KIND: Mapping[EntityKind, tuple[str, ...]] = MappingProxyType(
    {
        EntityKind.INVENTORY_POSITION: ("node_id", "item_id"),
        EntityKind.SALES_ORDER: ("number",),
        EntityKind.ORDER_LINE: ("order_id", "position"),
        EntityKind.INBOUND_SUPPLY: ("number", "item_id"),
        EntityKind.CONTRACT_PRICE: ("customer_id", "item_id"),
        EntityKind.ALLOCATION: ("line_id", "node_id"),
        EntityKind.SERVICE_CASE: ("number",),
    }
)


def _words(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each.split()) for each in text.split("; "))


SAYS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "item_id": _words("item; item no; item number; sku; material; material number; article; product; "
                          "part; part no; part number; artikel; artikelnummer; stock code; product code"),
        "node_id": _words("node; warehouse; whse; wh; plant; dc; site; location; branch; depot; lager; werk"),
        "ship_from_node_id": _words("ship from; warehouse; plant; dc; branch"),
        "on_hand_quantity": _words("on hand; onhand; qty on hand; quantity on hand; stock; qoh; oh; balance; "
                                   "unrestricted; bestand; quantity; qty"),
        "safety_stock_quantity": _words("safety; safety stock; min stock; minimum; mindestbestand"),
        "customer_id": _words("customer; customer no; customer number; cust; cust no; account; sold to; "
                              "kunde; kundennummer; bill to"),
        "number": _words("no; number; order; order no; order number; so; sales order; document; doc no; po; "
                         "po no; po number; purchase order; auftrag; belegnummer; shipment; "
                         "case; case no; case number; ticket; ticket no; complaint"),
        "order_id": _words("order; order no; order number; sales order; so; so number; auftrag"),
        "position": _words("line; line no; line number; pos; position; item line; ln"),
        "ordered_quantity": _words("ordered; qty ordered; order qty; quantity; qty; ordered qty; menge"),
        "shipped_quantity": _words("shipped; qty shipped; shipped qty; delivered; delivered qty"),
        "received_quantity": _words("received; qty received; received qty"),
        "unit_price_cents": _words("price; unit price; net price; preis; each"),
        "total_cents": _words("total; amount; value; order value; net amount; order total; betrag"),
        "status": _words("status; state; order status"),
        "ordered_at": _words("ordered; order date; date; entered; created; ordered on; bestelldatum"),
        "requested_at": _words("wanted; requested; requested date; request date; need by; need date; due; "
                               "required date; customer date; wunschtermin"),
        "promised_at": _words("promised; promise date; promised date; ship date; confirmed date; "
                              "liefertermin"),
        "due_at": _words("due; due date; delivery date; expected; liefertermin"),
        "eta_at": _words("eta; expected; arrival; expected date; expected arrival"),
        "supplier_name": _words("supplier; vendor; vendor name; supplier name; lieferant"),
        "customer_po": _words("customer po; cust po; your reference; po number; purchase order"),
        "currency": _words("currency; curr; crcy; waehrung"),
        "name": _words("name; description; title; bezeichnung"),
        "email": _words("email; e mail; mail; mail address; email address"),
        "phone": _words("phone; telephone; tel; phone number; mobile; telefon"),
        "language": _words("language; lang; sprache"),
        "role": _words("role; function; department; funktion"),
        "preferred": _words("preferred; main contact; primary; hauptkontakt"),
        "contact_id": _words("contact id; contact no; contact number; person"),
        "subject": _words("subject; summary; betreff; issue; topic"),
        "opened_at": _words("opened; opened at; reported; reported on; eroeffnet"),
        "closed_at": _words("closed; closed at; resolved; solved on; geschlossen"),
        "ship_to.name": _words("ship to; ship to name; consignee"),
        "ship_to.street": _words("street; address; address 1; strasse"),
        "ship_to.postcode": _words("zip; zip code; postcode; postal code; plz"),
        "ship_to.city": _words("city; town; ort"),
        "ship_to.country": _words("country; land"),
        "ship_to.contact": _words("contact; attention; attn"),
    }
)  # fmt: skip
