"""What happens in a real Tryton shows in the streams: once, even when it was committed late or deleted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.tryton.recent import QUESTIONS
from connectors.tryton.streams import STREAMS
from domain.customer_service import Contact, ServiceCase, ServiceCaseStatus
from domain.customers import Customer
from domain.errors import BadInputError, RefusedError
from domain.inventory import InventoryPosition
from domain.network import Lane, Node
from domain.orders import OrderLine, OrderStatus, SalesOrder
from domain.records import SourceRecord
from domain.transport import Shipment, ShipmentStatus
from tests.support import tryton_scenarios as scenarios
from tests.support.connector_contract import read_all, state_of
from tests.support.tryton_day import company_zone_name, today
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_scenarios import Order, Wanted
from tests.support.tryton_seed import PRODUCTS, SITES, Distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk


def news(desk: TowerDesk, stream: str, cursor: str | None) -> tuple[dict[str, SourceRecord], str | None]:
    """What a pull from a cursor brings, by id, and the cursor after it."""
    pages, after = read_all(desk.connector, stream, limit=100, cursor=cursor)
    return {ref.entity_id: record for ref, record in state_of(pages).items()}, after


def settled(desk: TowerDesk, stream: str) -> str | None:
    """The cursor of a stream that was polled until it is not read any more."""
    cursor = None
    for _ in range(2):
        _, cursor = news(desk, stream, cursor)
    assert news(desk, stream, cursor)[0] == {}
    return cursor


def test_master_data_is_the_seeded_one(desk: TowerDesk, distributor: Distributor) -> None:
    nodes = [r.entity for r in desk.state("nodes").values() if isinstance(r.entity, Node)]
    assert {(n.name, n.place.latitude_micro) for n in nodes} == {
        (site.name, round(site.latitude * 1_000_000)) for site in SITES
    }
    assert {n.timezone for n in nodes} == {company_zone_name()}
    customers = desk.state("customers")
    assert len(customers) == len(distributor.customers)
    alder = customers[f"party-{distributor.customers['C-ALDER']}"].entity
    assert isinstance(alder, Customer)
    assert (alder.tier, alder.credit.limit_cents, alder.zone_id) == (1, 5_000_000, "US-NY")
    lanes = [r.entity for r in desk.state("lanes").values() if isinstance(r.entity, Lane)]
    assert len(lanes) == len(SITES) * len({c.entity.zone_id for c in customers.values()})  # type: ignore[union-attr] # all are customers
    assert len(desk.state("items")) == len(PRODUCTS)


def test_a_picked_move_makes_line_position_and_shipment_new(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.routine(clerk, distributor)
    cursors = {
        stream: news(desk, stream, None)[1] for stream in ("lines", "stock", "shipments", "allocations")
    }
    filter_a = f"pos-{distributor.products['FILTER-A']}-{distributor.warehouses['REN']}"
    before = desk.state("stock")[filter_a].entity
    for button in ("pick", "pack", "ship", "do"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    line = news(desk, "lines", cursors["lines"])[0][f"line-{order.lines[0]}"].entity
    assert isinstance(line, OrderLine)
    assert (line.shipped_quantity, line.open_quantity) == (6, 0)
    after = news(desk, "stock", cursors["stock"])[0][filter_a].entity
    assert isinstance(before, InventoryPosition)
    assert isinstance(after, InventoryPosition)
    assert after.on_hand_quantity == before.on_hand_quantity - 6
    shipment = news(desk, "shipments", cursors["shipments"])[0][f"out-{order.shipments[0]}"].entity
    assert isinstance(shipment, Shipment)
    assert shipment.status is ShipmentStatus.DELIVERED
    pages, _ = read_all(desk.connector, "allocations", limit=100, cursor=cursors["allocations"])
    gone = {deleted.ref.entity_id for page in pages for deleted in page.deleted}
    moves = clerk.find("stock.move", [["origin", "=", f"sale.line,{order.lines[0]}"]])
    assert {f"alloc-{moves[0]['id']}-reserved", f"alloc-{moves[0]['id']}-planned"} <= gone


def test_a_transaction_that_commits_late_is_not_missed(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    wanted = Wanted(product="HOSE-05", quantity=1)
    late = scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="COL")
    scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="COL")
    cursor = settled(desk, "orders")
    # As if its transaction had begun fifty seconds before the newest row, and ended only now.
    server.sql(
        "update sale_sale set state = 'cancelled', write_date = newest.at - interval '50 seconds'"
        " from (select max(coalesce(write_date, create_date)) as at from sale_sale) newest"
        " where id = %s",
        late.sale,
    )
    order = news(desk, "orders", cursor)[0][f"sale-{late.sale}"].entity
    assert isinstance(order, SalesOrder)
    assert order.status is OrderStatus.CANCELLED


def hoses(clerk: TrytonRpc, distributor: Distributor, number: int) -> list[Order]:
    """Quotations of one line each."""
    wanted = Wanted(product="HOSE-05", quantity=1)
    return [
        scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="COL")
        for _ in range(number)
    ]


def test_of_a_busy_minute_only_what_changed_comes_and_a_second_change_in_its_second(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    changed = hoses(clerk, distributor, 3)[1]
    cursors = {stream: settled(desk, stream) for stream in ("orders", "lines", "allocations")}
    clerk.press("sale.sale", "draft", changed.sale)
    found, cursor = news(desk, "orders", cursors["orders"])
    assert set(found) == {f"sale-{changed.sale}"}
    assert set(news(desk, "lines", cursors["lines"])[0]) == {f"line-{changed.lines[0]}"}
    assert news(desk, "allocations", cursors["allocations"])[0] == {}
    server.sql(
        "update sale_sale set state = 'cancelled', write_date = write_date + interval '1 microsecond'"
        " where id = %s",
        changed.sale,
    )
    found, _ = news(desk, "orders", cursor)
    order = found.pop(f"sale-{changed.sale}").entity
    assert isinstance(order, SalesOrder)
    assert order.status is OrderStatus.CANCELLED
    assert found == {}


def test_a_line_committed_late_renews_its_order_though_the_order_is_newer(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    quoted = hoses(clerk, distributor, 1)[0]
    cursor = settled(desk, "orders")
    before = desk.state("orders")[f"sale-{quoted.sale}"]
    server.sql(
        "update sale_line set unit_price = unit_price + 1, write_date = newest.at - interval '20 seconds',"
        " create_date = newest.at - interval '25 seconds'"
        " from (select max(coalesce(write_date, create_date)) as at from sale_sale) newest"
        " where id = %s",
        quoted.lines[0],
    )
    after = news(desk, "orders", cursor)[0][f"sale-{quoted.sale}"]
    assert isinstance(before.entity, SalesOrder)
    assert isinstance(after.entity, SalesOrder)
    assert after.entity.total_cents == before.entity.total_cents + 100
    assert after.stamp >= before.stamp, "a store keeps the newer of two"


def test_a_desk_started_anew_in_the_middle_of_the_news_loses_none_of_them(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    orders = hoses(clerk, distributor, 4)
    cursor = settled(desk, "orders")
    changed = [order.sale for order in orders[:3]]
    clerk.press("sale.sale", "draft", *changed)
    first = desk.connector.changes("orders", cursor, 1)
    assert first.more
    anew = TowerDesk(server)
    rest, cursor = news(anew, "orders", first.cursor)
    assert {record.ref.entity_id for record in first.records} | set(rest) == {f"sale-{s}" for s in changed}
    assert {f"sale-{order.sale}" for order in orders} <= set(news(anew, "orders", cursor)[0])
    anew.close()


def test_a_deleted_order_is_missing_from_the_ids(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    wanted = Wanted(product="HOSE-05", quantity=1)
    order = scenarios.quote_sale(clerk, distributor, wanted, customer="C-ALDER", warehouse="COL")
    entity_id = f"sale-{order.sale}"
    assert entity_id in (desk.connector.ids("orders") or ())
    clerk.press("sale.sale", "draft", order.sale)
    clerk.press("sale.sale", "cancel", order.sale)
    clerk.call("model.sale.sale.delete", [order.sale])
    assert entity_id not in (desk.connector.ids("orders") or ())
    assert entity_id not in desk.state("orders")


def test_an_idle_source_gives_its_last_minute_and_no_more(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    scenarios.routine(clerk, distributor)
    server.sql("update sale_sale set create_date = create_date - interval '1 hour', write_date = null")
    server.sql("update sale_line set create_date = create_date - interval '1 hour', write_date = null")
    server.sql("update party_address set create_date = create_date - interval '1 hour', write_date = null")
    everything, cursor = news(desk, "orders", None)
    assert everything
    again, _ = news(desk, "orders", cursor)
    assert again == {}


def send_between(clerk: TrytonRpc, distributor: Distributor) -> None:
    """Two filters on their way from Reno to Columbus."""
    start, end = (
        clerk.read("stock.location", distributor.warehouses[code], "storage_location")["storage_location"]
        for code in ("REN", "COL")
    )
    move = {
        "product": distributor.products["FILTER-B"],
        "unit": clerk.one("product.uom", [["name", "=", "Unit"]])["id"],
        "quantity": 2.0,
        "from_location": start,
        "to_location": end,
    }
    clerk.create(
        "stock.shipment.internal",
        {
            "from_location": start,
            "to_location": end,
            "planned_start_date": today(),
            "planned_date": today(),
            "moves": [["create", [move]]],
        },
    )


def test_a_change_of_any_table_is_read_and_otherwise_only_questions_are_asked(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.routine(clerk, distributor)
    for button in ("pick", "pack", "ship", "do"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    scenarios.complaint(clerk, distributor, order, quantity=1)
    scenarios.late_inbound(clerk, distributor)
    send_between(clerk, distributor)
    cursors: dict[str, str | None] = dict.fromkeys(STREAMS)

    def poll(streams: Sequence[str]) -> dict[str, int]:
        brought = {}
        for stream in streams:
            found, cursors[stream] = news(desk, stream, cursors[stream])
            brought[stream] = len(found)
        return brought

    assert all(poll(list(STREAMS)).values())
    poll(list(STREAMS))
    poll(list(STREAMS))
    desk.line.calls.clear()
    assert poll(list(STREAMS)) == dict.fromkeys(STREAMS, 0)
    assert sorted(desk.line.calls) == sorted(f"model.{model}.search_read" for model in QUESTIONS)
    for model in sorted({driver.model for stream in STREAMS.values() for driver in stream.drivers}):
        server.sql(f'update "{model.replace(".", "_")}" set write_date = now()')  # noqa: S608 - its own tables
        following = [
            name for name, stream in STREAMS.items() if model in {driver.model for driver in stream.drivers}
        ]
        # The first stream begins a poll: what is told from there on is as new as the change.
        brought = poll(list(dict.fromkeys([next(iter(STREAMS)), *following])))
        assert all(brought[name] for name in following), (model, brought)


def test_who_can_be_reached_is_a_contact_and_follows_its_changes(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    alder, cedar = (f"contact-{distributor.customers[code]}" for code in ("C-ALDER", "C-CEDAR"))
    held, _ = news(desk, "contacts", None)
    cursor = settled(desk, "contacts")
    assert set(held) == {alder, cedar}
    assert desk.connector.ids("contacts") == frozenset(held)
    who = held[alder].entity
    assert isinstance(who, Contact)
    assert (who.customer_id, who.name) == (f"party-{distributor.customers['C-ALDER']}", "Dana Hill")
    assert (who.email, who.phone) == ("dana.hill@alder.example", "+1 518 555 0142")
    [way] = clerk.find("party.contact_mechanism", [["party", "=", distributor.customers["C-CEDAR"]]])
    clerk.write("party.contact_mechanism", [way["id"]], {"active": False})
    pages, _ = read_all(desk.connector, "contacts", limit=100, cursor=cursor)
    assert cedar in {gone.ref.entity_id for page in pages for gone in page.deleted}
    clerk.write("party.contact_mechanism", [way["id"]], {"active": True})
    assert cedar in desk.state("contacts")


def test_a_complaint_is_a_service_case_of_its_order_and_follows_its_state(
    clerk: TrytonRpc, distributor: Distributor, desk: TowerDesk
) -> None:
    order = scenarios.routine(clerk, distributor)
    cursor = settled(desk, "complaints")
    made = scenarios.complaint(clerk, distributor, order, quantity=2)
    case = news(desk, "complaints", cursor)[0][f"complaint-{made}"].entity
    assert isinstance(case, ServiceCase)
    assert (case.order_id, case.subject) == (f"sale-{order.sale}", "Housing is cracked")
    assert case.number == clerk.read("sale.complaint", made, "number")["number"]
    assert case.is_open
    clerk.press("sale.complaint", "cancel", made)
    case = news(desk, "complaints", cursor)[0][f"complaint-{made}"].entity
    assert isinstance(case, ServiceCase)
    assert case.status is ServiceCaseStatus.CANCELLED


def test_a_module_that_is_missing_is_named_and_only_its_stream_is_empty(
    server: TrytonServer, desk: TowerDesk
) -> None:
    assert "not activated" not in desk.connector.health().why
    server.sql("update ir_module set state = 'not activated' where name = 'sale_complaint'")
    try:
        without = TowerDesk(server)
        assert "sale_complaint (service cases" in without.connector.health().why
        page = without.connector.changes("complaints", None, 10)
        assert (page.records, page.more, without.connector.ids("complaints")) == ((), False, None)
        assert without.state("contacts")
        without.close()
    finally:
        server.sql("update ir_module set state = 'activated' where name = 'sale_complaint'")
    after = TowerDesk(server)
    assert after.connector.changes("complaints", page.cursor, 10).records
    after.close()


def test_without_a_module_it_stands_on_nothing_is_read_and_the_module_is_named(server: TrytonServer) -> None:
    server.sql("update ir_module set state = 'not activated' where name = 'sale_credit_limit'")
    desk = TowerDesk(server)
    try:
        with pytest.raises(BadInputError, match=r"sale_credit_limit \(credit limits\)"):
            desk.connector.changes("orders", None, 10)
    finally:
        server.sql("update ir_module set state = 'activated' where name = 'sale_credit_limit'")
        desk.close()


def test_a_wrong_password_is_refused_in_words(server: TrytonServer) -> None:
    desk = TowerDesk(server, password="not-the-password")
    with pytest.raises(RefusedError, match="401"):
        desk.connector.changes("orders", None, 10)
    desk.close()
