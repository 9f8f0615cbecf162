"""A small distributor in which anything may change: records of every kind with fields drawn from small pools.

Ids are few, so that records meet; times lie around the clock; a value that a constructor refuses is drawn
again. Everything follows from the random generator that is passed in.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from domain.billing import InvoiceLine, PodCondition, PodLine
from domain.cases import CaseState, may_move
from domain.errors import BadInputError, ConflictError, TowerError
from domain.ids import InvoiceId, ItemId, LineId, NodeId, PodId, ZoneId
from domain.priorities import ConfirmationClass, LinePriority
from domain.records import Entity
from domain.transport import ShipmentLine
from tests.support import facts
from tests.support.tower_room import TowerRoom

ORDERS = ["SO-1", "SO-2", "SO-3", "SO-4"]
LINES = [f"{order}/{place}" for order in ORDERS for place in (1, 2)]
ITEMS = ["I1", "I2"]
NODES = ["MEM", "DFW"]
CUSTOMERS = ["C1", "C2"]
SHIPMENTS = ["SH-1", "SH-2", "SH-3"]
CODES = ["departed", "in_transit", "delivered", "delayed", "picked_up", "customs", "damaged", "attempted"]

#: What a field of that name may say.
POOLS: dict[str, list[Any]] = {
    "order_id": ORDERS,
    "line_id": LINES,
    "item_id": ITEMS,
    "node_id": NODES,
    "origin_node_id": NODES,
    "ship_from_node_id": NODES,
    "customer_id": CUSTOMERS,
    "shipment_id": SHIPMENTS,
    "zone_id": ["Z1", "Z2", ""],
    "scac": ["UPSN", "FDEG", ""],
    "service_id": ["UPSN-GND", "FDEG-GND"],
    "wave_id": ["W1", "W2", ""],
    "bin_code": ["A-01-03", "A-01-04"],
    "lot_id": ["L1", "L2", ""],
    "code": CODES,
    "raw_code": ["AF", "A1", "A9", "AS", "D1"],
    "reason_code": ["NS", "WX", "AO", ""],
    "quantity": [0, 3, 40, 100, 130],
    "ordered_quantity": [20, 100, 2_000],
    "shipped_quantity": [0, 40, 100],
    "on_hand_quantity": [-5, 0, 60, 100, 300],
    "unit_price_cents": [400, 1_000, 1_100],
    "total_cents": [10_000, 100_000, 900_000],
    "customer_po": ["PO-1", "PO-2", ""],
    "disposition": ["restock", ""],
    "deduction_code": ["SHORT", ""],
    "document_error": ["no printer", ""],
    "billing_block": ["price", ""],
    "category": ["metal", "plastic", ""],
    "required_fields": [(), ("street", "postcode"), ("contact",)],
    "routing_scacs": [(), ("UPSN",)],
    "node_ids": [(), (NodeId("MEM"),), (NodeId("DFW"),)],
    "zone_ids": [(), (ZoneId("Z1"),), (ZoneId("Z2"),)],
}
#: Ids that a record of that kind may have; drawn anew they are the same record again.
OWN_IDS: dict[str, list[str]] = {
    "order": ORDERS,
    "line": LINES,
    "item": ITEMS,
    "customer": CUSTOMERS,
    "supply": ["PO-1/1", "PO-2/1", "PO-3/1"],
    "pick": ["T1", "T2", "T3", "T4"],
    "shipment": SHIPMENTS,
    "milestone": ["M1", "M2", "M3", "M4"],
    "booking": ["B1", "B2", "B3"],
    "rma": ["R1", "R2"],
    "lot": ["L1", "L2"],
    "cycle_count": ["CC1", "CC2"],
    "route_event": ["E1", "E2"],
    "order_change": ["CH1", "CH2"],
    "edi_message": ["EDI1", "EDI2"],
    "contact": ["K1", "K2"],
    "service_case": ["CS1", "CS2"],
}


def first_records() -> list[Entity]:
    """What the distributor has before anything changes: orders, stock, network."""
    records: list[Entity] = [facts.node(), facts.node("DFW", "Dallas"), facts.carrier_service()]
    records += [facts.lane(origin, zone) for origin in NODES for zone in ("Z1", "Z2")]
    records += [facts.item(item) for item in ITEMS] + [facts.customer(customer) for customer in CUSTOMERS]
    records += [facts.order(order) for order in ORDERS]
    records += [facts.line(line, item_id=ItemId(ITEMS[n % 2])) for n, line in enumerate(LINES)]
    records += [facts.position(node, 300, item_id=item) for node in NODES for item in ITEMS]
    return records


def some_record(chance: random.Random, now: datetime) -> Entity:
    """A record of any kind, with up to five fields that say something else than usual."""
    while True:
        try:
            return _changed(chance.choice(_MAKERS)(chance), chance, now)
        except (TowerError, ValueError):
            continue


def _named(name: str) -> Callable[[random.Random], Entity]:
    maker: Callable[..., Entity] = getattr(facts, name)
    return lambda chance: maker(chance.choice(OWN_IDS[name]))


def _stock(chance: random.Random) -> Entity:
    return facts.position(chance.choice(NODES), chance.choice([0, 60, 200]), item_id=chance.choice(ITEMS))


def _allocation(chance: random.Random) -> Entity:
    return facts.allocation(
        chance.choice(LINES),
        chance.choice([20, 100]),
        node_id=chance.choice(NODES),
        item_id=chance.choice(ITEMS),
    )


def _shipment(chance: random.Random) -> Entity:
    parts = tuple(
        ShipmentLine(line_id=LineId(line), item_id=ItemId("I1"), quantity=chance.choice([40, 100]))
        for line in chance.sample(LINES, 2)
    )
    return facts.shipment(chance.choice(SHIPMENTS), lines=parts)


def _invoice(chance: random.Random) -> Entity:
    number = chance.choice(["INV-1", "INV-2", "INV-3"])
    parts = tuple(
        InvoiceLine(
            line_id=LineId(line),
            item_id=ItemId("I1"),
            quantity=chance.choice([90, 100]),
            unit_price_cents=chance.choice([1_000, 1_100]),
        )
        for line in chance.sample(LINES, 2)
    )
    return replace(facts.invoice(), invoice_id=InvoiceId(number), number=number, lines=parts)


def _pod(chance: random.Random) -> Entity:
    number = chance.choice(["POD-1", "POD-2"])
    parts = tuple(
        PodLine(
            line_id=LineId(line),
            delivered_quantity=chance.choice([90, 100]),
            condition=chance.choice(list(PodCondition)),
        )
        for line in chance.sample(LINES, 2)
    )
    return replace(facts.pod(), pod_id=PodId(number), lines=parts)


_MAKERS: list[Callable[[random.Random], Entity]] = [
    *(_named(name) for name in OWN_IDS),
    _stock,
    _stock,
    _allocation,
    _allocation,
    _shipment,
    _invoice,
    _pod,
    lambda chance: facts.contract_price(chance.choice([900, 1_000, 1_200])),
    lambda chance: facts.node(chance.choice(NODES), chance.choice(["Memphis", "Dallas"])),
]


def _changed(entity: Entity, chance: random.Random, now: datetime) -> Entity:
    own = fields(entity)[0].name
    names = [field.name for field in fields(entity) if field.name not in {own, "lines", "position"}]
    changes = {name: _value(entity, name, chance, now) for name in chance.sample(names, min(5, len(names)))}
    return replace(entity, **changes)


def _value(entity: Entity, name: str, chance: random.Random, now: datetime) -> Any:
    present = getattr(entity, name)
    if name in POOLS:
        return chance.choice(POOLS[name])
    if isinstance(present, Enum):
        return chance.choice(list(type(present)))
    if isinstance(present, bool):
        return chance.random() < 0.5
    if name.endswith(("_at", "_from", "_until", "_by")) and not isinstance(present, str):
        return now + timedelta(hours=chance.choice([-200, -50, -25, -5, -1, 1, 5, 25, 50, 200]))
    if isinstance(present, int):
        return chance.choice([present, present // 2, present * 2, present + 20])
    return present


def disturb(room: TowerRoom, chance: random.Random) -> None:
    """Change a few records, lose some, let people act, let time pass, and sync."""
    now = room.clock.now()
    room.source.put(*(some_record(chance, now) for _ in range(chance.randint(0, 5))))
    if chance.random() < 0.25 and len(room.source.alive) > 5:
        room.source.drop(chance.choice(list(room.source.alive.values())).entity)
    if chance.random() < 0.4:
        _act(room, chance)
    room.clock.advance(minutes=chance.choice([0, 0, 3, 7, 25, 25, 90, 600, 3_000]))
    room.sync(page_limit=chance.choice([2, 3, 500]))


def _act(room: TowerRoom, chance: random.Random) -> None:
    """A person moves a case, snoozes it, or says which line is served first."""
    now = room.clock.now()
    line = LinePriority(
        line_id=LineId(chance.choice(LINES)),
        confirmation_class=chance.choice(list(ConfirmationClass)),
        rank=chance.choice([None, 1, 2]),
        reason="test",
        author="ana",
        at=now,
    )
    room.mirror.set_line_priority(line)
    cases = room.mirror.cases()
    if not cases:
        return
    case = chance.choice(cases)
    wanted = chance.choice([state for state in CaseState if may_move(case.state, state)])
    if wanted in {CaseState.AUTO_CLEARED, CaseState.EXPIRED, CaseState.SUSPENDED}:
        room.mirror.snooze_case(case.case_id, now + timedelta(hours=3), at=now, actor="ana")
        return
    try:
        room.mirror.save_case_state(case.case_id, wanted, reason="test", at=now, actor="ana")
    except (BadInputError, ConflictError):
        room.mirror.assign_case(case.case_id, "ana", at=now, actor="ana")
