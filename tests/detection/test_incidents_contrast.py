"""Contrast: what unexplained cases share beyond chance, by exact arithmetic, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.detection.incidents.contrast import Observation, Population, contrasts, upper_tail
from domain.ids import CaseId, CustomerId, EntityKind, NodeId, OrderId, ShipmentId
from tests.support.case_book import CaseBook, case_books
from tests.support.facts import NOW, order, shipment


@given(st.data())
def test_the_tail_is_the_exact_hypergeometric_one(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 120))
    marked, draws = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    hits = data.draw(st.integers(0, draws))
    ways = sum(comb(marked, k) * comb(total - marked, draws - k) for k in range(hits, min(draws, marked) + 1))
    exact = float(Fraction(ways, comb(total, draws)))
    assert upper_tail(hits, draws, marked, total) == pytest.approx(exact, rel=1e-9, abs=1e-300)


def seen(number: int, *, key: str = "", **traits: str) -> Observation:
    return Observation(case_id=f"EX-{number:04}", key=key or f"k{number}", traits=traits)


EVEN = Population(counts={"carrier": {f"C{n}": 100 for n in range(10)}})


def test_a_carrier_far_above_its_share_stands_out_with_its_figures() -> None:
    pool = [seen(n, carrier="C3") for n in range(12)] + [seen(20 + n, carrier=f"C{n}") for n in range(8)]
    (found,) = contrasts(pool, EVEN)
    assert (found.trait, found.value, found.keys, found.of_keys) == ("carrier", "C3", 13, 20)
    assert (found.records, found.of_records) == (100, 1_000)


def test_an_even_spread_or_a_handful_is_chance() -> None:
    assert contrasts([seen(n, carrier=f"C{n % 10}") for n in range(40)], EVEN) == ()
    assert contrasts([seen(n, carrier="C3") for n in range(3)], EVEN) == ()


def test_cases_under_one_key_are_one_observation() -> None:
    pool = [seen(n, key="one", carrier="C3") for n in range(12)]
    pool += [seen(20 + n, carrier=f"C{n}") for n in range(8)]
    assert contrasts(pool, EVEN) == ()


def test_the_narrower_trait_takes_its_cases_and_the_rest_is_judged_without_them() -> None:
    counts = {"carrier": {f"C{n}": 100 for n in range(10)}, "node": {"MEM": 500, "DEN": 500}}
    pool = [seen(n, carrier="C3", node="MEM") for n in range(10)]
    pool += [seen(20 + n, carrier=f"C{n}", node=("MEM", "DEN")[n % 2]) for n in range(10)]
    found = contrasts(pool, Population(counts=counts))
    assert [(c.trait, c.value) for c in found] == [("carrier", "C3")]
    assert contrasts(list(reversed(pool)), Population(counts=counts)) == found


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseBook]:
    with case_books(tmp_path, "one") as books:
        yield books[0]


def unexplained(book: CaseBook, number: int) -> CaseId:
    return book.open(
        "OE-ROUTING",
        EntityKind.SHIPMENT,
        f"SH-{number}",
        correlation_key=f"routing:{number}",
        order_ids=json.dumps([f"SO-{number}"]),
    )


def furnish(book: CaseBook) -> None:
    """Two hundred shipments; each tenth goes with ACME."""
    for number in range(200):
        book.put(
            order(f"SO-{number}", customer_id=CustomerId(f"C{number}")),
            shipment(
                f"SH-{number}",
                order_id=OrderId(f"SO-{number}"),
                customer_id=CustomerId(f"C{number}"),
                origin_node_id=NodeId(("MEM", "DEN", "RNO")[number % 3]),
                scac="ACME" if number % 10 == 0 else f"R{number % 7}",
            ),
        )
    assert ShipmentId("SH-0")


def test_cases_of_one_carrier_become_one_incident_and_later_ones_join_it(book: CaseBook) -> None:
    furnish(book)
    of_acme = [unexplained(book, number) for number in range(0, 80, 10)]
    others = [unexplained(book, number) for number in (3, 14, 25)]
    book.correlate()
    assert book.together(*of_acme)
    incident = book.incident_of(of_acme[0])
    assert (incident["basis"], incident["correlation_key"]) == ("contrast", "contrast:carrier:ACME")
    assert incident["title"] == "Many new exceptions share carrier ACME"
    assert book.why(of_acme[0]) == (
        "8 of 11 unexplained cases of a day (72.7 %) but 10.0 % of all shipments share carrier ACME."
    )
    assert not any(book.together(of_acme[0], other) for other in others)
    book.later(minutes=20)
    late_one = unexplained(book, 80)
    book.correlate(late_one)
    assert not book.together(of_acme[0], late_one)
    book.later(hours=1)
    book.correlate(late_one)
    assert book.together(*of_acme, late_one)
    assert book.rows("SELECT COUNT(*) FROM incident WHERE closed_at IS NULL") == [(1 + len(others),)]


def test_orders_that_came_twice_in_one_hour_are_one_replay(book: CaseBook) -> None:
    first = [order(f"SO-{n}", ordered_at=NOW - timedelta(hours=40 + 5 * n)) for n in range(40)]
    again = [order(f"SO-{n}R", ordered_at=NOW - timedelta(minutes=30 + n)) for n in range(6)]
    book.put(*first, *again)
    twice = [
        book.open(
            "OE-DUP",
            EntityKind.SALES_ORDER,
            f"SO-{n}R",
            correlation_key=f"dup:C{n}:{n}",
            order_ids=json.dumps([f"SO-{n}", f"SO-{n}R"]),
        )
        for n in range(6)
    ]
    book.correlate()
    assert book.together(*twice)
    assert book.incident_of(twice[0])["title"] == "Many new exceptions share the hour of ordering"
