"""Records: each kind is told by its class, and values that cannot be are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.errors import BadValueError
from domain.ids import EntityKind, EntityRef
from domain.records import TYPE_OF_KIND, Entity, kind_of, ref_of
from tests.support import facts
from tests.support.facts import NOW
from tests.support.keep_database import one_of_each

NAIVE = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 - what a careless source sends
WITHOUT_RECORDS = {
    "feed",
    "quarantined_record",
    "bin",
    "carrier",
    "wave",
    "supplier",
    "policy_row",
    "exception_case",
}


def test_every_kind_has_a_class_or_is_named_only() -> None:
    assert set(EntityKind) - set(TYPE_OF_KIND) == WITHOUT_RECORDS
    assert [kind_of(entity) for entity in one_of_each()] == list(TYPE_OF_KIND)


@pytest.mark.parametrize("entity", one_of_each(), ids=lambda entity: kind_of(entity).value)
def test_a_record_is_meant_by_its_kind_and_its_first_field(entity: Entity) -> None:
    wanted = getattr(entity, fields(entity)[0].name)
    assert ref_of(entity) == EntityRef(kind=kind_of(entity), entity_id=wanted)


@pytest.mark.parametrize(
    ("build", "field", "value"),
    [
        (facts.customer, "routing_chargeback_cents", -1),
        (facts.customer, "minimum_shelf_life_days", -1),
        (facts.customer, "currency", " "),
        (facts.item, "minimum_order_quantity", -1),
        (facts.item, "volume_cm3", -1),
        (facts.order, "status_at", NAIVE),
        (facts.allocation, "allocated_at", NAIVE),
        (facts.supply, "confirmed_quantity", -1),
        (facts.supply, "shipped_quantity", -1),
        (facts.supply, "ordered_at", NAIVE),
        (facts.supply, "asn_at", NAIVE),
        (facts.supply, "dock_at", NAIVE),
        (facts.supply, "received_at", NAIVE),
        (facts.pick, "released_at", NAIVE),
        (facts.pick, "work_minutes", -1),
        (facts.shipment, "quote_cents", -1),
        (facts.shipment, "shipped_at", NAIVE),
        (facts.shipment, "delivered_at", NAIVE),
        (facts.milestone, "corrects_id", "M1"),
        (facts.milestone, "received_at", NAIVE),
        (facts.booking, "expires_at", NAIVE),
        (facts.invoice, "paid_at", NAIVE),
        (facts.invoice, "paid_cents", 2**60),
        (facts.position, "on_hand_quantity", -(2**60)),
        (facts.rma, "received_quantity", -1),
        (facts.rma, "claimed_quantity", -1),
        (facts.rma, "expected_by", NAIVE),
        (facts.rma, "received_at", NAIVE),
        (facts.rma, "disposed_at", NAIVE),
        (facts.rma, "credited_at", NAIVE),
        (facts.lot, "lot_id", ""),
        (facts.lot, "expires_at", NAIVE),
        (facts.cycle_count, "bin_code", ""),
        (facts.cycle_count, "counted_quantity", -1),
        (facts.cycle_count, "counted_at", NAIVE),
        (facts.route_event, "event_id", ""),
        (facts.route_event, "ends_at", NOW - timedelta(days=9)),
        (facts.order_change, "new_quantity", -1),
        (facts.order_change, "requested_at", NAIVE),
        (facts.edi_message, "partner", ""),
        (facts.edi_message, "transaction_set", ""),
        (facts.edi_message, "received_at", NAIVE),
        (facts.contact, "customer_id", ""),
        (facts.contact, "name", " "),
        (facts.contact, "email", "nobody"),
        (facts.service_case, "number", ""),
        (facts.service_case, "customer_id", ""),
        (facts.service_case, "opened_at", NAIVE),
        (facts.service_case, "closed_at", NAIVE),
    ],
)
def test_a_value_that_cannot_be_is_refused(build: Callable[..., Entity], field: str, value: Any) -> None:
    with pytest.raises(BadValueError):
        build(**{field: value})


def test_books_may_hold_less_than_nothing() -> None:
    assert facts.position("MEM", -12).on_hand_quantity == -12
    assert facts.cycle_count(system_quantity=-3).system_quantity == -3


def test_an_event_may_have_no_end_in_sight() -> None:
    assert facts.route_event(ends_at=None).ends_at is None
