"""Incidents as people see and shape them: the open ones with their members and why, merging, splitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import BadInputError, ConflictError
from domain.ids import CaseId, IncidentId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.store.mirror import Mirror
    from domain.cases import ExceptionCase
    from domain.clock import Clock
    from domain.incidents import Incident, IncidentMember


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident with its open members: what they are and why they belong to it."""

    incident: Incident
    members: tuple[tuple[IncidentMember, ExceptionCase], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGrouping:
    """Where one case belongs and why, and which further incidents hit it."""

    view: IncidentView
    membership: IncidentMember
    also: Mapping[IncidentId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Reads incidents, and lets people overrule how cases were grouped."""

    mirror: Mirror
    clock: Clock

    def open(self) -> list[IncidentView]:
        """The open incidents, the dearest first; one with a single member is that case."""
        cases = {case.case_id: case for case in self.mirror.cases()}
        return [
            IncidentView(
                incident=incident,
                members=tuple((m, cases[m.case_id]) for m in members if m.case_id in cases),
            )
            for incident, members in self.mirror.incidents()
        ]

    def of_case(self, case_id: str) -> CaseGrouping | None:
        """Where a case belongs; ``None`` when it was never grouped."""
        return grouping_of(self.mirror, CaseId(case_id))

    def merge(self, case_id: str, into: str, reason: str, user: str) -> Incident:
        """Put a case into an incident, or (given another case) into that case's incident.

        What hangs on the case by its cause follows it. Correlation keeps to this until the case closes.

        Raises:
            BadInputError: no such case or incident, or no reason.
            ConflictError: either is closed.
        """
        _require_reason(reason)
        target = self._incident_id(into)
        with self.mirror.write() as transaction:
            desk = transaction.desk(at=self.clock.now(), actor=user)
            return desk.merge([CaseId(case_id)], target, reason.strip())

    def split(self, case_id: str, reason: str, user: str) -> None:
        """Take a case out of its incident to stand alone, with what hangs on it by its cause.

        Raises:
            BadInputError: no such case, or no reason.
            ConflictError: the case is closed, or stands alone already.
        """
        _require_reason(reason)
        grouping = self.of_case(case_id)
        if grouping is not None and grouping.view.incident.members == 1 and grouping.view.members:
            raise ConflictError(what=f"Case {case_id} stands alone already.", remedy="Nothing is left to do.")
        with self.mirror.write() as transaction:
            transaction.desk(at=self.clock.now(), actor=user).split(CaseId(case_id), reason.strip())

    def regroup(self, case_id: str, user: str) -> bool:
        """Let correlation decide again where a case belongs; whether a person had said so.

        Raises:
            BadInputError: there is no such case.
        """
        with self.mirror.write() as transaction:
            return transaction.desk(at=self.clock.now(), actor=user).regroup(CaseId(case_id))

    def _incident_id(self, into: str) -> IncidentId:
        if into.startswith("IN-"):
            return IncidentId(into)
        grouping = self.of_case(into)
        if grouping is None:
            raise BadInputError(
                what=f"{into} is no incident and no case.", remedy="List them: control-tower incidents."
            )
        return grouping.view.incident.incident_id


def grouping_of(mirror: Mirror, case_id: CaseId, *, most: int = 1_000) -> CaseGrouping | None:
    """Where a case belongs, with at most so many members beside it; ``None`` when it was never grouped."""
    found = mirror.grouping(case_id)
    if found is None:
        return None
    incident, members, membership, also = found
    cases = [(member, mirror.case(member.case_id)) for member in members[:most]]
    return CaseGrouping(
        view=IncidentView(
            incident=incident, members=tuple((m, case) for m, case in cases if case is not None)
        ),
        membership=membership,
        also=also,
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInputError(
            what="Regrouping by hand needs a reason.", remedy="Say why they belong together or not."
        )
