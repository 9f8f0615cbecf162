"""Inbound goods: what suppliers confirm (855) and ship (856), and transfers between warehouses (943, 944)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectors.edi import documents as said
from connectors.edi.codes import is_confirmed
from connectors.edi.outcome import Known, Outcome, unmatched
from connectors.edi.partners import Partner
from domain.ids import EntityKind, ItemId, NodeId, SupplyId
from domain.inventory import InboundSupply, SupplyKind


def supply_id(partner: Partner, order_number: str, line: str) -> SupplyId:
    """The id of a line of one of our purchase orders."""
    return SupplyId(partner.identify(partner.ids.supply, f"{order_number}-{line}"))


def answered(document: said.OrderAnswer, partner: Partner, known: Known) -> Outcome:
    """A supplier's answer: what it confirms of each line, and by when."""
    outcome = Outcome(reference=document.number)
    for line in document.lines:
        identity = supply_id(partner, document.number, str(line.position))
        confirmed = sum(a.quantity for a in line.answers if is_confirmed(a.code))
        promised = [a.at for a in line.answers if a.at is not None and is_confirmed(a.code)]
        asked = line.requested_at or document.due_at
        eta = max(promised) if promised else (max((a.at for a in line.answers if a.at), default=asked))
        if eta is None and confirmed == 0:
            # A line that is refused has no day to name; it is known since the answer.
            eta = document.at
        if eta is None:
            raise unmatched(
                f"Line {line.position} of the answer to {document.number} has no date.",
                "Ask the supplier for a date on the line (ACK05) or in the header (DTM 002).",
            )
        held = known.entity(EntityKind.INBOUND_SUPPLY, identity)
        supply = (
            held
            if isinstance(held, InboundSupply)
            else InboundSupply(
                supply_id=identity,
                number=document.number,
                kind=SupplyKind.PURCHASE,
                item_id=ItemId(partner.item_id(line.item)),
                node_id=_node(partner, document.ship_to_code),
                ordered_quantity=line.quantity,
                received_quantity=0,
                due_at=asked or eta,
                eta_at=eta,
                supplier_name=partner.name,
            )
        )
        outcome.entities.append(
            replace(supply, ordered_quantity=line.quantity, confirmed_quantity=confirmed, eta_at=eta)
        )
        for answer in line.answers:
            outcome.code(identity, answer.code)
    return outcome


def noticed(document: said.ShipNotice, partner: Partner, known: Known) -> Outcome:
    """A ship notice; sent again it counts once, withdrawn it counts no more."""
    outcome = Outcome(reference=document.number)
    shipped: dict[SupplyId, tuple[InboundSupply, int]] = {}
    for line in document.lines:
        identity = supply_id(partner, line.order_number, str(line.position))
        supply = (
            shipped[identity][0] if identity in shipped else _noticed_supply(document, line, partner, known)
        )
        before = shipped[identity][1] if identity in shipped else 0
        shipped[identity] = (supply, before + (line.shipped_quantity or 0))
    for identity, (supply, quantity) in shipped.items():
        prefix = f"shipped:{identity}:"
        notes = {
            **known.notes_under(prefix),
            prefix + document.number: "0" if document.withdrawn else str(quantity),
        }
        outcome.notes[prefix + document.number] = notes[prefix + document.number]
        outcome.entities.append(
            replace(
                supply,
                shipped_quantity=sum(int(each) for each in notes.values()),
                asn_at=document.at,
                eta_at=document.eta_at or supply.eta_at,
            )
        )
    return outcome


def _noticed_supply(
    document: said.ShipNotice, line: said.DocumentLine, partner: Partner, known: Known
) -> InboundSupply:
    identity = supply_id(partner, line.order_number, str(line.position))
    held = known.entity(EntityKind.INBOUND_SUPPLY, identity)
    if isinstance(held, InboundSupply):
        return held
    if not line.quantity:
        raise unmatched(
            f"The notice {document.number} ships line {line.position} of {line.order_number}, "
            "of which nobody knows how much was ordered.",
            "Ask the supplier for an 855 first, or for the ordered quantity in SN105.",
        )
    eta: datetime = document.eta_at or document.shipped_at
    return InboundSupply(
        supply_id=identity,
        number=line.order_number,
        kind=SupplyKind.PURCHASE,
        item_id=ItemId(partner.item_id(line.item)),
        node_id=_node(partner, document.ship_to_code),
        ordered_quantity=line.quantity,
        received_quantity=0,
        due_at=eta,
        eta_at=eta,
        supplier_name=partner.name,
    )


def transferred(document: said.StockTransfer, partner: Partner, known: Known) -> Outcome:
    """Goods sent to a warehouse, or received there; every receipt counts once."""
    outcome = Outcome(reference=document.number)
    for line in document.lines:
        item = ItemId(partner.item_id(line.item))
        identity = supply_id(partner, document.number, item)
        held = known.entity(EntityKind.INBOUND_SUPPLY, identity)
        if document.received:
            if not isinstance(held, InboundSupply):
                raise unmatched(
                    f"The receipt {document.receipt_number} is of {line.item} of {document.number}, "
                    "of which no shipment was told.",
                    "Ask for the 943 first.",
                )
            prefix = f"received:{identity}:"
            notes = {**known.notes_under(prefix), prefix + document.receipt_number: str(line.quantity)}
            outcome.notes[prefix + document.receipt_number] = str(line.quantity)
            outcome.entities.append(
                replace(
                    held,
                    received_quantity=sum(int(each) for each in notes.values()),
                    dock_at=held.dock_at or document.at,
                    received_at=document.at,
                )
            )
            continue
        eta = document.eta_at or document.at
        outcome.entities.append(
            InboundSupply(
                supply_id=identity,
                number=document.number,
                kind=SupplyKind.TRANSFER,
                item_id=item,
                node_id=_node(partner, document.to_code),
                ordered_quantity=line.quantity,
                received_quantity=held.received_quantity if isinstance(held, InboundSupply) else 0,
                due_at=eta,
                eta_at=eta,
                origin_node_id=NodeId(partner.node_of(document.from_code)) if document.from_code else None,
                shipped_quantity=line.quantity,
                asn_at=document.at,
            )
        )
    return outcome


def _node(partner: Partner, code: str) -> NodeId:
    node = partner.node_of(code)
    if not node:
        raise unmatched(
            "The document does not say where the goods go.", "Set node_id in the partner's profile."
        )
    return NodeId(node)
