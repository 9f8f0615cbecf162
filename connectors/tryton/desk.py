"""Tryton's side of the customer desk: how to reach a party, and its complaints."""

from __future__ import annotations

from collections import defaultdict

from connectors.tryton import keys
from connectors.tryton.reading import Batch, Reader
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, moment, optional_text, reference, text
from domain.customer_service import Contact, ServiceCase, ServiceCaseStatus
from domain.errors import BadValueError
from domain.ids import ContactId, CustomerId, EntityKind, EntityRef, OrderId, ServiceCaseId

Roots = dict[int, int]

_WRITING, _CALLING = frozenset({"email"}), frozenset({"phone", "mobile"})
_REACHING: list[object] = [["type", "in", sorted(_WRITING | _CALLING)]]
_STATUS = {
    "draft": ServiceCaseStatus.OPEN,
    "waiting": ServiceCaseStatus.OPEN,
    "approved": ServiceCaseStatus.OPEN,
    "rejected": ServiceCaseStatus.CLOSED,
    "done": ServiceCaseStatus.CLOSED,
    "cancelled": ServiceCaseStatus.CANCELLED,
}
_MOST_SUBJECT = 200


def contact(party: Row, ways: list[Row]) -> Contact:
    """How to reach a party: its first e-mail address and telephone number, in Tryton's own order."""
    ordered = sorted(
        ways, key=lambda row: (row.get("sequence") is None, row.get("sequence"), link(row, "id"))
    )
    email = next((text(row, "value") for row in ordered if row.get("type") in _WRITING), "")
    phone = next((text(row, "value") for row in ordered if row.get("type") in _CALLING), "")
    named = next((name for row in ordered if (name := optional_text(row, "name"))), "")
    return Contact(
        contact_id=ContactId(keys.key(keys.CONTACT, link(party, "id"))),
        customer_id=CustomerId(keys.key(keys.PARTY, link(party, "id"))),
        name=named or text(party, "name"),
        email=email,
        phone=phone,
        preferred=True,
    )


def contacts(reader: Reader, roots: Roots) -> Batch:
    """The contact of each party that orders; a party nobody can reach has none."""
    batch = Batch()
    wanted = {each for each in roots if each not in reader.reference_data.no_customers}
    parties = reader.rows("party.party", wanted)
    ways: dict[int, list[Row]] = defaultdict(list)
    for row in reader.found("party.contact_mechanism", [["party", "in", sorted(parties)], *_REACHING]):
        ways[link(row, "party")].append(row)
    for each, row in sorted(parties.items()):
        entity_id = keys.key(keys.CONTACT, each)
        if each in ways:
            reader.keep(batch, (entity_id, row, roots[each]), contact, row, ways[each])
        else:
            reader.gone(batch, EntityRef(kind=EntityKind.CONTACT, entity_id=entity_id), roots[each])
    return batch


def contact_ids(reader: Reader) -> frozenset[str]:
    """All contacts there are now."""
    found = reader.found("party.contact_mechanism", _REACHING)
    parties = {link(row, "party") for row in found} - reader.reference_data.no_customers
    return frozenset(keys.key(keys.CONTACT, each) for each in parties)


def service_case(complaint: Row, kind: Row, sale: int | None) -> ServiceCase:
    """A complaint; its subject is the first line of the description, else its type."""
    state = text(complaint, "state")
    if state not in _STATUS:
        raise BadValueError(
            what=f"state of record {complaint.get('id')} is {state!r}, which is no known state.",
            remedy="This tower knows Tryton 8.2; check the server's version.",
        )
    described = optional_text(complaint, "description").partition("\n")[0].strip()
    return ServiceCase(
        service_case_id=ServiceCaseId(keys.key(keys.COMPLAINT, link(complaint, "id"))),
        number=optional_text(complaint, "number") or f"draft {link(complaint, 'id')}",
        customer_id=CustomerId(keys.key(keys.PARTY, link(complaint, "customer"))),
        subject=(described or text(kind, "name"))[:_MOST_SUBJECT],
        status=_STATUS[state],
        opened_at=moment(complaint, "create_date"),
        order_id=None if sale is None else OrderId(keys.key(keys.SALE, sale)),
    )


def complaints(reader: Reader, roots: Roots) -> Batch:
    """Complaints, with the order that they are about where Tryton knows it."""
    batch = Batch()
    rows = reader.rows("sale.complaint", roots)
    types = reader.rows("sale.complaint.type", {_type(row) for row in rows.values()})
    origins = {each: reference(row, "origin") for each, row in rows.items()}
    lines = reader.rows("sale.line", {o[1] for o in origins.values() if o and o[0] == "sale.line"})
    for each, row in sorted(rows.items()):
        origin = origins[each]
        sale = origin[1] if origin is not None and origin[0] == "sale.sale" else None
        if origin is not None and origin[0] == "sale.line" and origin[1] in lines:
            sale = link(lines[origin[1]], "sale")
        key = (keys.key(keys.COMPLAINT, each), row, roots[each])
        reader.keep(batch, key, service_case, row, types.get(_type(row), {}), sale)
    return batch


def _type(complaint: Row) -> int:
    found = complaint.get("type")
    return found if isinstance(found, int) else 0
