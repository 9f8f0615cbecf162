"""Episodes against the truth, type by type: recall, precision, and how long the tower took to see it.

An episode is right if the same type really held on the same entity at some time between its opening
and its end, ``slack`` later at most: feeds lag, so a case may outlive its condition by that much. A
truth that lasted less than ``visible`` need not be seen (no reading of the sources may have fallen
into it), but it is right to have seen it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.evaluation.episodes import Episode
    from connectors.world.truth.values import TrueException

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeScore:
    """How well one type is seen. ``truth`` counts the conditions that had to be seen.

    ``recall`` is ``None`` where there were none, ``precision`` where nothing was said.
    """

    truth: int
    said: int
    recall: float | None
    precision: float | None
    onset_lag_s: int | None
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which truths each episode is right about, by position in the two lists it was made of."""

    truths_of: Mapping[int, tuple[int, ...]]
    episodes_of: Mapping[int, tuple[int, ...]]


def match(
    truths: Sequence[TrueException], episodes: Sequence[Episode], *, slack: timedelta, until: datetime
) -> Matching:
    """Every pair of an episode and a truth of the same identity that overlap."""
    by_identity: dict[Identity, list[int]] = defaultdict(list)
    for place, truth in enumerate(truths):
        by_identity[truth.identity].append(place)
    for places in by_identity.values():
        places.sort(key=lambda place: truths[place].onset)
    truths_of: dict[int, tuple[int, ...]] = {}
    episodes_of: dict[int, list[int]] = defaultdict(list)
    for number, episode in enumerate(episodes):
        places = by_identity.get(episode.identity, [])
        ended = episode.ended_at or until
        reach = bisect_left(places, ended, key=lambda place: truths[place].onset)
        hits = tuple(
            place for place in places[:reach] if (truths[place].clear or until) + slack >= episode.opened_at
        )
        truths_of[number] = hits
        for place in hits:
            episodes_of[place].append(number)
    return Matching(
        truths_of=truths_of, episodes_of={place: tuple(found) for place, found in episodes_of.items()}
    )


def score_types(
    truths: Sequence[TrueException],
    episodes: Sequence[Episode],
    matching: Matching,
    *,
    codes: Iterable[str],
    visible: timedelta,
    until: datetime,
) -> dict[str, TypeScore]:
    """The score of each of these types, in the order given."""
    judged: dict[str, list[int]] = defaultdict(list)
    for place, truth in enumerate(truths):
        if (truth.clear or until) - truth.onset >= visible and until - truth.onset >= visible:
            judged[truth.code].append(place)
    said: dict[str, list[int]] = defaultdict(list)
    for number, episode in enumerate(episodes):
        said[episode.code].append(number)
    return {
        code: _score(truths, episodes, matching, judged.get(code, []), said.get(code, [])) for code in codes
    }


def _score(
    truths: Sequence[TrueException],
    episodes: Sequence[Episode],
    matching: Matching,
    judged: Sequence[int],
    said: Sequence[int],
) -> TypeScore:
    found = [place for place in judged if matching.episodes_of.get(place)]
    right = [number for number in said if matching.truths_of[number]]
    lags = [
        max(
            0.0,
            min(
                (episodes[number].opened_at - truths[place].onset).total_seconds()
                for number in matching.episodes_of[place]
            ),
        )
        for place in found
    ]
    return TypeScore(
        truth=len(judged),
        said=len(said),
        recall=len(found) / len(judged) if judged else None,
        precision=len(right) / len(said) if said else None,
        onset_lag_s=round(median(lags)) if lags else None,
        missed=tuple(truths[place].identity[1] for place in judged if place not in set(found))[:20],
        wrong=tuple(episodes[number].entity for number in said if not matching.truths_of[number])[:20],
    )
