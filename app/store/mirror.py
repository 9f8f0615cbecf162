"""The mirror: what the tower knows of its sources, and the exception cases that follow from it.

Reads are short and never wait for the writer. Writing goes through :meth:`Mirror.write`: everything
done inside one ``with`` block (rows, cases, cursor) is committed together or not at all.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.store import (
    backlog_rows,
    case_marks,
    case_spans,
    cases,
    incidents,
    kpis,
    line_priorities,
    line_story,
    past_cases,
    policies,
    readers,
    silences,
    source_states,
    timeline,
)
from app.store.engine import known_errors, reading
from app.store.mirror_transaction import MirrorTransaction
from domain.ids import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from app.store.backlog_rows import BacklogRows
    from app.store.case_marks import CaseMark
    from app.store.case_spans import CaseSpan
    from app.store.line_story import StageOfLine
    from app.store.past_cases import PastCase
    from app.store.policies import PolicyRecord
    from app.store.values import (
        CaseEvent,
        KpiSample,
        NodeStock,
        QuarantinedRecord,
        ShortLine,
        SourceState,
        TimelineEntry,
    )
    from domain.cases import CaseState, ExceptionCase
    from domain.commands import ExpectedVersion
    from domain.ids import CaseId, EntityRef, IncidentId, ItemId, LineId, NodeId, OrderId, SourceName
    from domain.incidents import Incident, IncidentMember, Silence
    from domain.priorities import LinePriority
    from domain.records import SourceRecord


class Mirror:
    """Facts and cases in one database; give it a read-only engine in processes that do not write."""

    def __init__(self, engine: Engine) -> None:
        """Use an engine of ``open_database(path, role="mirror")`` or ``read_only_engine(path)``."""
        self._engine = engine
        self._reader = reading(engine)
        self._writing = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine underneath."""
        return self._engine

    @contextmanager
    def write(self) -> Iterator[MirrorTransaction]:
        """One transaction; threads of this process take turns.

        Raises:
            UnavailableError: the database is locked, full or cannot be written.
            CorruptError: the database is damaged.
        """
        with self._writing, known_errors(self._place), self._engine.begin() as connection:
            yield MirrorTransaction(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # ---- facts

    def get(self, ref: EntityRef) -> SourceRecord | None:
        """The record meant; ``None`` if it is not (or no longer) known."""
        with self._read() as connection:
            return readers.one_record(connection, ref)

    def entities(self, kind: EntityKind, **equals: str | int | None) -> list[SourceRecord]:
        """The live records of a kind, by id; ``equals`` narrows by column (``order_id="SO-1"``)."""
        with self._read() as connection:
            return readers.records(connection, kind, {name: [value] for name, value in equals.items()})

    def entities_in(self, kind: EntityKind, column: str, values: Iterable[str]) -> list[SourceRecord]:
        """The live records of a kind whose ``column`` has one of ``values``, by id."""
        with self._read() as connection:
            return readers.records(connection, kind, {column: list(values)})

    def expected_version(self, ref: EntityRef) -> ExpectedVersion | None:
        """The record as it is now, as a decision names it; ``None`` if it is not known."""
        with self._read() as connection:
            return readers.expected_version(connection, ref)

    def stock_of(self, item_id: ItemId) -> list[NodeStock]:
        """An item at every node that has a position of it, with what of it is spoken for."""
        with self._read() as connection:
            return readers.stock_of(connection, item_id)

    def backlog_rows(self) -> BacklogRows:
        """The whole open backlog: lines that may go on, stock and inbound supply, as of one instant."""
        with self._read() as connection, connection.begin():
            return backlog_rows.backlog_rows(connection)

    def short_lines(self, *, item_id: ItemId | None = None, line_id: str | None = None) -> list[ShortLine]:
        """The lines the last detection found short, of an item or of one line, by node."""
        with self._read() as connection:
            return readers.short_lines(connection, item_id=item_id, line_id=line_id)

    def short_items(self) -> list[ItemId]:
        """The items of which some line is short."""
        with self._read() as connection:
            return readers.short_items(connection)

    def shipments_leaving(self, node_id: NodeId, *, start: datetime, end: datetime) -> list[SourceRecord]:
        """The shipments whose pickup at a node is planned from ``start`` up to ``end``."""
        with self._read() as connection:
            return readers.shipments_leaving(
                connection, EntityKind.SHIPMENT, node_id=node_id, start=start, end=end
            )

    def order_timeline(self, order_id: OrderId, *, now: datetime) -> list[TimelineEntry]:
        """What happened to an order in every system, and what is planned for it."""
        with self._read() as connection:
            return timeline.order_timeline(connection, order_id, now=now)

    def line_stories(self, order_id: OrderId) -> list[StageOfLine]:
        """Every line of an order through order, supply, pick, shipment, POD and invoice."""
        with self._read() as connection:
            return line_story.line_stories(connection, order_id)

    # ---- cases

    def cases(self, *, open_only: bool = True) -> list[ExceptionCase]:
        """The cases, oldest first; ``app.services.rank`` puts them in queue order."""
        with self._read() as connection:
            return cases.all_cases(connection, open_only=open_only)

    def case_marks(self) -> Sequence[CaseMark]:
        """Every case that is open and shown, without its evidence and sentences."""
        with self._read() as connection:
            return case_marks.case_marks(connection)

    def case_spans(self, *, since: datetime) -> list[CaseSpan]:
        """The cases open or closed since then, with when they were open; for figures over time."""
        with self._read() as connection:
            return case_spans.case_spans(connection, since=since)

    def past_like(self, like: ExceptionCase, *, most: int) -> list[PastCase]:
        """Closed cases like this one, those of the same cause first."""
        with self._read() as connection:
            return past_cases.past_like(connection, like, most=most)

    def open_codes(self) -> dict[CaseId, str]:
        """The code of every case that is not closed, held back ones too."""
        with self._read() as connection:
            return case_spans.open_codes(connection)

    def case(self, case_id: CaseId) -> ExceptionCase | None:
        """The case of that id, open or closed."""
        with self._read() as connection:
            return cases.one_case(connection, case_id)

    def events(self, case_id: CaseId) -> list[CaseEvent]:
        """The history of a case, oldest first."""
        with self._read() as connection:
            return cases.case_events(connection, case_id)

    def losses(self, case_ids: Iterable[CaseId]) -> Mapping[CaseId, Mapping[str, int]]:
        """What each case puts at risk by order line, for totals that count a line once."""
        with self._read() as connection:
            return cases.losses_of(connection, case_ids)

    def at_risk_cents(self) -> int:
        """Money at risk over all open cases; a line hit by several counts once."""
        with self._read() as connection:
            return cases.at_risk_cents(connection)

    def case_tiers(self) -> dict[CaseId, int]:
        """The best customer tier that each open case touches, for ranking."""
        with self._read() as connection:
            return cases.best_tiers(connection)

    def save_case_state(
        self,
        case_id: CaseId,
        new_state: CaseState,
        *,
        reason: str,
        at: datetime,
        actor: str,
        owner: str | None = None,
    ) -> ExceptionCase:
        """Move a case in a transaction of its own; see :meth:`MirrorTransaction.save_case_state`."""
        with self.write() as transaction:
            return transaction.save_case_state(
                case_id, new_state, reason=reason, at=at, actor=actor, owner=owner
            )

    def assign_case(self, case_id: CaseId, owner: str, *, at: datetime, actor: str) -> None:
        """Make a person the owner of a case; an empty name frees it."""
        with self.write() as transaction:
            transaction.assign_case(case_id, owner, at=at, actor=actor)

    def snooze_case(self, case_id: CaseId, until: datetime | None, *, at: datetime, actor: str) -> None:
        """Let a case rest until then or until its facts change; ``None`` wakes it."""
        with self.write() as transaction:
            transaction.snooze_case(case_id, until, at=at, actor=actor)

    # ---- incidents

    def incidents(self) -> list[tuple[Incident, list[IncidentMember]]]:
        """The open incidents with their open members, the dearest first."""
        with self._read() as connection:
            members = incidents.open_members(connection)
            found = incidents.open_incidents(connection)
        return [(incident, members.get(incident.incident_id, [])) for incident in found]

    def grouping(
        self, case_id: CaseId
    ) -> tuple[Incident, list[IncidentMember], IncidentMember, Mapping[IncidentId, str]] | None:
        """A case's incident, its open members, why the case is in it, and what else hits the case."""
        with self._read() as connection:
            membership = incidents.membership_of(connection, case_id)
            if membership is None:
                return None
            incident = incidents.one_incident(connection, membership.incident_id)
            if incident is None:
                return None
            members = incidents.members_of(connection, incident)
            return incident, members, membership, incidents.also_affected_by(connection, case_id)

    def silences(self, *, at: datetime) -> list[Silence]:
        """The silences that hold at a time."""
        with self._read() as connection:
            return silences.silences(connection, at=at)

    # ---- what people decided beforehand

    def line_priorities(self, line_ids: Iterable[LineId] | None = None) -> dict[LineId, LinePriority]:
        """The classes and ranks that people gave, by line: of these lines, or of all."""
        with self._read() as connection:
            return line_priorities.line_priorities(connection, line_ids)

    def set_line_priority(self, priority: LinePriority) -> None:
        """Give a line its class and rank in a transaction of its own."""
        with self.write() as transaction:
            transaction.set_line_priority(priority)

    def policy_records(self) -> tuple[PolicyRecord, ...]:
        """The policy files in force, and why newer ones were refused."""
        with self._read() as connection:
            return policies.policy_records(connection)

    # ---- sources and figures

    def register_source(
        self,
        source: SourceName,
        *,
        title: str,
        kinds: Sequence[EntityKind],
        interval_seconds: int,
        at: datetime,
    ) -> None:
        """Make a source known before its first sync; rules wait for sources that give what they read."""
        with self.write() as transaction:
            transaction.register_source(
                source, title=title, kinds=kinds, interval_seconds=interval_seconds, at=at
            )

    def keep_sources(self, sources: Sequence[SourceName]) -> None:
        """Forget the schedule of sources that are no longer in the profile."""
        with self.write() as transaction:
            transaction.keep_sources(sources)

    def source_states(self) -> list[SourceState]:
        """What is remembered of every source."""
        with self._read() as connection:
            return source_states.states(connection)

    def quarantined(self, source: SourceName | None = None) -> list[QuarantinedRecord]:
        """The records that could not be understood and still wait."""
        with self._read() as connection:
            return source_states.quarantined(connection, source)

    def cursor(self, source: SourceName, stream: str) -> str | None:
        """How far a stream has been read; ``None`` before its first page."""
        with self._read() as connection:
            return source_states.cursor_of(connection, source, stream)

    def kpi_values(self, *, now: datetime) -> dict[str, int]:
        """The figures for the tiles, as they are now."""
        with self._read() as connection:
            return kpis.kpi_values(connection, now=now)

    def kpi_history(self, *, since: datetime) -> list[KpiSample]:
        """The figures by name and hour, oldest first."""
        with self._read() as connection:
            return kpis.kpi_history(connection, since=since)

    def last_detection_at(self) -> datetime | None:
        """When detection last ran."""
        with self._read() as connection:
            return readers.last_detection_at(connection)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with known_errors(self._place), self._reader.connect() as connection:
            yield connection

    @property
    def _place(self) -> Any:  # noqa: ANN401 - a path or a name, only shown to people
        return self._engine.url.database
