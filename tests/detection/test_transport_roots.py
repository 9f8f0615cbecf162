"""Carriers in trouble and events on the road: what lies behind many shipments at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from app.detection.rule import Rule
from app.detection.rules.transport import carrier, route_event
from app.detection.rules.transport.chance import BINOMIAL_TAIL_SQL, binomial_tail
from domain.ids import EntityKind, NodeId, ShipmentId, ZoneId
from domain.orders import OrderStatus
from domain.records import Entity
from domain.transport import Shipment, ShipmentStatus
from tests.support.facts import (
    DAY,
    NOW,
    carrier_service,
    customer,
    item,
    line,
    node,
    order,
    shipment,
)
from tests.support.facts import (
    route_event as event,
)
from tests.support.open_case import record_open_case
from tests.support.rule_room import RuleRoom, policy_of, rule_room

POLICY = policy_of("transport")
RoomOf = Callable[[Rule], AbstractContextManager[RuleRoom]]
HOUR = timedelta(hours=1)
PARTIES: tuple[Entity, ...] = (
    customer(),
    item(),
    node(),
    carrier_service(),
    order(status=OrderStatus.RELEASED),
    line(),
)


@pytest.fixture
def room_of(tmp_path: Path) -> RoomOf:
    @contextmanager
    def made(rule: Rule) -> Iterator[RuleRoom]:
        with rule_room(tmp_path, rule, POLICY) as room:
            room.put(*PARTIES)
            assert room.look() == []
            yield room

    return made


def moving(number: int, *, late: bool = False, slow: bool = True) -> Shipment:
    """Left three days and a half ago with a service of three days; late by a day, or in time."""
    left = NOW - timedelta(days=3, hours=12)
    window = NOW - HOUR if late else NOW + DAY
    return shipment(
        f"SH-{number}",
        status=ShipmentStatus.IN_TRANSIT,
        shipped_at=left if slow else NOW - DAY,
        window_end_at=window,
        eta_at=NOW + HOUR if late else NOW + 2 * HOUR,
        zone_id=ZoneId("Z1"),
    )


def delivered(number: int, *, late: bool, ago: timedelta) -> Shipment:
    at = NOW - ago
    return replace(
        moving(number),
        shipment_id=ShipmentId(f"D-{number}"),
        status=ShipmentStatus.DELIVERED,
        shipped_at=at - 5 * DAY,
        delivered_at=at,
        window_end_at=at - HOUR if late else at + HOUR,
    )


def test_four_late_of_six_are_no_chance(room_of: RoomOf) -> None:
    """At the least share of 5 % that happens once in 12,000; three of six once in 450."""
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n, late=n < 3) for n in range(6)))
        assert room.look() == []
        room.put(moving(3, late=True))
        found = room.only()
    assert str(found.entity) == "carrier/UPSN|MEM"
    assert found.correlation_key == "carrier:UPSN:MEM"
    assert found.consequence.startswith(
        "4 of 6 shipments of UPSN from Memphis are late or silent where 5.0 % is usual; 4 of them with 1"
    )
    assert {fact.name: fact.value for fact in found.evidence}["odds"] == "8.6e-05"
    assert [str(ref) for ref in found.about] == ["carrier/UPSN", "lane/MEM|Z1", "node/MEM"]


def test_lateness_that_began_before_the_departure_is_not_the_carriers(room_of: RoomOf) -> None:
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n, late=True, slow=False) for n in range(6)))
        assert room.look() == []


def test_silent_shipments_count_as_late_ones(room_of: RoomOf) -> None:
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n) for n in range(6)))
        with room.room.mirror.engine.begin() as connection:
            for n in range(4):
                record_open_case(connection, "TR-GAP", EntityKind.SHIPMENT, f"SH-{n}", opened_at=NOW)
        assert len(room.look()) == 1
        assert [found.entity.entity_id for found in room.narrowed("UPSN|MEM")] == ["UPSN|MEM"]
        assert room.narrowed("UPSN|DFW") == []


def test_what_is_usual_for_a_carrier_is_learned_from_its_deliveries(room_of: RoomOf) -> None:
    """Forty deliveries, half of them late: four late of six are then nothing special."""
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n, late=n < 4) for n in range(6)))
        room.only()
        room.put(*(delivered(n, late=n % 2 == 0, ago=5 * DAY) for n in range(40)))
        assert room.look() == []
        room.advance(days=25)
        assert len(room.look()) == 1, "a month later nobody remembers"


def test_deliveries_count_for_the_window_and_then_only_as_what_is_usual(room_of: RoomOf) -> None:
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n, late=n < 2) for n in range(4)))
        room.put(*(delivered(n, late=True, ago=47 * HOUR) for n in range(2)))
        assert len(room.look()) == 1
        room.advance(minutes=59)
        assert len(room.look()) == 1
        room.advance(minutes=1)
        assert room.look() == []


def test_an_open_case_of_a_carrier_stays_until_the_wider_limit(room_of: RoomOf) -> None:
    """Three of six happen once in 450: too often to open a case, too seldom to close one."""
    with room_of(carrier.RULE) as room:
        room.put(*(moving(n, late=n < 3) for n in range(6)))
        assert room.look() == []
        with room.room.mirror.engine.begin() as connection:
            record_open_case(connection, "TR-CARRIER", EntityKind.CARRIER, "UPSN|MEM", opened_at=NOW)
        assert len(room.look()) == 1
        room.put(moving(2))
        assert room.look() == []


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(0, 60), st.integers(100, 3_000))
def test_the_tail_in_sql_is_the_exact_one(trials: int, failures: int, usual_bp: int) -> None:
    failures = min(failures, trials)
    query = f"SELECT {BINOMIAL_TAIL_SQL} FROM (SELECT {trials} AS trials, {failures} AS failures, {usual_bp} AS usual_bp) g"  # noqa: E501, S608 - whole numbers of our own
    with create_engine("sqlite://").begin() as connection:
        found = connection.exec_driver_sql(query).scalar_one()
    assert found == pytest.approx(binomial_tail(failures, trials, usual_bp), abs=1e-9)


def test_the_tail_is_a_probability_that_falls() -> None:
    tails = [binomial_tail(k, 40, 500) for k in range(42)]
    assert tails[0] == 1.0
    assert tails[41] == 0.0
    assert tails == sorted(tails, reverse=True)


def test_an_event_meets_the_shipments_of_its_zone_while_it_is_on(room_of: RoomOf) -> None:
    with room_of(route_event.RULE) as room:
        room.put(shipment(zone_id="Z1"), event(starts_at=NOW + HOUR, ends_at=NOW + 5 * HOUR + DAY))
        assert room.look() == []
        room.advance(hours=1)
        found = room.only()
        assert str(found.entity) == "route_event/E1"
        assert found.correlation_key == "event:E1"
        assert found.title == "Snow storm on the way of 1 shipments"
        assert "at Z1: 1 open shipments meet it and it lasts until 2026-11-23T17:00Z" in found.consequence
        assert [str(ref) for ref in found.about] == ["lane/MEM|Z1"]
        room.advance(hours=28)
        assert room.look() == []


@pytest.mark.parametrize(
    "other",
    [
        shipment(zone_id="Z2"),
        shipment(zone_id="Z1", status=ShipmentStatus.DELIVERED),
        shipment(zone_id="Z1", status=ShipmentStatus.CANCELLED),
        shipment(zone_id="Z1", planned_pickup_at=NOW + 3 * DAY),
    ],
    ids=["elsewhere", "there", "cancelled", "after it"],
)
def test_an_event_without_open_shipments_on_its_way_is_no_case(room_of: RoomOf, other: Shipment) -> None:
    with room_of(route_event.RULE) as room:
        room.put(shipment(zone_id="Z1"), event())
        room.only()
        room.put(other)
        assert room.look() == []


def test_an_event_at_a_node_meets_what_starts_there_once(room_of: RoomOf) -> None:
    here = event(node_ids=(NodeId("MEM"),), zone_ids=(ZoneId("Z1"),), ends_at=None)
    with room_of(route_event.RULE) as room:
        room.put(shipment(zone_id="Z1"), replace(shipment("SH-2", zone_id="Z2")), here)
        found = room.only()
        assert "2 open shipments meet it and its end is not known" in found.consequence
        assert [str(ref) for ref in found.about] == ["lane/MEM|Z1", "lane/MEM|Z2", "node/MEM"]
        room.put(replace(here, ends_at=NOW))
        assert room.look() == []


def test_of_a_large_event_a_few_shipments_stand_for_all(tmp_path: Path) -> None:
    few = policy_of("transport", route_detail_shipments=2)
    with rule_room(tmp_path, route_event.RULE, few) as room:
        room.put(*PARTIES, *(shipment(f"SH-{n}", zone_id=f"Z{1 + n % 2}") for n in range(3)))
        room.put(event(zone_ids=(ZoneId("Z1"), ZoneId("Z2"))))
        found = room.only()
    assert found.title == "Snow storm on the way of 3 shipments"
    assert [str(ref) for ref in found.about] == ["lane/MEM|Z1", "lane/MEM|Z2"]
    assert "rest_of_shipments" in found.impact.assumed
    losses = dict(found.losses)
    assert losses["route_event/E1"] == losses["SO-1/1"] // 2 + 15 * 75


@pytest.mark.parametrize("rule", [carrier.RULE, route_event.RULE])
def test_the_narrowed_select_scans_no_table_of_facts(room_of: RoomOf, rule: Rule) -> None:
    with room_of(rule) as room:
        plan = room.plan()
    facts = ("SCAN s ", "SCAN shipment", "SCAN milestone", "SCAN exception_case")
    assert not [step for step in plan if step.startswith(facts) or "BLOOM" in step]
