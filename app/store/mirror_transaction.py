"""What can be done to the mirror inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.detection.engine import DetectionResult, detect
from app.store import apply, cases, kpis, line_priorities, policies, recommendations, source_states
from app.store.case_desk import CaseDesk
from app.store.instants import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from app.detection.catalogue_in_force import Policies
    from app.store.policies import PolicyRecord
    from app.store.values import PageOutcome
    from connectors.protocol import Page
    from domain.cases import CaseState, ExceptionCase
    from domain.ids import CaseId, EntityKind, LineId, SourceName
    from domain.priorities import LinePriority
    from domain.records import DeletedRecord, SourceRecord


class MirrorTransaction:
    """One open transaction on the mirror; made by ``Mirror.write``."""

    def __init__(self, connection: Connection) -> None:
        """Work on ``connection``, which is inside a transaction."""
        self._connection = connection

    def apply_page(
        self, source: SourceName, stream: str, page: Page, *, at: datetime, move_cursor: bool = True
    ) -> PageOutcome:
        """Write a page: newer records, deletions, quarantine, and (unless told not to) its cursor.

        The kinds touched are remembered as dirty until :meth:`detect` has looked at them.
        """
        outcome = apply.apply_records(self._connection, source=source, records=page.records)
        deleted = apply.apply_deletions(self._connection, source=source, deleted=page.deleted)
        apply.apply_rejections(self._connection, page.rejected, at=at)
        changes: tuple[SourceRecord | DeletedRecord, ...] = (*page.records, *page.deleted)
        understood = (change.ref.entity_id for change in changes)
        apply.resolve_rejections(self._connection, source=source, stream=stream, ids=understood, at=at)
        if move_cursor:
            apply.save_cursor(
                self._connection,
                source=source,
                stream=stream,
                cursor=page.cursor,
                rows=len(page.records),
                at=at,
            )
        return replace(outcome, deleted=deleted, quarantined=len(page.rejected))

    def detect(self, *, now: datetime, full: bool = False, policy: Policies | None = None) -> DetectionResult:
        """Bring the cases in line with the facts: by what changed, or everything if ``full``.

        Without ``policy`` the policies in force hold.
        """
        result = detect(self._connection, now=now, full=full, policy=policy)
        kpis.record_kpis(self._connection, now=now)
        return result

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
        """Move a case; asking for the state it is in changes only its reason and owner.

        Raises:
            BadInputError: there is no such case.
            ConflictError: ``domain.cases.may_move`` forbids the move.
        """
        return cases.move_case(
            self._connection, case_id, new_state, reason=reason, at=at, actor=actor, owner=owner
        )

    def keep_recommendation(
        self,
        *,
        case_id: CaseId,
        recommendation_id: str,
        computed_at: datetime,
        best_label: str,
        best_delta_cents: int,
        body: bytes,
    ) -> None:
        """Keep the options worked out for a case in place of earlier ones; ``body`` is their JSON."""
        recommendations.save_recommendation(
            self._connection,
            case_id=case_id,
            recommendation_id=recommendation_id,
            computed_at_ms=to_ms(computed_at),
            best_label=best_label,
            best_delta_cents=best_delta_cents,
            body=body,
        )

    def assign_case(self, case_id: CaseId, owner: str, *, at: datetime, actor: str) -> None:
        """Make a person the owner of a case; an empty name frees it."""
        cases.assign_case(self._connection, case_id, owner, at=at, actor=actor)

    def snooze_case(self, case_id: CaseId, until: datetime | None, *, at: datetime, actor: str) -> None:
        """Let a case rest until then or until its facts change; ``None`` wakes it."""
        cases.snooze_case(self._connection, case_id, until, at=at, actor=actor)

    def desk(self, *, at: datetime, actor: str) -> CaseDesk:
        """What a person may do with cases and incidents, at an instant."""
        return CaseDesk(self._connection, at=at, actor=actor)

    def set_line_priority(self, priority: LinePriority) -> None:
        """Give a line the class and rank that a person wants for it, in place of earlier ones."""
        line_priorities.set_line_priority(self._connection, priority)

    def clear_line_priority(self, line_id: LineId) -> bool:
        """Take back what a person said of a line; say whether anything was said."""
        return line_priorities.clear_line_priority(self._connection, line_id)

    def register_source(
        self,
        source: SourceName,
        *,
        title: str,
        kinds: Sequence[EntityKind],
        interval_seconds: int,
        at: datetime,
    ) -> None:
        """Make a source known with the kinds of record it gives and how often it is read."""
        source_states.register(
            self._connection, source, title=title, kinds=kinds, interval_seconds=interval_seconds, at=at
        )

    def adopt_policies(self, records: Sequence[PolicyRecord]) -> bool:
        """Put these policy files in force in place of all others; whether anything is different."""
        return policies.adopt_policies(self._connection, records)

    def note_policy_problems(self, problems: Mapping[str, str], *, at: datetime) -> bool:
        """Keep why policy files were refused, by file; whether anything is different."""
        return policies.note_policy_problems(self._connection, problems, at)

    def keep_sources(self, sources: Sequence[SourceName]) -> None:
        """Forget the schedule of all other sources."""
        source_states.forget_absent(self._connection, sources)

    def note_attempt(self, source: SourceName, *, at: datetime) -> None:
        """Remember that a sync was begun."""
        source_states.note_attempt(self._connection, source, at=at)

    def note_success(self, source: SourceName, *, at: datetime, rows: int) -> None:
        """Remember a sync that reached the end of every stream."""
        source_states.note_success(self._connection, source, at=at, rows=rows)

    def note_failure(
        self, source: SourceName, *, at: datetime, why: str, next_attempt_at: datetime | None
    ) -> None:
        """Remember a failed sync and when to try again; cursors stay where they are."""
        source_states.note_failure(self._connection, source, at=at, why=why, next_attempt_at=next_attempt_at)

    def sweep(
        self, source: SourceName, *, kinds: Sequence[EntityKind], present: frozenset[str], at: datetime
    ) -> int:
        """Bury what the source lacked in two sweeps in a row; say how many records that were."""
        return source_states.sweep(self._connection, source, kinds=kinds, present=present, at=at)

    def note_sweep(self, source: SourceName, *, at: datetime) -> None:
        """Remember that all ids of a source were compared."""
        source_states.note_sweep(self._connection, source, at=at)

    def forget_cursor(self, source: SourceName, stream: str) -> None:
        """Have a stream read from its beginning next time, to try quarantined records again."""
        source_states.forget_cursor(self._connection, source, stream)
