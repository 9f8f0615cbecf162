"""EPCIS receipts and transformations: they move the stock that was pushed, once, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.epcis.document import read_events
from connectors.epcis.mapping import read_movements
from connectors.feed_journal import journal_in
from connectors.push.connector import PushConnector
from connectors.push.mapping import EPCIS_TYPE
from domain.errors import BadInputError
from domain.ids import ItemId, PositionId
from domain.inventory import InboundSupply, InventoryPosition
from domain.records import Entity
from tests.connectors.test_epcis import AT, document, event
from tests.support import facts
from tests.support.living_world import SteppingClock
from tests.support.pushed_events import SOURCE, message, saying, stock

ITEM = "i1"
"""Of ``stock``, whose node is the one of the events below."""


def goods(item: str, quantity: float, uom: str = "EA") -> dict[str, Any]:
    return {"epcClass": f"urn:example:item:{item}", "quantity": quantity, "uom": uom}


def receipt(event_id: str, quantity: float, at: datetime = AT, **more: Any) -> dict[str, Any]:
    """Goods received at the node of ``stock``, for no shipment of ours."""
    place = stock(ITEM, 0).node_id
    found = event(
        event_id,
        "receiving",
        quantityList=[goods(ITEM, quantity)],
        eventTime=at.isoformat(),
        eventTimeZoneOffset="+00:00",
        bizLocation={"id": f"https://example.org/places/{place}"},
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141000005:PO-7"}],
    )
    return found | more


def repacked(event_id: str, taken: int, made: int) -> dict[str, Any]:
    found = receipt(
        event_id,
        0,
        type="TransformationEvent",
        inputQuantityList=[goods(ITEM, taken)],
        outputQuantityList=[goods("i2", made)],
    )
    return {name: value for name, value in found.items() if name not in {"quantityList", "epcList", "action"}}


class Pusher:
    """A push connector and who pushes to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, 0
        self.push = PushConnector(SOURCE, journal=journal_in(folder), clock=SteppingClock())

    def tell(self, *entities: Entity, at: datetime | None = AT) -> None:
        self._send(saying(*entities), at=at)

    def happen(self, *events: dict[str, Any]) -> None:
        self._send(msgspec.json.decode(document(*events)), at=None, event_type=EPCIS_TYPE)

    def _send(self, data: Any, **more: Any) -> None:
        self.sent += 1
        self.push.accept(*message(str(self.sent), data, **more))

    def start_again(self) -> None:
        self.push = PushConnector(SOURCE, journal=journal_in(self.folder), clock=SteppingClock())

    def on_hand(self) -> dict[str, int]:
        found = [record.entity for record in self.push.changes("stock", None, 99).records]
        return {each.item_id: each.on_hand_quantity for each in found if isinstance(each, InventoryPosition)}


@pytest.fixture
def site(tmp_path: Path) -> Pusher:
    return Pusher(tmp_path)


LATER = AT + timedelta(hours=1)


def test_a_receipt_is_read_with_place_item_and_order() -> None:
    (found,) = read_movements(read_events(document(receipt("e1", 5))))
    assert (found.item_id, found.node_id, found.quantity) == (ItemId(ITEM), stock(ITEM, 0).node_id, 5)
    assert (found.order_number, found.happened_at) == ("PO-7", AT)


def test_a_delivery_of_a_shipment_of_ours_moves_no_stock() -> None:
    at_customer = event("e1", "receiving", quantityList=[goods(ITEM, 5)])
    assert read_movements(read_events(document(at_customer))) == ()


@pytest.mark.parametrize("bad", [goods(ITEM, 1.5), goods(ITEM, 3, "KGM"), goods(ITEM, -1), goods(ITEM, 1e12)])
def test_what_is_no_number_of_single_units_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match="whole single units"):
        read_movements(read_events(document(receipt("e1", 0, quantityList=[bad]))))


def test_received_goods_stand_in_stock_and_in_the_purchase_order(site: Pusher) -> None:
    order = facts.supply("PO-7/1", 20, item_id=ItemId(ITEM), received_quantity=2)
    site.tell(stock(ITEM, 10), order)
    site.happen(receipt("e1", 5, LATER))
    assert site.on_hand() == {ITEM: 15}
    (supply,) = [record.entity for record in site.push.changes("supply", None, 9).records]
    assert isinstance(supply, InboundSupply)
    assert (supply.received_quantity, supply.received_at) == (7, LATER)


