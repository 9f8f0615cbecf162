"""A database of an earlier program is read as if its new fields had been there with their defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, insert, text, update
from sqlalchemy.dialects.sqlite import dialect
from sqlcipher3 import dbapi2

from app.store.engine import open_database, reading
from app.store.migrate import REVISIONS
from app.store.mirror import Mirror
from app.store.rows import record_rows
from app.store.schema import CHILD_TABLES, EXCEPTION_CASE, MIRROR_METADATA
from domain.cases import CaseState, ExceptionCase
from domain.ids import CaseId, EntityKind, EntityRef, IncidentId
from domain.orders import SalesOrder
from domain.records import Entity, kind_of, ref_of
from tests.support import facts
from tests.support.facts import NOW
from tests.support.keep_database import OLD_DATABASES, one_of_each

#: One of each kind that the first program knew; fields that came later stand at their defaults.
FIRST_KINDS: tuple[Entity, ...] = (
    facts.node("ATL", "Atlanta"),
    facts.lane(),
    facts.carrier_service("FXFE-GND"),
    facts.item("I9"),
    facts.customer("C9"),
    facts.contract_price(),
    facts.order("SO-9"),
    facts.line("SO-9/1"),
    facts.position("ATL", 7),
    facts.allocation("SO-9/1"),
    facts.supply("PO-9/1"),
    facts.pick("T9"),
    facts.shipment("SH-9"),
    facts.milestone("M9"),
    facts.booking("B9"),
    facts.invoice(invoice_id="INV-9"),
    facts.pod(pod_id="POD-9"),
    facts.rma("R9"),
)


def old_mirror(folder: Path) -> Path:
    """The kept database of the first program, with one record of each kind it knew put in as it would."""
    path = folder / "mirror.db"
    path.write_bytes((OLD_DATABASES / "mirror_0001.db").read_bytes())
    connection = dbapi2.connect(path)
    for entity in FIRST_KINDS:
        kind = kind_of(entity)
        row, children = record_rows(facts.record(entity), kind)
        _put(connection, kind.value, row)
        for child in children:
            _put(connection, CHILD_TABLES[kind][0].name, child)
    connection.commit()
    connection.close()
    return path


def _put(connection: Any, table: str, row: dict[str, Any]) -> None:
    old = [each[1] for each in connection.execute(f"PRAGMA table_info({table})")]
    chosen = Table(table, MetaData(), *[Column(name) for name in old])
    statement = insert(chosen).compile(dialect=dialect(paramstyle="named"))
    connection.execute(str(statement), {name: row[name] for name in old})


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Mirror]:
    mirror = Mirror(open_database(old_mirror(tmp_path), role="mirror"))
    yield mirror
    mirror.close()


@pytest.mark.parametrize("entity", FIRST_KINDS, ids=lambda entity: kind_of(entity).value)
def test_an_old_record_has_the_defaults_of_the_new_fields(entity: Entity, tmp_path: Path) -> None:
    mirror = Mirror(open_database(old_mirror(tmp_path), role="mirror"))
    found = mirror.get(ref_of(entity))
    mirror.close()
    assert found is not None
    # The kept file is older than the PO numbers of the factories.
    assert found.entity == (replace(entity, customer_po="") if isinstance(entity, SalesOrder) else entity)


def test_an_old_case_has_the_defaults_of_the_new_fields(migrated: Mirror) -> None:
    cases = migrated.cases()
    assert [case.code for case in cases] == ["IN-POD-MISMATCH", "AL-SHORT"]
    names = [each.name for each in fields(ExceptionCase)]
    later = [each for each in fields(ExceptionCase) if names.index(each.name) > names.index("dq_flags")]
    assert all(each.default is not MISSING for each in later)
    for case in cases:
        assert {each.name: getattr(case, each.name) for each in later} == {
            each.name: each.default for each in later
        }
        assert (case.impact.churn_cents, case.impact.dispute_cents, case.impact.action_cost_cents) == (
            0,
            0,
            0,
        )


def test_every_new_field_of_a_case_is_read(migrated: Mirror) -> None:
    now_ms = int(NOW.timestamp() * 1_000)
    written = {
        "scope_key": "SO-1/1",
        "suppressed_by": "EX-05F48F2D9D",
        "flap_count": 3,
        "flapping": 1,
        "snooze_loss_cents": 1_400,
        "waiting_on": "carrier",
        "waiting_until": now_ms,
        "acknowledged_at": now_ms,
        "escalated": 2,
        "incident_id": "IN-1",
        "churn_cents": 5,
        "dispute_cents": 6,
        "action_cost_cents": 7,
        "responsible_at": now_ms,
        "about": json.dumps([["bin", "MEM|A-01-03"], ["carrier", "UPSN"]]),
        "correlation_version": 2,
    }
    with migrated.engine.begin() as connection:
        connection.execute(update(EXCEPTION_CASE).where(EXCEPTION_CASE.c.code == "AL-SHORT").values(written))
    case = next(case for case in migrated.cases() if case.code == "AL-SHORT")
    assert (case.scope_key, case.suppressed_by) == ("SO-1/1", CaseId("EX-05F48F2D9D"))
    assert (case.flap_count, case.flapping, case.escalated) == (3, True, 2)
    assert (case.snooze_loss_cents, case.waiting_on, case.waiting_until) == (1_400, "carrier", NOW)
    assert (case.acknowledged_at, case.responsible_at) == (NOW, NOW)
    assert (case.incident_id, case.correlation_version) == (IncidentId("IN-1"), 2)
    impact = case.impact
    assert (impact.churn_cents, impact.dispute_cents, impact.action_cost_cents) == (5, 6, 7)
    assert case.about == (
        EntityRef(kind=EntityKind.BIN, entity_id="MEM|A-01-03"),
        EntityRef(kind=EntityKind.CARRIER, entity_id="UPSN"),
    )
    assert case.state is CaseState.OPEN


def test_a_migrated_database_has_the_schema_of_a_new_one(migrated: Mirror, tmp_path: Path) -> None:
    fresh = open_database(tmp_path / "fresh.db", role="mirror")
    assert schema(migrated.engine) == schema(fresh)
    assert set(MIRROR_METADATA.tables) <= {name for name, _ in schema(fresh)}
    fresh.dispose()


def test_the_database_kept_of_this_revision_has_its_schema(tmp_path: Path) -> None:
    newest = REVISIONS["mirror"][-1]
    kept = tmp_path / "kept.db"
    kept.write_bytes((OLD_DATABASES / f"{newest}.db").read_bytes())
    here = Mirror(open_database(kept, role="mirror"))
    fresh = open_database(tmp_path / "fresh.db", role="mirror")
    assert schema(here.engine) == schema(fresh), "run python -m tests.support.keep_database"
    for entity in one_of_each():
        found = here.get(ref_of(entity))
        assert found is not None
        assert found.entity == entity
    here.close()
    fresh.dispose()


def schema(engine: Engine) -> set[tuple[str, str | None]]:
    query = text("SELECT name, sql FROM sqlite_master")
    with reading(engine).connect() as connection:
        return {(row.name, row.sql) for row in connection.execute(query)}


def test_the_new_kinds_can_be_kept_in_a_migrated_database(migrated: Mirror) -> None:
    later = (
        facts.lot(),
        facts.cycle_count(),
        facts.route_event(),
        facts.order_change(),
        facts.edi_message(),
        facts.contact(),
        facts.service_case(),
    )
    with migrated.engine.begin() as connection:
        for entity in later:
            row, _ = record_rows(facts.record(entity), kind_of(entity))
            connection.execute(insert(MIRROR_METADATA.tables[kind_of(entity).value]).values(row))
    for entity in later:
        found = migrated.get(ref_of(entity))
        assert found is not None
        assert found.entity == entity
