"""Tryton's rows become the tower's values, and a row that cannot be true is refused by its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tryton import mapping, mapping_network, places
from connectors.tryton.reference import Reference
from connectors.tryton.settings import settings_from
from connectors.tryton.tagged import Row, decode, encode
from connectors.tryton.values import instant, microseconds, to_cents, whole
from domain.billing import InvoiceStatus
from domain.distances import kilometres_between
from domain.errors import BadInputError, BadValueError
from domain.inventory import AllocationStatus
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus

CREATED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SETTINGS = settings_from(
    {
        "database": "d",
        "user": "u",
        "carriers": "Overland Freight=OVLF/5; Meridian Express=MRDX/1/20",
        "positions": "07105=40.728,-74.144",
    }
)
REFERENCE = Reference(
    settings=SETTINGS,
    timezone_name="America/New_York",
    company_party=1,
    warehouses={13: {"id": 13, "name": "Newark DC"}, 18: {"id": 18, "name": "Columbus DC"}},
    warehouse_of={10: 13, 11: 13, 15: 18, 16: 18},
    unit_factor={1: Decimal(1), 2: Decimal(12)},
    currency_code={1: "USD"},
    country_code={1: "US", 2: "AQ"},
    subdivision_code={5: "US-OH"},
    carriers={1: {"id": 1, "name": "Overland Freight"}, 3: {"id": 3, "name": "Coastal Parcel"}},
    carrier_cost_cents={1: 1_200, 3: 1_950},
)
SALE: Row = {
    "id": 3,
    "number": "SO3",
    "party": 2,
    "state": "processing",
    "shipment_state": "waiting",
    "sale_date": date(2026, 11, 20),
    "shipping_date": None,
    "create_date": CREATED,
    "warehouse": 13,
    "currency": 1,
    "total_amount_cache": Decimal("3308.00"),
    "lines": [7, 6],
}
LINE: Row = {
    "id": 6,
    "sale": 3,
    "product": 2,
    "quantity": 10.0,
    "unit": 1,
    "unit_price": Decimal("329.00"),
}
PRODUCT: Row = {"id": 2, "default_uom": 1}
ADDRESS: Row = {
    "id": 4,
    "country": 1,
    "subdivision": 5,
    "postal_code": "43207",
    "city": "Columbus",
    "street": "480 Rail Avenue",
    "party_name": None,
}


def move(number: int, origin: str, state: str, units: float, location: int = 11) -> Row:
    """A stock move."""
    return {
        "id": number,
        "origin": origin,
        "state": state,
        "internal_quantity": units,
        "from_location": location,
        "to_location": 9,
        "product": 2,
    }


def test_order_has_its_dates_by_the_company_clock() -> None:
    order = mapping.sales_order(SALE, [], ADDRESS, {"name": "Alder"}, REFERENCE)
    assert order.order_id == "sale-3"
    assert order.status is OrderStatus.RELEASED
    assert order.ordered_at == CREATED
    # 17:00 in New York in November is 22:00 UTC; the promise is three transit days later.
    assert order.requested_at == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert order.promised_at == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert (order.total_cents, order.currency, order.ship_from_node_id) == (330_800, "USD", "wh-13")
    assert (order.ship_to.name, order.ship_to.city, order.ship_to.country) == ("Alder", "Columbus", "US")


def test_total_of_an_unconfirmed_order_is_added_up() -> None:
    lines = [LINE, {"quantity": 1.0, "unit_price": Decimal("18.005")}]
    order = mapping.sales_order({**SALE, "total_amount_cache": None}, lines, None, {}, REFERENCE)
    assert order.total_cents == 329_000 + 1_800
    assert order.ship_to.missing(("street", "postcode")) == ("street", "postcode")


@pytest.mark.parametrize(
    ("state", "shipment_state", "status"),
    [
        ("draft", "none", OrderStatus.ENTERED),
        ("quotation", "none", OrderStatus.ENTERED),
        ("confirmed", "none", OrderStatus.CONFIRMED),
        ("processing", "partially shipped", OrderStatus.RELEASED),
        ("processing", "sent", OrderStatus.SHIPPED),
        ("done", "sent", OrderStatus.INVOICED),
        ("cancelled", "none", OrderStatus.CANCELLED),
    ],
)
def test_order_states(state: str, shipment_state: str, status: OrderStatus) -> None:
    sale = {**SALE, "state": state, "shipment_state": shipment_state}
    assert mapping.sales_order(sale, [], None, {}, REFERENCE).status is status


def test_unknown_state_is_refused_and_not_guessed() -> None:
    with pytest.raises(BadValueError, match="'teleported'"):
        mapping.sales_order({**SALE, "state": "teleported"}, [], None, {}, REFERENCE)


@pytest.mark.parametrize("field", ["party", "create_date", "currency", "state"])
def test_order_with_a_missing_field_is_refused_by_name(field: str) -> None:
    row = {key: value for key, value in SALE.items() if key != field}
    with pytest.raises(BadValueError, match=field):
        mapping.sales_order(row, [], None, {}, REFERENCE)


def test_line_ships_from_where_most_of_it_is_planned() -> None:
    moves = [
        move(40, "sale.line,6", "draft", 4.0, location=11),
        move(41, "sale.line,6", "draft", 5.0, location=16),
        move(42, "sale.line,6", "done", 1.0, location=11),
    ]
    line = mapping.order_line(LINE, SALE, PRODUCT, moves, REFERENCE)
    assert (line.ordered_quantity, line.shipped_quantity, line.open_quantity) == (10, 1, 9)
    assert (line.node_id, line.position, line.unit_price_cents) == ("wh-18", 2, 32_900)


def test_line_in_another_unit_is_counted_in_the_stock_unit() -> None:
    dozen = {**LINE, "quantity": 2.0, "unit": 2, "unit_price": Decimal("60.00")}
    line = mapping.order_line(dozen, SALE, PRODUCT, [], REFERENCE)
    assert (line.ordered_quantity, line.unit_price_cents, line.value_cents) == (24, 500, 12_000)


@pytest.mark.parametrize("change", [{"quantity": 2.5}, {"quantity": None}, {"unit": 99}, {"quantity": True}])
def test_line_that_cannot_be_counted_is_refused(change: Row) -> None:
    with pytest.raises(BadValueError):
        mapping.order_line({**LINE, **change}, SALE, PRODUCT, [], REFERENCE)


def test_partly_assigned_move_is_reserved_and_planned() -> None:
    outgoing = move(40, "sale.line,6", "draft", 10.0)
    picking = [move(41, "stock.move,40", "draft", 6.0, 10), move(42, "stock.move,40", "assigned", 4.0, 10)]
    reserved, planned = mapping.allocations(outgoing, picking, REFERENCE)
    assert (reserved.allocation_id, reserved.quantity, reserved.status) == (
        "alloc-40-reserved",
        4,
        AllocationStatus.RESERVED,
    )
    assert (planned.quantity, planned.status, planned.node_id) == (6, AllocationStatus.PLANNED, "wh-13")


@given(
    total=st.integers(1, 50),
    picks=st.lists(
        st.tuples(st.integers(1, 20), st.sampled_from(["draft", "assigned", "done", "cancelled"]))
    ),
)
def test_allocations_add_up_to_the_move(total: int, picks: list[tuple[int, str]]) -> None:
    picking = [move(50 + i, "stock.move,40", s, float(u), 10) for i, (u, s) in enumerate(picks)]
    halves = mapping.allocations(move(40, "sale.line,6", "draft", float(total)), picking, REFERENCE)
    assert sum(half.quantity for half in halves) == total
    assert all(half.quantity > 0 for half in halves)


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_move_that_is_over_allocates_nothing(state: str) -> None:
    assert mapping.allocations(move(40, "sale.line,6", state, 10.0), [], REFERENCE) == ()


def test_postponed_receipt_keeps_its_first_date() -> None:
    row = {
        **move(46, "purchase.line,1", "draft", 20.0),
        "planned_date": date(2026, 12, 1),
        "origin_planned_date": date(2026, 11, 23),
        "effective_date": None,
    }
    row["to_location"] = 10
    purchase: Row = {"id": 1, "number": "PO1", "delivery_date": None, "create_date": CREATED}
    supply = mapping.inbound(row, purchase, {"name": "Pacific"}, REFERENCE)
    assert (supply.eta_at - supply.due_at).days == 8
    assert (supply.node_id, supply.open_quantity, supply.supplier_name) == ("wh-13", 20, "Pacific")
    received = mapping.inbound({**row, "state": "done"}, purchase, {}, REFERENCE)
    assert received.open_quantity == 0


def test_receipt_to_nowhere_is_refused() -> None:
    row = {**move(46, "purchase.line,1", "draft", 20.0), "to_location": 999}
    with pytest.raises(BadValueError, match="no warehouse"):
        mapping.inbound(row, {"create_date": CREATED}, {}, REFERENCE)


def test_shipment_arrives_after_its_carrier_transit() -> None:
    row: Row = {
        "id": 5,
        "number": "OUT5",
        "customer": 2,
        "warehouse": 18,
        "state": "assigned",
        "carrier": 1,
        "planned_date": date(2026, 11, 20),
        "effective_date": None,
        "create_date": CREATED,
    }
    made = mapping.shipment(row, [move(40, "sale.line,6", "draft", 10.0)], SALE, REFERENCE)
    assert (made.scac, made.service_id, made.status) == ("OVLF", "carrier-1", ShipmentStatus.BOOKED)
    assert made.eta_at == datetime(2026, 11, 25, 22, tzinfo=UTC)
    assert made.window_end_at == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert [line.quantity for line in made.lines] == [10]
    assert made.freight_cost_cents == 1_200
    bare = mapping.shipment({**row, "carrier": None}, [], SALE, REFERENCE)
    assert (bare.scac, bare.service_id) == ("", None)


def test_invoice_bills_order_lines() -> None:
    row: Row = {"id": 9, "number": None, "party": 2, "state": "posted", "invoice_date": date(2026, 11, 21)}
    row["create_date"] = CREATED
    billed: Row = {
        "id": 90,
        "origin": "sale.line,6",
        "product": 2,
        "quantity": 10.0,
        "unit_price": Decimal("329.00"),
    }
    made = mapping.invoice(row, [billed], {"sale": 3}, 5, {90: Decimal(3), 91: Decimal(5)})
    assert (made.status, made.order_id, made.shipment_id) == (InvoiceStatus.POSTED, "sale-3", "out-5")
    assert made.issued_at.date() == date(2026, 11, 21)
    assert (made.lines[0].unit_price_cents, made.lines[0].credited_quantity) == (32_900, 3)
    generous = mapping.invoice(row, [billed], {"sale": 3}, 5, {90: Decimal(12)})
    assert generous.lines[0].credited_quantity == 10, "of a line no more than all of it is given back"


def test_carrier_without_terms_gets_a_code_from_its_name() -> None:
    service = mapping_network.carrier_service(3, REFERENCE)
    assert (service.scac, service.transit_days, service.fixed_cost_cents) == ("COAS", 3, 1_950)


def test_place_is_the_given_position_then_the_state_then_refused() -> None:
    exact = mapping_network.place({**ADDRESS, "postal_code": "07105"}, "x", REFERENCE)
    assert (exact.latitude_micro, exact.longitude_micro) == (40_728_000, -74_144_000)
    assert mapping_network.place(ADDRESS, "x", REFERENCE).latitude_micro == 40_300_000
    with pytest.raises(BadValueError, match="no country"):
        mapping_network.place({**ADDRESS, "country": 2, "subdivision": None}, "x", REFERENCE)


def test_lane_grows_with_distance() -> None:
    site: Row = {"id": 13, "name": "Newark DC"}
    newark = {**ADDRESS, "postal_code": "07105"}
    near = mapping_network.lane(site, newark, "US-OH", ADDRESS, REFERENCE)
    far = mapping_network.lane(
        site,
        newark,
        "US-CA",
        ADDRESS,
        replace(REFERENCE, subdivision_code={5: "US-CA"}),
    )
    assert (near.lane_id, near.fixed_cost_cents) == ("lane-13-US-OH", 1_200)
    assert near.transit_days < far.transit_days
    assert near.rate_cents_per_kg < far.rate_cents_per_kg
    assert 3_800 < kilometres_between(places.STATES["NJ"], places.STATES["CA"]) < 3_900


def test_customer_tier_comes_from_a_category() -> None:
    party: Row = {
        "id": 2,
        "name": "Alder",
        "credit_limit_amount": Decimal(2500),
        "credit_amount": Decimal("99.5"),
    }
    made = mapping_network.customer(party, ADDRESS, ["Retail", "tier 2 since May"], REFERENCE)
    assert (made.tier, made.zone_id) == (2, "US-OH")
    assert (made.credit.limit_cents, made.credit.open_receivables_cents) == (250_000, 9_950)
    free = {**party, "credit_limit_amount": None}
    assert mapping_network.customer(free, ADDRESS, [], REFERENCE).credit.limit_cents is None
    assert mapping_network.customer(free, ADDRESS, [], REFERENCE).tier == 3


def test_options_that_cannot_be_read_are_refused_in_words() -> None:
    with pytest.raises(BadInputError, match="database"):
        settings_from({"user": "tower"})
    with pytest.raises(BadInputError, match="cannot be read"):
        settings_from({"database": "d", "user": "u", "carriers": "Overland Freight=OVLF"})


plain = (
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False)
)
times = st.datetimes(timezones=st.just(UTC)) | st.dates()


@given(st.recursive(plain | times, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_tagged_values_survive_the_trip(value: object) -> None:
    if isinstance(value, dict) and "__class__" in value:
        return
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "broken",
    [
        {"__class__": "Decimal", "decimal": "much"},
        {"__class__": "date", "year": 2026, "month": 13, "day": 1},
        {"__class__": "datetime", "year": 2026},
    ],
)
def test_broken_tagged_value_is_refused(broken: Row) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        decode(broken)


@given(st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 hypothesis adds it
def test_instants_are_exact_to_the_microsecond(moment: datetime) -> None:
    assert instant(microseconds(moment)) == moment


@given(st.integers(-(10**9), 10**9))
def test_cents_and_whole_units_are_exact(amount: int) -> None:
    assert to_cents(Decimal(amount) / 100) == amount
    assert whole(Decimal(amount), "x") == amount
