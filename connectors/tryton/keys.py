"""Ids of the tower made of Tryton's, and back: a prefix says which table a number belongs to."""

from __future__ import annotations

from domain.errors import BadInputError

WAREHOUSE, CARRIER, ITEM, PARTY = "wh", "carrier", "item", "party"
SALE, SALE_LINE, SHIPMENT, INCOMING, INVOICE = "sale", "line", "out", "in", "inv"
LANE, POSITION, ALLOCATION = "lane", "pos", "alloc"
CONTACT, COMPLAINT, TRANSFER = "contact", "complaint", "transfer"
RESERVED, PLANNED = "reserved", "planned"


def key(prefix: str, *parts: object) -> str:
    """The tower's id of a row of Tryton."""
    return "-".join([prefix, *(str(part) for part in parts)])


def number_of(prefix: str, entity_id: str) -> int:
    """The row's number behind an id.

    Raises:
        BadInputError: the id is not one of that table.
    """
    found, _, digits = entity_id.partition("-")
    if found != prefix or not digits.isdigit():
        raise BadInputError(
            what=f"{entity_id!r} is no id of Tryton's ({prefix}-… was expected).",
            remedy="The command belongs to another source.",
        )
    return int(digits)
