"""The real Tryton that the other end-to-end tests work against: the seed gives what it says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import tryton_scenarios as scenarios
from tests.support.tryton_company import CLERK, CREDIT_MANAGER
from tests.support.tryton_day import today
from tests.support.tryton_rpc import TrytonRefusal, TrytonRpc
from tests.support.tryton_seed import PRODUCTS, STOCK, USUAL_STOCK, Distributor
from tests.support.tryton_server import TrytonServer


def moves_of(rpc: TrytonRpc, shipment: int) -> dict[str, float]:
    """Units of a shipment's picking moves by state."""
    rows = rpc.find(
        "stock.move", [["shipment", "=", f"stock.shipment.out,{shipment}"]], "origin", "state", "quantity"
    )
    found: dict[str, float] = {}
    for row in rows:
        if row["origin"].startswith("stock.move,"):
            found[row["state"]] = found.get(row["state"], 0) + row["quantity"]
    return found


def test_stock_is_as_seeded(clerk: TrytonRpc, distributor: Distributor) -> None:
    ids = list(distributor.products.values())
    for site, warehouse in distributor.warehouses.items():
        rows = clerk.find("product.product", [["id", "in", ids]], "code", "quantity", locations=[warehouse])
        on_hand = {row["code"]: row["quantity"] for row in rows}
        assert on_hand == {code: STOCK.get(code, USUAL_STOCK)[site] for code in PRODUCTS}


def test_credit_hold_stays_a_quotation_for_the_clerk_and_warns_the_credit_manager(
    server: TrytonServer, clerk: TrytonRpc, distributor: Distributor
) -> None:
    order = scenarios.credit_hold(clerk, distributor)
    assert clerk.read("sale.sale", order.sale, "state")["state"] == "quotation"
    with pytest.raises(TrytonRefusal) as refusal:
        server.rpc(CREDIT_MANAGER).press("sale.sale", "confirm", order.sale)
    assert refusal.value.kind == "UserWarning"
    assert refusal.value.details[0][0].endswith(".credit_limit_amount")


def test_shortage_waits_with_what_there_is(clerk: TrytonRpc, distributor: Distributor) -> None:
    order = scenarios.shortage(clerk, distributor)
    [shipment] = order.shipments
    row = clerk.read("stock.shipment.out", shipment, "state", "partially_assigned", "warehouse")
    assert row["state"] == "waiting"
    assert row["partially_assigned"]
    assert row["warehouse"] == distributor.warehouses["NEW"]
    assert moves_of(clerk, shipment) == {"assigned": 4.0, "draft": 6.0}


def test_split_is_needed_because_no_warehouse_can_ship_alone(
    clerk: TrytonRpc, distributor: Distributor
) -> None:
    order = scenarios.split_needed(clerk, distributor)
    assert moves_of(clerk, order.shipments[0]) == {"assigned": 15.0, "draft": 15.0}
    assert max(STOCK["GAUGE-1"].values()) < 30 < sum(STOCK["GAUGE-1"].values())


@pytest.mark.parametrize("expected_in_days", [9, -3])
def test_late_inbound_leaves_an_order_waiting(
    clerk: TrytonRpc, distributor: Distributor, expected_in_days: int
) -> None:
    late = scenarios.late_inbound(clerk, distributor, expected_in_days)
    move = clerk.read("stock.move", late.moves[0], "planned_date", "origin_planned_date", "state", "quantity")
    assert move["origin_planned_date"] == today() + timedelta(days=1)
    assert move["planned_date"] == today() + timedelta(days=expected_in_days)
    assert (move["state"], move["quantity"]) == ("draft", 20.0)
    shipment = clerk.read("stock.shipment.out", late.order.shipments[0], "state", "planned_date")
    assert (shipment["state"], shipment["planned_date"]) == ("waiting", today() + timedelta(days=2))


def test_wrong_price_differs_from_the_list(clerk: TrytonRpc, distributor: Distributor) -> None:
    order = scenarios.wrong_price(clerk, distributor)
    line = clerk.read("sale.line", order.lines[0], "unit_price", "product")
    listed = clerk.read("product.product", line["product"], "list_price_used")
    assert (line["unit_price"], listed["list_price_used"]) == (Decimal("30.00"), Decimal("38.00"))
    assert clerk.read("sale.sale", order.sale, "state")["state"] == "quotation"


def test_carrier_can_still_be_changed(clerk: TrytonRpc, distributor: Distributor) -> None:
    order = scenarios.carrier_to_change(clerk, distributor)
    row = clerk.read("stock.shipment.out", order.shipments[0], "state", "carrier")
    assert (row["state"], row["carrier"]) == ("assigned", distributor.carriers["Overland Freight"])


def test_second_writer_with_an_old_timestamp_is_refused(clerk: TrytonRpc, distributor: Distributor) -> None:
    [shipment] = scenarios.routine(clerk, distributor).shipments
    seen = clerk.read("stock.shipment.out", shipment, "_timestamp")["_timestamp"]
    lock = {f"stock.shipment.out,{shipment}": seen}
    clerk.write("stock.shipment.out", [shipment], {"reference": "first"}, _timestamp=lock)
    with pytest.raises(TrytonRefusal) as refusal:
        clerk.write("stock.shipment.out", [shipment], {"reference": "second"}, _timestamp=lock)
    assert refusal.value.kind == "ConcurrencyException"
    assert clerk.read("stock.shipment.out", shipment, "reference")["reference"] == "first"


def test_data_survives_a_power_cut_of_the_server(server: TrytonServer, distributor: Distributor) -> None:
    order = scenarios.routine(server.rpc(CLERK), distributor)
    server.stop()
    with pytest.raises(OSError):  # noqa: PT011 refused or reset, as the system has it
        server.rpc(CLERK)
    server.start()
    assert scenarios.read_order(server.rpc(CLERK), order.sale).number == order.number
