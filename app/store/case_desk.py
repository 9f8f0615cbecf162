"""What people do with cases and incidents inside one transaction, and the correlation that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.incidents.correlate import correlate
from app.detection.incidents.silencing import candidates
from app.detection.policy_in_force import policies_in_force
from app.detection.rule import Moment
from app.store import cases, incidents, silences
from app.store.instants import to_ms
from domain.errors import BadInputError, ConflictError
from domain.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from domain.cases import CaseState, ExceptionCase
    from domain.ids import IncidentId, SilenceId
    from domain.incidents import Incident, Silence

MS_PER_HOUR = 3_600_000


class CaseDesk:
    """Moves of people at one instant; made by ``MirrorTransaction.desk``."""

    def __init__(self, connection: Connection, *, at: datetime, actor: str) -> None:
        """Act as ``actor`` at ``at``."""
        self._connection = connection
        self._at = at
        self._actor = actor

    def move(
        self, case_id: CaseId, wanted: CaseState, reason: str, *, owner: str | None = None
    ) -> ExceptionCase:
        """Move a case as its life allows (``app.store.cases.move_case``)."""
        moved = cases.move_case(
            self._connection, case_id, wanted, reason=reason, at=self._at, actor=self._actor, owner=owner
        )
        if not moved.is_open:
            self.correlate([case_id])
        return moved

    def wait_for(self, case_id: CaseId, whom: str, until: datetime | None) -> ExceptionCase:
        """Let a case wait for somebody."""
        return cases.wait_for(self._connection, case_id, whom, until, at=self._at, actor=self._actor)

    def assign(self, case_id: CaseId, owner: str) -> None:
        """Make a person the owner of a case; an empty name frees it."""
        cases.assign_case(self._connection, case_id, owner, at=self._at, actor=self._actor)

    def snooze(self, case_id: CaseId, until: datetime | None, *, until_doubled: bool = False) -> None:
        """Let a case rest; ``None`` wakes it."""
        cases.snooze_case(
            self._connection, case_id, until, at=self._at, actor=self._actor, until_doubled=until_doubled
        )

    def silence(self, silence: Silence) -> frozenset[CaseId]:
        """Hide the cases that match from now on; those it hides already."""
        silences.add_silence(self._connection, silence)
        return self.correlate([CaseId(case_id) for case_id in candidates(self._connection, silence)])

    def end_silence(self, silence_id: SilenceId) -> frozenset[CaseId]:
        """Let a silence end now; the cases that come back."""
        silences.end_silence(self._connection, silence_id, at=self._at)
        return self.correlate([])

    def merge(self, case_ids: Collection[CaseId], incident_id: IncidentId, reason: str) -> Incident:
        """Put open cases into an incident, whatever correlation thinks; what hangs on them follows.

        Raises:
            BadInputError: there is no such case or incident.
            ConflictError: a case or the incident is closed.
        """
        target = self._open_incident(incident_id)
        for case_id in case_ids:
            self._note(case_id, f"Put into {target.incident_id}: {reason}")
        incidents.overrule(
            self._connection, case_ids, incident_id, author=self._actor, reason=reason, at=self._at
        )
        self.correlate(case_ids)
        return self._open_incident(incident_id)

    def split(self, case_id: CaseId, reason: str) -> None:
        """Take an open case out of its incident: it stands alone, with what hangs on it.

        Raises:
            BadInputError: there is no such case.
            ConflictError: the case is closed.
        """
        self._note(case_id, f"Stands alone: {reason}")
        incidents.overrule(self._connection, [case_id], None, author=self._actor, reason=reason, at=self._at)
        self.correlate([case_id])

    def regroup(self, case_id: CaseId) -> bool:
        """Let correlation decide again where a case belongs; whether a person had said so."""
        known = incidents.forget_overrule(self._connection, case_id)
        if known:
            self._note(case_id, "Grouped by its cause again.")
            self.correlate([case_id])
        return known

    def correlate(self, case_ids: Collection[CaseId]) -> frozenset[CaseId]:
        """Bring incidents in line with what was done to these cases."""
        now_ms = to_ms(self._at)
        moment = Moment(
            now_ms=now_ms,
            hour_ms=now_ms - now_ms % MS_PER_HOUR,
            policy=policies_in_force(self._connection),
        )
        return correlate(self._connection, moment, case_ids)

    def _note(self, case_id: CaseId, reason: str) -> None:
        case = cases.require_case(self._connection, case_id)
        if not case.is_open:
            raise ConflictError(what=f"Case {case_id} is closed.", remedy="Only open cases can be regrouped.")
        cases.add_event(
            self._connection,
            case,
            kind="grouped",
            to_state=case.state,
            reason=reason,
            at=self._at,
            actor=self._actor,
        )

    def _open_incident(self, incident_id: IncidentId) -> Incident:
        found = incidents.one_incident(self._connection, incident_id)
        if found is None:
            raise BadInputError(
                what=f"There is no incident {incident_id}.", remedy="List them: control-tower incidents."
            )
        if not found.is_open:
            raise ConflictError(what=f"Incident {incident_id} is closed.", remedy="Choose one that is open.")
        return found
