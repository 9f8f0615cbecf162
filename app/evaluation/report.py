"""The verdict on a recorded world as one JSON value."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.evaluation.grouping import GroupingScore, null_incidents, score_grouping
from app.evaluation.matching import Matching, TypeScore, match, score_types
from app.evaluation.planner import Job, RankingScore, score_ranking
from domain.catalogue.case_type import Stage
from domain.catalogue.types import CASE_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.evaluation.episodes import Episode
    from connectors.world.truth.values import WorldTruth

#: A case may outlive its condition by the slowest feed's lag and two readings.
SLACK = timedelta(hours=4)
#: What lasted less than this may have fallen between two readings.
VISIBLE = timedelta(hours=4)
OVERLOAD = 2.2
PER = 1_000


def verdict(truth: WorldTruth, episodes: Sequence[Episode]) -> dict[str, Any]:
    """All of the truth table for one world: types, incidents, null weeks, ranking."""
    judged = frozenset(judged_codes())
    episodes = [episode for episode in episodes if episode.code in judged]
    matching = match(truth.exceptions, episodes, slack=SLACK, until=truth.ends_at)
    types = score_types(
        truth.exceptions, episodes, matching, codes=judged_codes(), visible=VISIBLE, until=truth.ends_at
    )
    grouping = score_grouping(truth, episodes, matching)
    false, orders = null_incidents(truth, episodes, matching)
    ranking = score_ranking(jobs_of(truth, episodes, matching), load=OVERLOAD)
    return {
        "seed": truth.seed,
        "size": truth.size,
        "orders": truth.orders,
        "types": {code: _type(score) for code, score in types.items()},
        "incidents": _incidents(grouping),
        "null_weeks": {
            "orders": orders,
            "false_incidents": false,
            "per_1000_orders": _rounded(false * PER / orders) if orders else None,
        },
        "ranking": _ranking(ranking),
    }


def judged_codes() -> tuple[str, ...]:
    """The deterministic types of a world; governance watches decisions, and nobody decides in a replay."""
    return tuple(kind.code for kind in CASE_TYPES if not kind.reserved and kind.stage is not Stage.GOVERNANCE)


def jobs_of(truth: WorldTruth, episodes: Sequence[Episode], matching: Matching) -> list[Job]:
    """Every episode as work for the planner; its true worth comes from the truth it is right about."""
    jobs = []
    taken: set[int] = set()
    for number, episode in enumerate(episodes):
        gone = episode.ended_at or truth.ends_at
        places = [place for place in matching.truths_of[number] if place not in taken]
        taken.update(places)
        worth = sum(truth.exceptions[place].avoidable_cents for place in places)
        limits = [limit for place in places if (limit := truth.exceptions[place].act_by) is not None]
        jobs.append(
            Job(
                case_id=f"{episode.case_id}/{number}",
                seen_at=episode.opened_at,
                gone_at=max(gone, episode.opened_at),
                effort_minutes=episode.effort_minutes,
                index_cents=episode.index_cents,
                due_at=_due(episode, truth.ends_at),
                avoidable_cents=worth,
                act_by=max(limits, default=gone),
            )
        )
    return jobs


def _due(episode: Episode, end: datetime) -> datetime:
    return episode.breach_at or end


def _type(score: TypeScore) -> dict[str, Any]:
    return {
        "truth": score.truth,
        "said": score.said,
        "recall": _rounded(score.recall),
        "precision": _rounded(score.precision),
        "onset_lag_s": score.onset_lag_s,
        "missed": list(score.missed),
        "wrong": list(score.wrong),
    }


def _incidents(score: GroupingScore) -> dict[str, Any]:
    return {
        "together": _rounded(score.together),
        "in_one": _rounded(score.in_one),
        "foreign": _rounded(score.foreign),
        "compression": _rounded(score.compression),
        "disruptions": [asdict(each) for each in score.disruptions],
    }


def _ranking(score: RankingScore) -> dict[str, Any]:
    return {
        "load": score.load,
        "cases": score.jobs,
        "avoidable_cents": score.avoidable_cents,
        "saved_by_index": _rounded(score.saved_by_index),
        "saved_by_due_date": _rounded(score.saved_by_due_date),
        "ratio": _rounded(score.ratio),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
