"""OData against real servers: what rows become, conflicts, tokens, deltas, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.odata.dialect import after, answer_of, body_value, key_of, literal, same, stamp_text
from connectors.odata.profiles import parse_profile
from connectors.protocol import IdempotencyLevel
from domain.commands import (
    Command,
    CommandResult,
    ExpectedVersion,
    PromiseDate,
    ReallocateLine,
    SetOrderField,
)
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.ids import EntityKind, EntityRef, LineId, NodeId, OrderId, SourceName
from domain.inventory import InventoryPosition
from domain.orders import OrderLine, OrderStatus, SalesOrder
from tests.support.connector_contract import read_all, state_of
from tests.support.odata_sap import PASSWORD, SALES, SALES_V4, SHIPPED, SapSite
from tests.support.odata_v4_site import PROFILE, V4Site, stock_row

ORDER = "A_SalesOrder('0000004712')"
LINE = "A_SalesOrderItem(SalesOrder='0000004712',SalesOrderItem='000010')"
CONDITION = """
[[command]]
verb = "set_order_field"
target = "(?P<SalesOrder>.+)"
set = [{ property = "{field}", value = "{value}" }]
key_property = "SDDocumentReason"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SapSite]:
    """One mock SAP for this file."""
    with SapSite(tmp_path_factory.mktemp("sap")) as site:
        yield site


@pytest.fixture
def sap(server: SapSite) -> SapSite:
    """It, with its first data and the shipped profile of orders with one more command."""
    server.reset()
    orders = (SHIPPED / "orders.toml").read_text(encoding="utf-8").partition("# Ships the whole line")[0]
    (server.profiles / "orders.toml").write_text(orders + CONDITION, encoding="utf-8")
    return server


def set_condition(value: str, *, key: str = "a-1", version: str = "") -> Command:
    action = SetOrderField(order_id=OrderId("0000004712"), field="ShippingCondition", value=value)
    ref = EntityRef(kind=EntityKind.SALES_ORDER, entity_id="0000004712")
    expected = (ExpectedVersion(ref=ref, version=version, fields_sha256=""),) if version else ()
    return Command(key=key, source=SourceName("sap"), action=action, expected=expected)


def test_an_order_of_sap_becomes_a_record_field_by_field(sap: SapSite) -> None:
    pages, _ = read_all(sap.connector(), "orders", limit=100)
    held = {ref.entity_id: record for ref, record in state_of(pages).items()}
    record = held["0000004712"]
    order, line = record.entity, held["0000004712-000010"].entity
    assert isinstance(order, SalesOrder)
    assert (order.customer_id, order.customer_po) == ("1000006", "PO-50306")
    assert (order.total_cents, order.currency) == (2_478_672, "EUR")
    assert order.status is OrderStatus.CONFIRMED
    assert order.requested_at.isoformat() == "2025-09-13T23:59:00+00:00"
    assert record.version == sap.row(ORDER)["__metadata"]["etag"]  # type: ignore[index]
    assert isinstance(line, OrderLine)
    assert (line.position, line.item_id, line.node_id) == (10, "TG31", "1710")
    assert (line.ordered_quantity, line.unit_price_cents) == (21, 118_032)


def test_a_change_in_sap_comes_with_the_next_poll_and_nothing_else(sap: SapSite) -> None:
    connector = sap.connector()
    _, cursor = read_all(connector, "orders", limit=100)
    sap.write(ORDER, PurchaseOrderByCustomer="PO-NEW")
    pages, cursor = read_all(connector, "orders", limit=100, cursor=cursor)
    changed = [r.entity for r in state_of(pages).values() if isinstance(r.entity, SalesOrder)]
    assert [(order.number, order.customer_po) for order in changed if order.number == "0000004712"] == [
        ("0000004712", "PO-NEW")
    ]
    assert len(changed) < 5


def test_an_entity_changed_since_the_decision_is_a_conflict(sap: SapSite) -> None:
    connector = sap.connector()
    decided_on = str(sap.row(ORDER)["__metadata"]["etag"])  # type: ignore[index]
    sap.write(ORDER, PurchaseOrderByCustomer="PO-NEW")
    answer = connector.submit(set_condition("02", version=decided_on))
    assert answer.result is CommandResult.CONFLICT
    assert sap.row(ORDER)["ShippingCondition"] == "01"


