"""Correlating what changed gives the same as correlating everything, whatever happens to the cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from app.store.schema_incidents import INCIDENT_OVERRIDE
from domain.cases import case_identity
from domain.decision_tables.suppression import Suppression, SuppressOn
from domain.ids import CaseId, EntityKind, EntityRef
from tests.support.case_book import BookPolicy, CaseBook, case_books
from tests.support.facts import line, order, position, rma, shipment, supply

SUPPLIES = ("PO-1/1", "PO-2/1")
LINES = ("SO-1/1", "SO-2/1", "SO-3/1")
KEYS = ("k1", "k2")

#: What cases there can be: type, kind, id.
CASES = (
    *(("AL-SHORT", EntityKind.ORDER_LINE, line_id) for line_id in LINES),
    *(("OE-PRICE", EntityKind.ORDER_LINE, line_id) for line_id in LINES[:2]),
    *(("AL-PO-LATE", EntityKind.INBOUND_SUPPLY, supply_id) for supply_id in SUPPLIES),
    ("OE-CREDIT", EntityKind.SALES_ORDER, "SO-1"),
    ("IN-UNBILLED", EntityKind.SHIPMENT, "SH-1"),
    ("IN-UNBILLED", EntityKind.SHIPMENT, "SH-2"),
    ("DQ-STALE", EntityKind.FEED, "tms"),
    ("RT-OVERDUE", EntityKind.RETURN_AUTHORISATION, "R1"),
    ("RT-RATE", EntityKind.ITEM, "I1"),
)
POLICY = BookPolicy((Suppression(code="OE-PRICE", while_code="OE-CREDIT", on=SuppressOn.ORDER),))

WHICH = st.integers(min_value=0, max_value=len(CASES) - 1)
MOVES = st.one_of(
    st.tuples(st.just("open"), WHICH, st.sampled_from(KEYS)),
    st.tuples(st.just("close"), WHICH, st.just("")),
    st.tuples(st.just("rekey"), WHICH, st.sampled_from(KEYS)),
    st.tuples(st.just("version"), WHICH, st.just("")),
    st.tuples(st.just("peg"), st.integers(min_value=0, max_value=1), st.sampled_from(("", "012", "1", "20"))),
    st.tuples(st.just("alone"), WHICH, st.just("")),
    st.tuples(st.just("join"), WHICH, st.just("")),
    st.tuples(st.just("later"), st.integers(min_value=1, max_value=300), st.just("")),
)
HISTORIES = st.lists(st.lists(MOVES, min_size=1, max_size=4), min_size=1, max_size=9)

Move = tuple[str, int, str]


def case_of(number: int) -> CaseId:
    code, kind, entity_id = CASES[number]
    return case_identity(code, EntityRef(kind=kind, entity_id=entity_id))


def is_open(book: CaseBook, number: int) -> bool:
    found = book.rows(f"SELECT closed_at FROM exception_case WHERE case_id = '{case_of(number)}'")  # noqa: S608 - ids of this test
    return found == [(None,)]


def do(book: CaseBook, move: Move) -> set[CaseId]:
    """Make a move; the cases that detection would say it changed."""
    what, number, text = move
    if what == "later":
        book.later(minutes=number)
        return set()
    if what == "peg":
        supply_id = SUPPLIES[number]
        book.run("DELETE FROM peg_late WHERE supply_id = :supply", supply=supply_id)
        for place in text:
            book.run(
                "INSERT INTO peg_late VALUES (:supply, :line, :units)",
                supply=supply_id,
                line=LINES[int(place)],
                units=10 + int(place),
            )
        root = 5 + number
        return {case_of(root)} if is_open(book, root) else set()
    code, kind, entity_id = CASES[number]
    case_id = case_of(number)
    if what == "open":
        if is_open(book, number):
            return set()
        order_id = entity_id.split("/", maxsplit=1)[0]
        orders = [order_id] if order_id.startswith("SO") else []
        sources = ["tms"] if code in {"IN-UNBILLED", "DQ-STALE"} else ["erp"]
        book.open(
            code,
            kind,
            entity_id,
            correlation_key=f"{code}:{text}",
            order_ids=json.dumps(orders),
            sources=json.dumps(sources),
            losses={entity_id: 1_000 * (number + 1)},
        )
        return {case_id}
    if not is_open(book, number):
        return set()
    if what == "close":
        book.close(case_id)
    elif what == "rekey":
        book.change(case_id, correlation_key=f"{code}:{text}")
    elif what == "version":
        book.change(case_id, correlation_version=2)
    else:
        _overrule(book, case_id, alone=what == "alone")
    return {case_id}


def _overrule(book: CaseBook, case_id: CaseId, *, alone: bool) -> None:
    open_now = book.rows(
        "SELECT incident_id FROM incident WHERE closed_at IS NULL ORDER BY incident_id LIMIT 1"
    )
    wanted = "" if alone or not open_now else open_now[0][0]
    row = {"case_id": case_id, "incident_id": wanted, "author": "ana", "reason": "as said", "at": book.now_ms}
    with book.writing() as connection:
        connection.execute(insert(INCIDENT_OVERRIDE).prefix_with("OR REPLACE"), [row])


@cache
def furnished() -> bytes:
    """A mirror with the records that all histories are about."""
    with TemporaryDirectory() as folder:
        with case_books(Path(folder), "one") as (book,):
            book.put(
                *(supply(supply_id, number=supply_id) for supply_id in SUPPLIES),
                *(order(line_id.split("/", maxsplit=1)[0]) for line_id in LINES),
                *(line(line_id) for line_id in LINES),
                position(),
                shipment("SH-1"),
                shipment("SH-2"),
                rma("R1"),
            )
        return (Path(folder) / "one" / "mirror.db").read_bytes()


@contextmanager
def books(*names: str) -> Iterator[list[CaseBook]]:
    with TemporaryDirectory() as folder, case_books(Path(folder), *names, start=furnished()) as made:
        for book in made:
            book.policy = POLICY
        yield made


@given(HISTORIES)
@settings(max_examples=40)
def test_what_changed_and_everything_give_the_same_incidents(histories: list[list[Move]]) -> None:
    with books("some", "all") as (some, everything):
        for step in histories:
            changed: set[CaseId] = set()
            for move in step:
                changed |= do(some, move)
                do(everything, move)
            some.correlate_these(changed)
            everything.correlate_these(None)
            assert some.grouping() == everything.grouping()


@given(HISTORIES)
@settings(max_examples=25)
def test_every_open_case_is_in_one_open_incident_and_its_money_counts_once(
    histories: list[list[Move]],
) -> None:
    with books("one") as (book,):
        for step in histories:
            changed = set()
            for move in step:
                changed |= do(book, move)
            book.correlate_these(changed)
        homeless = """
            SELECT e.case_id FROM exception_case e
              LEFT JOIN incident_member m ON m.case_id = e.case_id
              LEFT JOIN incident i ON i.incident_id = m.incident_id AND i.closed_at IS NULL
             WHERE e.closed_at IS NULL AND (i.incident_id IS NULL OR e.incident_id <> i.incident_id)"""
        assert book.rows(homeless) == []
        empty = """
            SELECT i.incident_id FROM incident i WHERE i.closed_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM incident_member m JOIN exception_case e ON e.case_id = m.case_id
              WHERE m.incident_id = i.incident_id AND e.closed_at IS NULL)"""
        assert book.rows(empty) == []
        counted = book.rows("SELECT COALESCE(SUM(loss_cents), 0) FROM incident WHERE closed_at IS NULL")[0][0]
        added = book.rows("SELECT COALESCE(SUM(loss_cents), 0) FROM exception_case WHERE closed_at IS NULL")
        assert book.mirror.at_risk_cents() <= counted <= added[0][0]
