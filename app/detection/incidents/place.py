"""Where each case belongs, by pure rules over what was read: people first, then causes, keys, mutes.

A case stays where it is as long as what brought it there may still be so: an open incident is not
regrouped because a key has a new version, because its root has closed, or because a second root
appeared. Placing a case twice with the same facts gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.detection.incidents.edges import OF_CARRIER, OLDER_MEMBER_MS
from app.detection.incidents.facts import OpenIncident, in_time, is_static
from domain.ids import CaseId, EntityKind
from domain.incidents import IncidentBasis, incident_identity

if TYPE_CHECKING:
    from app.detection.incidents.facts import CaseNow, Facts, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a case belongs now: incident, what brought it there, its cause, what mutes it, what else hits."""

    case: CaseNow
    incident_id: str
    basis: IncidentBasis
    cause: Link | None = None
    mute: Link | None = None
    also: tuple[tuple[str, Link], ...] = ()

    @property
    def parent(self) -> str:
        """The open root case that explains it; blank where none does, or it has ended."""
        return self.cause.root if self.cause is not None and self.cause.closed_at is None else ""


@dataclass(slots=True, kw_only=True)
class Placing:
    """Places the cases of one scope; ``opened`` are the incidents it opened, ``taken_up`` opened again."""

    facts: Facts
    now_ms: int
    placed: dict[str, Placement] = field(default_factory=dict)
    opened: dict[str, OpenIncident] = field(default_factory=dict)
    taken_up: set[str] = field(default_factory=set)
    _by_key: dict[tuple[str, int], str] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Placement]:
        """Place every case, the oldest first."""
        # Newcomers of a key go to the last incident of it that is not over.
        for incident in sorted(self.facts.incidents.values(), key=lambda i: (-i.opened_at, i.incident_id)):
            by_hand = incident.basis == IncidentBasis.MANUAL and not incident.key.startswith("alone:")
            if not by_hand and incident.incident_id not in self.facts.over:
                self._by_key.setdefault((incident.key, incident.version), incident.incident_id)
        for case in self.facts.cases.values():
            self._place(case)
        return self.placed

    def _place(self, case: CaseNow) -> Placement:
        known = self.placed.get(case.case_id)
        if known is not None:
            return known
        self._under_way.add(case.case_id)
        found = self._decide(case)
        self._under_way.discard(case.case_id)
        self.placed[case.case_id] = found
        return found

    def _decide(self, case: CaseNow) -> Placement:
        causes = [(home, link) for link in self._preferred(case) if (home := self._home(link.root))]
        mute = self._mute(case)
        causes = self._latest_trouble_first(case, causes)
        incident_id, basis, cause = self._where(case, causes, mute)
        seen = {incident_id}
        if basis is IncidentBasis.PEGGING and causes:
            seen.add(causes[0][0])
        also = []
        for home, link in causes:
            if home not in seen:
                seen.add(home)
                also.append((home, link))
        return Placement(
            case=case, incident_id=incident_id, basis=basis, cause=cause, mute=mute, also=tuple(also)
        )

    def _where(
        self, case: CaseNow, causes: list[tuple[str, Link]], mute: Link | None
    ) -> tuple[str, IncidentBasis, Link | None]:
        cause = causes[0][1] if causes else None
        manual = self._by_hand(case)
        if manual:
            return manual, IncidentBasis.MANUAL, cause
        if causes and self._is_of_older_trouble(case, causes[0][1]):
            return self._under_key(case), IncidentBasis.STATIC_KEY, None
        if causes:
            return self._joined(case, causes[0][0]), IncidentBasis.PEGGING, cause
        if case.basis == IncidentBasis.PEGGING and not case.parent_is_open:
            return case.incident_id, IncidentBasis.PEGGING, None
        if case.basis in {IncidentBasis.INHIBITION, IncidentBasis.CONTRAST}:
            return case.incident_id, IncidentBasis(case.basis), None
        if mute is not None and in_time(mute, case.opened_at) and self._stands_alone(case):
            home = self._home(mute.root)
            if home:
                return self._joined(case, home), IncidentBasis.INHIBITION, None
        return self._under_key(case), IncidentBasis.STATIC_KEY, None

    def _is_of_older_trouble(self, case: CaseNow, cause: Link) -> bool:
        """Whether a carrier was in trouble well before its cause: another node of it is more of the same."""
        if case.code not in OF_CARRIER:
            return False
        home = self.facts.incidents.get(self._by_key.get((case.key, case.version), ""))
        before = cause.opened_at - OLDER_MEMBER_MS[EntityKind.ROUTE_EVENT]
        return home is not None and home.opened_at < before

    def _preferred(self, case: CaseNow) -> list[Link]:
        """Its possible causes, the one it hangs on already first."""
        return sorted(case.causes, key=lambda link: link.root != case.parent)

    def _latest_trouble_first(self, case: CaseNow, causes: list[tuple[str, Link]]) -> list[tuple[str, Link]]:
        """What goes late after a storm broke is of the storm, though its carrier had trouble before."""
        if not causes or causes[0][1].kind != EntityKind.CARRIER or causes[0][1].root == case.parent:
            return causes
        home, first = causes[0]
        known = self.facts.incidents.get(home)
        since = known.opened_at if known is not None and known.opened_at else first.opened_at
        later = [
            found
            for found in causes
            if found[1].kind == EntityKind.ROUTE_EVENT and since < found[1].opened_at <= case.opened_at
        ]
        return [*later, *(found for found in causes if found not in later)]

    def _mute(self, case: CaseNow) -> Link | None:
        links = sorted(case.mutes, key=lambda link: link.root != case.suppressed_by)
        return links[0] if links else None

    def _by_hand(self, case: CaseNow) -> str:
        if case.wanted is None:
            return ""
        if case.wanted:
            return case.wanted if case.wanted in self.facts.incidents else ""
        return self._open_under(f"alone:{case.case_id}", 0, case, IncidentBasis.MANUAL)

    def _home(self, root: str) -> str:
        """The incident of a root; blank while it is being placed itself: a circle explains nothing."""
        if root in self._under_way:
            return ""
        case = self.facts.cases.get(root)
        if case is not None:
            return self._place(case).incident_id
        # The incident of a root that has ended takes more in only as long as it is open.
        home = self.facts.homes.get(root, "")
        return home if home in self.facts.incidents else ""

    def _joined(self, case: CaseNow, home: str) -> str:
        """The incident of its root; what followed that under its key for a newcomer, if it is over."""
        root_in = self.facts.incidents.get(home)
        if root_in is None:
            return home
        now_in = self.facts.incidents.get(case.incident_id)
        if now_in is not None and (now_in.key, now_in.version) == (root_in.key, root_in.version):
            return case.incident_id
        if home not in self.facts.over:
            return home
        return self._open_under(root_in.key, root_in.version, case, IncidentBasis.STATIC_KEY)

    def _stands_alone(self, case: CaseNow) -> bool:
        """Whether nothing shares its key so far."""
        incident_id = (
            case.incident_id if is_static(case.basis) else self._by_key.get((case.key, case.version))
        )
        if not incident_id:
            return True
        others = self.facts.sizes.get(incident_id, 0) - is_static(case.basis)
        return others <= 0

    def _under_key(self, case: CaseNow) -> str:
        if is_static(case.basis):
            incident = self.facts.incidents[case.incident_id]
            if incident.version != case.version or incident.key == case.key:
                return case.incident_id
        return self._open_under(case.key, case.version, case, IncidentBasis.STATIC_KEY)

    def _open_under(self, key: str, version: int, case: CaseNow, basis: IncidentBasis) -> str:
        known = self._by_key.get((key, version))
        if known is not None:
            return known
        again = self.facts.lately.get((key, version)) if basis is IncidentBasis.STATIC_KEY else None
        if again is not None:
            self._by_key[key, version] = again
            self.taken_up.add(again)
            return again
        incident_id = incident_identity(key, version, self.now_ms, CaseId(case.case_id))
        self._by_key[key, version] = incident_id
        self.opened[incident_id] = OpenIncident(
            incident_id=incident_id, basis=basis, key=key, version=version
        )
        return incident_id