def test_a_change_between_reading_and_writing_is_a_conflict(
    sap: SapSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = sap.connector()
    read = connector._client.entity

    def read_then_somebody_writes(path: str, *, version: int) -> object:
        row = read(path, version=version)
        sap.write(ORDER, PurchaseOrderByCustomer="PO-NEW")
        return row

    monkeypatch.setattr(connector._client, "entity", read_then_somebody_writes)
    assert connector.submit(set_condition("02")).result is CommandResult.CONFLICT
    assert sap.row(ORDER)["ShippingCondition"] == "01"


PROMISE = """
[[command]]
verb = "promise_date"
target = "(?P<SalesOrder>.+)"
must = [{ property = "RequestedDeliveryDate", value = "{replaces_promised_at}", type = "date" }]
set = [{ property = "RequestedDeliveryDate", value = "{promised_at}", type = "date" }]
"""


def test_a_day_is_that_of_the_services_zone_and_another_one_by_now_is_a_conflict(sap: SapSite) -> None:
    orders = (sap.profiles / "orders.toml").read_text(encoding="utf-8").partition(CONDITION)[0]
    zoned = 'timezone = "America/New_York"\n' + orders + PROMISE
    (sap.profiles / "orders.toml").write_text(zoned, encoding="utf-8")
    connector = sap.connector()

    def promised() -> datetime:
        pages, _ = read_all(connector, "orders", limit=100)
        (held,) = [r.entity for r in state_of(pages).values() if r.ref.entity_id == "0000004712"]
        assert isinstance(held, SalesOrder)
        return held.promised_at

    before = promised()
    assert before.isoformat() == "2025-09-14T03:59:00+00:00", "the end of the thirteenth in New York"
    action = PromiseDate(
        order_id=OrderId("0000004712"),
        line_ids=(LineId("0000004712-000010"),),
        # What is over already, the service puts off to its own day.
        promised_at=before + timedelta(days=600),
        replaces_promised_at=before,
    )
    done = connector.submit(Command(key="a-1", source=SourceName("sap"), action=action))
    assert done.result is CommandResult.SUCCEEDED, done.message
    assert promised() == action.promised_at
    other = replace(action, promised_at=before + timedelta(days=604))
    late = connector.submit(Command(key="a-2", source=SourceName("sap"), action=other))
    assert late.result is CommandResult.CONFLICT
    assert promised() == action.promised_at


def test_an_expired_token_is_fetched_again_and_the_change_happens_once(sap: SapSite) -> None:
    connector = sap.connector()
    assert connector.submit(set_condition("02")).result is CommandResult.SUCCEEDED
    connector._client._tokens[SALES] = "a-token-that-expired"
    assert connector.submit(set_condition("01", key="a-2")).result is CommandResult.SUCCEEDED
    row = sap.row(ORDER)
    assert (row["ShippingCondition"], row["SDDocumentReason"]) == ("01", "a-2")


def test_a_lost_answer_is_unknown_and_the_probe_finds_the_key(
    sap: SapSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = sap.connector()
    send = connector._client._transport.send

    def send_and_lose(method: str, path: str, **more: object) -> object:
        reply = send(method, path, **more)  # type: ignore[arg-type]
        return replace(reply, status=502) if method == "PATCH" else reply

    monkeypatch.setattr(connector._client._transport, "send", send_and_lose)
    assert connector.submit(set_condition("02")).result is CommandResult.UNKNOWN
    monkeypatch.undo()
    found = connector.probe(set_condition("02"))
    assert found is not None
    assert (found.result, found.repeated) == (CommandResult.SUCCEEDED, True)
    assert sap.row(ORDER)["SDDocumentReason"] == "a-1"


def test_a_write_that_sap_breaks_off_did_not_happen_and_is_sent_again(sap: SapSite) -> None:
    connector = sap.connector()
    sap.fault(match="A_SalesOrder", method="PATCH", status=500, message="Backend unreachable", count=1)
    assert connector.submit(set_condition("02")).result is CommandResult.UNKNOWN
    assert connector.probe(set_condition("02")) is None
    assert connector.submit(set_condition("02")).result is CommandResult.SUCCEEDED
    assert connector.manifest.idempotency is IdempotencyLevel.C


def test_a_line_moves_only_whole_and_only_from_where_it_is(sap: SapSite) -> None:
    sap.use("orders")
    connector = sap.connector()

    def move(quantity: int, origin: str) -> Command:
        action = ReallocateLine(
            order_id=OrderId("0000004712"), line_id=LineId("0000004712-000010"),
            from_node_id=NodeId(origin), to_node_id=NodeId("1720"), quantity=quantity,
        )  # fmt: skip
        return Command(key="m-1", source=SourceName("sap"), action=action)

    assert connector.submit(move(5, "1710")).result is CommandResult.CONFLICT
    assert connector.submit(move(21, "1730")).result is CommandResult.CONFLICT
    assert sap.row(LINE)["Plant"] == "1710"
    assert connector.manifest.idempotency is IdempotencyLevel.D


def test_a_wrong_password_is_refused_in_words_and_stands_in_none(sap: SapSite) -> None:
    connector = sap.connector(password="a-wrong-one")
    with pytest.raises(RefusedError, match="401") as caught:
        connector.changes("orders", None, 10)
    assert "a-wrong-one" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_set_or_property_that_is_not_there_is_named(sap: SapSite) -> None:
    text = (sap.profiles / "orders.toml").read_text(encoding="utf-8")
    (sap.profiles / "orders.toml").write_text(text.replace('"LastChangeDate"', '"Changed"'), encoding="utf-8")
    with pytest.raises(RefusedError, match="Changed"):
        sap.connector().changes("orders", None, 10)


@pytest.mark.parametrize("version", [2, 4])
def test_a_delta_link_gives_what_changed_and_what_is_gone(sap: SapSite, version: int) -> None:
    text = (
        (sap.profiles / "orders.toml")
        .read_text(encoding="utf-8")
        .partition('[[record]]\nkind = "order_line')[0]
    )
    text = text.replace('expand = ["to_Item"]', 'follow = "delta"')
    if version == 4:
        text = text.replace("version = 2", "version = 4").replace(SALES, SALES_V4).replace("A_Sales", "Sales")
    (sap.profiles / "orders.toml").write_text(text, encoding="utf-8")
    connector = sap.connector()
    pages, cursor = read_all(connector, "orders", limit=10)
    assert len(pages) > 1
    assert len(state_of(pages)) == 25
    assert connector.ids("orders") is None
    sap.write(ORDER, PurchaseOrderByCustomer="PO-DELTA")
    sap.remove("A_SalesOrder('0000004714')")
    pages, _ = read_all(connector, "orders", limit=10, cursor=cursor)
    held = {ref.entity_id: r.entity for ref, r in state_of(pages).items() if isinstance(r.entity, SalesOrder)}
    assert held["0000004712"].customer_po == "PO-DELTA"
    assert [gone.ref.entity_id for page in pages for gone in page.deleted] == ["0000004714"]


def test_what_is_deleted_is_missing_from_the_ids(sap: SapSite) -> None:
    connector = sap.connector()
    before = connector.ids("orders")
    sap.remove("A_SalesOrder('0000004714')")
    after_it = connector.ids("orders")
    assert before is not None
    assert after_it is not None
    assert "0000004714" in before - after_it
    assert before > after_it


def test_numbers_keep_their_digits_and_ties_of_a_stamp_are_all_read(tmp_path: Path) -> None:
    with V4Site(tmp_path, page_size=1) as site:
        pages, _ = read_all(site.connector(), "stock", limit=3)
        held = {r.entity.item_id: r.entity for r in state_of(pages).values()
                if isinstance(r.entity, InventoryPosition)}  # fmt: skip
        bad = [b for page in pages for b in page.rejected]
    assert {item: position.on_hand_quantity for item, position in held.items()} == {
        "A-1": 12, "A-3": 0, "O'Hara & Co +1%": 7, "A-0": 3
    }  # fmt: skip
    assert [(b.external_id, b.code) for b in bad] == [("1710|A-2", "bad-value")]
    assert b"12.5" in bad[0].raw


@pytest.mark.parametrize("poison", [0, 1, 50, 100])
def test_poison_hides_no_good_row(tmp_path: Path, poison: int) -> None:
    rows = [
        stock_row(f"A-{n:03}", "0.5" if n < poison else "7", f"2026-11-20T10:00:{n % 60:02}+00:00")
        for n in range(100)
    ]
    with V4Site(tmp_path, rows=rows, page_size=0) as site:
        pages, _ = read_all(site.connector(), "stock", limit=40)
    assert len(state_of(pages)) == 100 - poison
    assert sum(len(page.rejected) for page in pages) == poison


def test_deleted_rows_of_a_v4_delta_have_the_whole_key(tmp_path: Path) -> None:
    with V4Site(tmp_path, profile=PROFILE.replace('stamp = "ChangedAt"', 'follow = "delta"')) as site:
        connector = site.connector()
        _, cursor = read_all(connector, "stock", limit=2)
        site.remove("A-3")
        site.change("A-1", Free=99)
        pages, _ = read_all(connector, "stock", limit=2, cursor=cursor)
    assert [gone.ref.entity_id for page in pages for gone in page.deleted] == ["1710|A-3"]
    assert [r.entity.on_hand_quantity for r in state_of(pages).values()
            if isinstance(r.entity, InventoryPosition)] == [99]  # fmt: skip


def test_a_link_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    with V4Site(tmp_path) as site:
        client = site.connector()._client
        for link in ("http://elsewhere.example/Stocks?$skiptoken=2", "//elsewhere.example/x", "/Stocks"):
            with pytest.raises(RefusedError, match="leads to"):
                client.path_of(link, "")
        assert client.path_of(f"{site.server.url}/Stocks?$skiptoken=2", "") == "/Stocks?$skiptoken=2"


def test_a_killed_server_is_unavailable_and_the_cursor_goes_on_after_it(tmp_path: Path) -> None:
    with V4Site(tmp_path) as site:
        connector = site.connector()
        first = connector.changes("stock", None, 2)
        site.server.kill()
        with pytest.raises(UnavailableError):
            connector.changes("stock", first.cursor, 2)
        site.server.start()
        pages, _ = read_all(connector, "stock", limit=2, cursor=first.cursor)
        whole, _ = read_all(connector, "stock", limit=50)
    assert state_of([first, *pages]) == state_of(whole)


@pytest.mark.parametrize("body", [b"[]", b'{"d": 3}', b'{"value": [3]}', b"<html>", b'{"value": {"a": 1}}'])
@pytest.mark.parametrize("version", [2, 4])
def test_what_is_no_collection_is_refused(body: bytes, version: int) -> None:
    with pytest.raises(BadInputError, match="OData"):
        answer_of(body, version)


def test_both_spellings() -> None:
    assert literal("O'Hara", "text", 4) == "'O''Hara'"
    assert literal("2026-11-20T10:00:00.1234567Z", "datetimeoffset", 4) == "2026-11-20T10:00:00.1234567Z"
    assert literal("2026-11-20T10:00:00", "datetimeoffset", 2) == "datetimeoffset'2026-11-20T10:00:00Z'"
    assert literal("2026-11-20", "date", 2) == "datetime'2026-11-20T00:00:00'"
    assert stamp_text("2026-11-20T10:00:00+02:00") == "2026-11-20T08:00:00"
    assert body_value("2026-11-20", "date", 2) == "/Date(1795132800000)/"
    assert body_value("2026-11-20T10:00:00+01:00", "datetime", 4) == "2026-11-20T09:00:00Z"
    assert same("21.000", "21", "number")
    assert not same(None, "x", "text")
    assert key_of("http://h/s/A_Item(Order='1''2',Item='10')", ("Order", "Item")) == {
        "Order": "1'2",
        "Item": "10",
    }
    assert after("S", "1", [("A", "'x'"), ("B", "2")], strict=True) == (
        "S gt 1 or (S eq 1 and A gt 'x') or (S eq 1 and A eq 'x' and B gt 2)"
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('stream = "stock"', 'stream = "weather"', "no stream"),
        ('stamp = "ChangedAt"', "", "names none"),
        ('to = "node_id"', 'to = "node"', "no field node"),
        ("(?P<Plant>[^|]+)[|](?P<Material>.+)", ".+", "names no key"),
        ("(?P<Plant>", "(?P<Plant", "no pattern"),
        ('verb = "set_order_field"', 'verb = "dance"', "no verb"),
        ("version = 4", "version = 3", "version"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(old: str, new: str, says: str) -> None:
    assert old in PROFILE
    with pytest.raises(BadInputError, match=says):
        parse_profile(PROFILE.replace(old, new), "stock.toml")


@pytest.mark.parametrize("name", ["orders", "deliveries", "supply", "stock"])
def test_the_shipped_profiles_can_be_used(name: str) -> None:
    assert parse_profile((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"), name).stream == name
