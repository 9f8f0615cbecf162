"""A mirror with cases written straight into it: what tests of incidents and of the life of cases share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from app.detection.incidents.correlate import correlate
from app.detection.rule import Moment
from app.store.apply import apply_records
from app.store.engine import open_database
from app.store.instants import to_ms
from app.store.mirror import Mirror
from app.store.schema_cases import CASE_LOSS, EXCEPTION_CASE
from app.store.schema_incidents import ALSO_AFFECTED, INCIDENT, INCIDENT_MEMBER
from domain.cases import case_identity
from domain.decision_tables.suppression import Suppression
from domain.ids import CaseId, EntityKind, EntityRef
from domain.records import Entity
from tests.support.facts import ERP, NOW, record
from tests.support.tower_room import tower_room

HOUR_MS = 3_600_000
_OPEN_STATE = "open"


@dataclass(frozen=True)
class BookPolicy:
    """Policies without figures; only what keeps what quiet."""

    suppressions: tuple[Suppression, ...] = ()

    def setting(self, name: str) -> int:
        raise AssertionError(name)

    def decide(self, table: str, /, **inputs: Any) -> Mapping[str, Any]:
        raise AssertionError(table, inputs)

    def case_sql(self, table: str, output: str, inputs: Mapping[str, str]) -> str:
        raise AssertionError(table, output, inputs)


@dataclass
class CaseBook:
    """Cases and the few facts that correlation follows, with a clock."""

    mirror: Mirror
    now_ms: int = to_ms(NOW)
    policy: BookPolicy = field(default_factory=BookPolicy)
    _stamp: int = 0

    def later(self, **spans: int) -> None:
        """Let time pass."""
        self.now_ms += int(timedelta(**spans).total_seconds() * 1000)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction on the mirror's file."""
        with self.mirror.engine.begin() as connection:
            yield connection

    def put(self, *entities: Entity) -> None:
        """Let the mirror know these records."""
        self._stamp += 1
        with self.writing() as connection:
            records = [record(entity, stamp=self._stamp) for entity in entities]
            apply_records(connection, source=ERP, records=records)

    def run(self, statement: str, **values: Any) -> None:
        """Write facts by SQL."""
        with self.writing() as connection:
            connection.execute(text(statement), values)

    def open(self, code: str, kind: EntityKind, entity_id: str, **changes: Any) -> CaseId:
        """Open (or open again) a case."""
        case_id = case_identity(code, EntityRef(kind=kind, entity_id=entity_id))
        losses = changes.pop("losses", {entity_id: 10_000})
        row = case_row(case_id, code, kind, entity_id, self.now_ms, sum(losses.values())) | changes
        with self.writing() as connection:
            connection.execute(insert(EXCEPTION_CASE).prefix_with("OR REPLACE"), [row])
            connection.execute(CASE_LOSS.delete().where(CASE_LOSS.c.case_id == case_id))
            connection.execute(
                insert(CASE_LOSS),
                [{"case_id": case_id, "loss_key": k, "loss_cents": cents} for k, cents in losses.items()],
            )
        return case_id

    def change(self, case_id: CaseId, **values: Any) -> None:
        """Write columns of a case."""
        with self.writing() as connection:
            connection.execute(
                update(EXCEPTION_CASE).where(EXCEPTION_CASE.c.case_id == case_id).values(values)
            )

    def close(self, *case_ids: CaseId) -> None:
        """Close cases, as detection does when their condition is gone."""
        for case_id in case_ids:
            self.change(case_id, closed_at=self.now_ms, state="auto_cleared")

    def correlate(self, *changed: CaseId) -> frozenset[CaseId]:
        """Correlate what changed; with nothing named, everything."""
        return self.correlate_these(changed or None)

    def correlate_these(self, changed: Collection[CaseId] | None) -> frozenset[CaseId]:
        """Correlate these cases; ``None`` means everything."""
        moment = Moment(now_ms=self.now_ms, hour_ms=self.now_ms - self.now_ms % HOUR_MS, policy=self.policy)
        with self.writing() as connection:
            return correlate(connection, moment, changed)

    # ---- looking

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self.mirror.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def case(self, case_id: CaseId) -> Mapping[str, Any]:
        """A case's row."""
        with self.mirror.engine.connect() as connection:
            query = select(EXCEPTION_CASE).where(EXCEPTION_CASE.c.case_id == case_id)
            return dict(connection.execute(query).mappings().one())

    def incident_of(self, case_id: CaseId) -> Mapping[str, Any]:
        """The incident that a case is in."""
        with self.mirror.engine.connect() as connection:
            query = (
                select(INCIDENT)
                .join(INCIDENT_MEMBER, INCIDENT_MEMBER.c.incident_id == INCIDENT.c.incident_id)
                .where(INCIDENT_MEMBER.c.case_id == case_id)
            )
            return dict(connection.execute(query).mappings().one())

    def why(self, case_id: CaseId) -> str:
        """Why a case is in its incident."""
        with self.mirror.engine.connect() as connection:
            query = select(INCIDENT_MEMBER.c.why).where(INCIDENT_MEMBER.c.case_id == case_id)
            return str(connection.execute(query).scalar_one())

    def together(self, *case_ids: CaseId) -> bool:
        """Whether these cases are in one incident."""
        return len({self.incident_of(case_id)["incident_id"] for case_id in case_ids}) == 1

    def grouping(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that correlation keeps, for comparison."""
        tables = {table.name: table for table in (INCIDENT, INCIDENT_MEMBER, ALSO_AFFECTED)}
        with self.mirror.engine.connect() as connection:
            found = {
                name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for name, table in tables.items()
            }
        found["cases"] = self.rows(
            "SELECT case_id, incident_id, parent_case_id, suppressed_by FROM exception_case ORDER BY case_id"
        )
        return found


def case_row(
    case_id: CaseId, code: str, kind: EntityKind, entity_id: str, now_ms: int, loss_cents: int
) -> dict[str, Any]:
    """The row of an open case with nothing special about it."""
    numbers = {
        column.name: None if column.nullable else 0
        for column in EXCEPTION_CASE.c
        if str(column.type) == "INTEGER"
    }
    words = {column.name: "" for column in EXCEPTION_CASE.c if str(column.type) == "TEXT"}
    lists = dict.fromkeys(("assumed", "evidence", "order_ids", "dq_flags", "sources", "about"), "[]")
    return {
        **numbers,
        **words,
        **lists,
        "case_id": case_id,
        "code": code,
        "entity_kind": kind.value,
        "entity_id": entity_id,
        "state": _OPEN_STATE,
        "severity": 2,
        "title": f"{code} {entity_id}",
        "loss_cents": loss_cents,
        "low_cents": loss_cents,
        "high_cents": loss_cents,
        "avoidable_cents": loss_cents // 2,
        "effort_minutes": 10,
        "opened_at": now_ms,
        "state_at": now_ms,
        "last_seen_at": now_ms,
        "correlation_key": f"{code}:{entity_id}",
        "correlation_version": 1,
        "episode": 1,
        "rule_version": 1,
        "node_id": None,
        "parent_case_id": None,
        "incident_id": None,
    }


def refs(*pairs: tuple[EntityKind, str]) -> str:
    """What a case is about, as it is stored."""
    return json.dumps([[kind.value, entity_id] for kind, entity_id in pairs])


@contextmanager
def case_books(folder: Path, *names: str, start: bytes = b"") -> Iterator[list[CaseBook]]:
    """Books that start alike (empty, or with the file ``start``), each in a folder of its own."""
    with ExitStack() as rooms:
        books = []
        for name in names:
            (folder / name).mkdir()
            if start:
                (folder / name / "mirror.db").write_bytes(start)
                mirror = Mirror(open_database(folder / name / "mirror.db", role="mirror"))
                rooms.callback(mirror.close)
            else:
                mirror = rooms.enter_context(tower_room(folder / name)).mirror
            books.append(CaseBook(mirror=mirror))
        yield books