def test_goods_made_of_others_take_from_one_and_add_to_the_other(site: Pusher) -> None:
    site.tell(stock(ITEM, 10), stock("i2", 0), at=AT - timedelta(hours=1))
    site.happen(repacked("e1", taken=6, made=2))
    assert site.on_hand() == {ITEM: 4, "i2": 2}


def test_what_a_later_position_counts_is_not_added_again(site: Pusher) -> None:
    site.tell(stock(ITEM, 10))
    site.happen(receipt("e1", 5, AT - timedelta(hours=1)))
    assert site.on_hand() == {ITEM: 10}


def test_a_receipt_after_the_position_counts_even_if_the_position_comes_late(site: Pusher) -> None:
    site.tell(stock(ITEM, 10), at=AT - timedelta(hours=2))
    site.happen(receipt("e1", 5, LATER))
    site.tell(stock(ITEM, 8), at=AT)
    assert site.on_hand() == {ITEM: 13}
    site.tell(stock(ITEM, 13), at=LATER)
    assert site.on_hand() == {ITEM: 13}


def test_the_same_event_under_another_name_counts_once(site: Pusher) -> None:
    site.tell(stock(ITEM, 10))
    for _ in range(2):
        site.happen(receipt("e1", 5, LATER))
    site.start_again()
    site.happen(receipt("e1", 5, LATER))
    assert site.on_hand() == {ITEM: 15}


def test_a_declared_error_is_taken_back_and_counts_no_more(site: Pusher) -> None:
    site.tell(stock(ITEM, 10))
    site.happen(receipt("e1", 5, LATER))
    site.start_again()
    wrong = {"declarationTime": "2026-11-22T12:00:00Z", "correctiveEventIDs": ["e2"]}
    site.happen(receipt("e1", 5, LATER, errorDeclaration=wrong), receipt("e2", 3, LATER))
    assert site.on_hand() == {ITEM: 13}
    site.happen(receipt("e1", 5, LATER))
    assert site.on_hand() == {ITEM: 13}


def test_a_feed_put_in_order_still_knows_what_an_event_moved(
    site: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kept_feed.LEAST_PAST", 0)
    site.tell(stock(ITEM, 10))
    site.happen(receipt("e1", 5, LATER))
    for quantity in range(9):
        site.tell(stock("other", quantity))
    kept = site.folder / "feed.jsonl"
    before = len(kept.read_bytes())
    for _ in range(2):
        site.start_again()
        assert site.on_hand()[ITEM] == 15
    assert len(kept.read_bytes()) < before
    site.happen(receipt("e1", 5, LATER, errorDeclaration={"declarationTime": "2026-11-22T12:00:00Z"}))
    assert site.on_hand()[ITEM] == 10


def test_of_two_positions_alike_neither_is_moved(site: Pusher) -> None:
    twin = replace(stock(ITEM, 3), position_id=PositionId("twin"))
    site.tell(stock(ITEM, 10), twin)
    site.happen(receipt("e1", 5, LATER))
    found = [record.entity for record in site.push.changes("stock", None, 9).records]
    assert found == [stock(ITEM, 10), twin]


def test_goods_at_a_place_nobody_told_of_wait_for_its_position(site: Pusher) -> None:
    site.happen(receipt("e1", 5))
    assert site.on_hand() == {}
    assert site.push.changes("stock", None, 9).rejected == ()
    site.tell(stock(ITEM, 5))
    assert site.on_hand() == {ITEM: 5}


@settings(max_examples=25, deadline=None)
@given(
    quantities=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    order=st.randoms(use_true_random=False),
    restart=st.booleans(),
)
def test_in_any_order_the_stock_is_the_position_and_what_came_after_it(
    tmp_path_factory: pytest.TempPathFactory, quantities: list[int], order: Any, restart: bool
) -> None:
    site = Pusher(tmp_path_factory.mktemp("push"))
    site.tell(stock(ITEM, 100), at=AT - timedelta(days=1))
    steps: list[int | None] = [*range(len(quantities)), *range(len(quantities)), None]
    order.shuffle(steps)
    for step in steps:
        if step is None:
            site.tell(stock(ITEM, 70), at=AT + timedelta(minutes=2))
        else:
            site.happen(receipt(f"e{step}", quantities[step], AT + timedelta(minutes=step)))
        if restart:
            site.start_again()
    assert site.on_hand() == {ITEM: 70 + sum(quantities[3:])}
