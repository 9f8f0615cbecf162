"""How SQLite runs what a tick runs: every fact table is searched by an index, none is scanned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.detection.candidates import clear_scope
from app.detection.case_paths import CASE_SCOPES
from app.detection.catalogue_in_force import catalogue_under, prepare
from app.detection.lifecycle.stored import OPEN_IN_SCOPE
from app.detection.pegs import demand, kept, offers, rewrite, tight
from app.detection.policy_set import packaged_policies
from app.detection.rule_sql import CompiledRule
from app.detection.scopes import MOVED_SELECT, RESTLESS_SELECT
from app.store.dirt import set_changed, take_changed_rows
from app.store.schema import CHILD_TABLES, TABLES
from app.store.wake_paths import ASKED_COLUMNS_OF, WAKE_PATHS
from tests.support.tower_room import tower_room

CATALOGUE = catalogue_under(packaged_policies())
VALUES = {"now": 1, "hour": 1, "earlier": 0, "later": 1, "code": "X", "since": 0}

#: Tables that grow with the business; route events and the network do not.
FACTS = {table.name for table in TABLES.values()} | {table.name for table, _ in CHILD_TABLES.values()}
GROWING = (FACTS | {"exception_case", "case_loss", "case_event", "peg_short", "peg_late", "det_demand"}) - {
    "route_event",
    "node",
    "lane",
    "carrier_service",
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """An empty mirror with the indexes of all rules and the scratch tables of a tick."""
    folder: Path = tmp_path_factory.mktemp("plans")
    with tower_room(folder) as room, room.mirror.engine.begin() as opened:
        prepare(opened, CATALOGUE)
        clear_scope(opened)
        set_changed(opened, [])
        for kind in ASKED_COLUMNS_OF:
            take_changed_rows(opened, kind)
        demand.set_scope(opened, [])
        offers.rewrite_offers(opened, set())
        yield opened


def faults(connection: Connection, sql: str) -> list[str]:
    """The steps of the plan that read a growing table from end to end, or build a filter over one."""
    names = {match.group(2): match.group(1) for match in re.finditer(r"(?:FROM|JOIN)\s+(\w+)\s+(\w+)", sql)}
    steps = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", VALUES)]
    made = {step.split()[1] for step in steps if step.startswith(("CO-ROUTINE ", "MATERIALIZE "))}
    found = []
    for step in steps:
        scanned = re.match(r"SCAN (\w+)", step)
        table = scanned.group(1) if scanned else ""
        own = table in made and "USING" not in step
        if "BLOOM" in step or (names.get(table, table) in GROWING and not own):
            found.append(step)
    return found


#: A rule without wakes is never narrowed: it looks at everything every time.
NARROWED = [one for one in CATALOGUE.compiled if one.rule.wakes]


@pytest.mark.parametrize("compiled", NARROWED, ids=lambda one: one.rule.case_type.code)
def test_narrowed_rules_search(connection: Connection, compiled: CompiledRule) -> None:
    assert faults(connection, compiled.scoped_sql) == []


FLIPS = [(one.rule.case_type.code, flip) for one in CATALOGUE.compiled for flip in one.flips]


@pytest.mark.parametrize(("code", "flip"), FLIPS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(FLIPS)])
def test_flips_search_a_range(connection: Connection, code: str, flip: str) -> None:
    assert faults(connection, flip) == [], code


@pytest.mark.parametrize("path", sorted(WAKE_PATHS))
def test_wake_paths_search(connection: Connection, path: str) -> None:
    assert faults(connection, WAKE_PATHS[path]) == []


@pytest.mark.parametrize("scope", sorted(CASE_SCOPES))
def test_paths_of_cases_search(connection: Connection, scope: str) -> None:
    assert faults(connection, CASE_SCOPES[scope]) == []


@pytest.mark.parametrize(
    "sql",
    [
        OPEN_IN_SCOPE,
        MOVED_SELECT,
        *demand.SCOPED_READS,
        *tight.SCOPED_READS,
        *kept.SCOPED_READS,
        *rewrite.SCOPED_READS,
        *offers.SCOPED_READS,
    ],
)
def test_the_engine_itself_searches(connection: Connection, sql: str) -> None:
    assert faults(connection, sql) == []


def test_restless_cases_have_an_index_of_their_own(connection: Connection) -> None:
    """It holds nothing else, so that reading it from end to end is to read what is wanted."""
    assert faults(connection, RESTLESS_SELECT) == ["SCAN e USING INDEX det_case_restless"]


def test_a_scan_would_be_seen(connection: Connection) -> None:
    assert faults(connection, "SELECT l.id FROM order_line l WHERE l.unit_price_cents > 5") != []
    assert faults(connection, "SELECT 1 FROM sales_order WHERE total_cents > 5") != []
