"""Incidents against causes: does one disruption come out as one incident, and nothing else with it?"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.evaluation.episodes import Episode
    from app.evaluation.matching import Matching
    from connectors.world.truth.values import TrueException, WorldTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class DisruptionScore:
    """How one disruption was grouped.

    ``members`` are the cases it caused, ``in_its_incidents`` those that sit in an incident at least half
    of whose members it caused, ``in_largest`` those in the largest such incident; ``foreign`` are members
    of its incidents that it did not cause.
    """

    disruption_id: str
    kind: str
    members: int
    incidents: int
    in_largest: int
    in_its_incidents: int
    foreign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingScore:
    """All disruptions together; shares are ``None`` where nothing was there to be grouped.

    What several disruptions caused jointly is judged neither way: it counts in no incident.
    An incident is of the disruption that caused at least half of its members. ``together`` is the share of
    the caused cases that are in an incident of a cause of theirs, ``in_one`` the share of the cases of a
    disruption that are in the largest of its incidents, ``foreign`` the share of strangers in the incidents
    of disruptions, ``compression`` cases per incident while a disruption is under way.
    """

    disruptions: tuple[DisruptionScore, ...]
    together: float | None
    in_one: float | None
    foreign: float | None
    compression: float | None


def score_grouping(truth: WorldTruth, episodes: Sequence[Episode], matching: Matching) -> GroupingScore:
    """Judge the incidents by what caused their members."""
    causes = {
        number: _causes(truth.exceptions, places) for number, places in matching.truths_of.items() if places
    }
    members: dict[str, list[int]] = defaultdict(list)
    for number, found in causes.items():
        for disruption_id in found:
            members[disruption_id].append(number)
    by_incident: dict[str, list[int]] = defaultdict(list)
    for number, episode in enumerate(episodes):
        is_joint = not causes.get(number) and _is_joint(truth.exceptions, matching.truths_of[number])
        if episode.incident_id and not is_joint:
            by_incident[episode.incident_id].append(number)
    owners = {incident: _owners(places, causes) for incident, places in by_incident.items()}
    scores = tuple(
        _disruption(each.disruption_id, each.kind, members[each.disruption_id], episodes, by_incident, owners)
        for each in truth.disruptions
        if members[each.disruption_id]
    )
    caused = [number for number, found in causes.items() if found]
    settled = [n for n in caused if causes[n] & owners.get(episodes[n].incident_id, frozenset())]
    taken_in = [n for incident, places in by_incident.items() if owners[incident] for n in places]
    links = sum(score.members for score in scores)
    return GroupingScore(
        disruptions=scores,
        together=len(settled) / len(caused) if caused else None,
        in_one=sum(score.in_largest for score in scores) / links if links else None,
        foreign=(len(taken_in) - len(settled)) / len(taken_in) if taken_in else None,
        compression=_compression(truth, episodes),
    )


def _owners(places: Sequence[int], causes: dict[int, frozenset[str]]) -> frozenset[str]:
    """The disruptions that caused at least half of an incident's members."""
    counts = Counter(cause for number in places for cause in causes.get(number, frozenset()))
    return frozenset(cause for cause, count in counts.items() if 2 * count >= len(places))


def _causes(truths: Sequence[TrueException], places: tuple[int, ...]) -> frozenset[str]:
    return frozenset(cause for place in places for cause in truths[place].causes)


def _is_joint(truths: Sequence[TrueException], places: tuple[int, ...]) -> bool:
    return any(truths[place].jointly for place in places)


def _disruption(
    disruption_id: str,
    kind: str,
    numbers: Sequence[int],
    episodes: Sequence[Episode],
    by_incident: dict[str, list[int]],
    owners: dict[str, frozenset[str]],
) -> DisruptionScore:
    counts = Counter(episodes[number].incident_id for number in numbers if episodes[number].incident_id)
    own = [incident_id for incident_id in counts if disruption_id in owners[incident_id]]
    return DisruptionScore(
        disruption_id=disruption_id,
        kind=kind,
        members=len(numbers),
        incidents=len(own),
        in_largest=max((counts[incident] for incident in own), default=0),
        in_its_incidents=sum(counts[incident] for incident in own),
        foreign=sum(len(by_incident[incident]) - counts[incident] for incident in own),
    )


def _compression(truth: WorldTruth, episodes: Sequence[Episode]) -> float | None:
    """Cases per incident among those that opened while a disruption was under way."""
    spells = [(each.starts_at, each.ends_at) for each in truth.disruptions]
    during = [each for each in episodes if each.incident_id and _inside(each.opened_at, spells)]
    return len(during) / len({each.incident_id for each in during}) if during else None


def _inside(at: datetime, spells: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(start <= at < end for start, end in spells)


def null_incidents(truth: WorldTruth, episodes: Sequence[Episode], matching: Matching) -> tuple[int, int]:
    """False incidents that opened in null spells, and the orders of those spells.

    An incident is false if none of its members is about anything that was really wrong.
    """
    right: dict[str, bool] = {}
    first: dict[str, datetime] = {}
    for number, episode in enumerate(episodes):
        name = episode.incident_id or episode.case_id
        right[name] = right.get(name, False) or bool(matching.truths_of[number])
        first[name] = min(first.get(name, episode.opened_at), episode.opened_at)
    spells = [(start, end) for start, end, _ in truth.null_spells]
    false = sum(1 for name, good in right.items() if not good and _inside(first[name], spells))
    return false, sum(orders for _, _, orders in truth.null_spells)
