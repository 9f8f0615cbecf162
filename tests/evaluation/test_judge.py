"""The judge itself: what counts as seen, as right, as one incident, as work well ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluation.episodes import Episode
from app.evaluation.grouping import null_incidents, score_grouping
from app.evaluation.matching import match, score_types
from app.evaluation.planner import Job, score_ranking
from app.evaluation.report import verdict
from connectors.world.truth.values import TrueDisruption, TrueException, WorldTruth
from domain.ids import CaseId, EntityKind, EntityRef

START = datetime(2026, 9, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + 100 * HOUR


def true_one(line: str, onset: int, clear: int | None, *causes: str, code: str = "AL-SHORT") -> TrueException:
    """A condition of a line between two hours."""
    return TrueException(
        code=code,
        entity=EntityRef(kind=EntityKind.ORDER_LINE, entity_id=line),
        onset=START + onset * HOUR,
        clear=None if clear is None else START + clear * HOUR,
        causes=causes,
        avoidable_cents=1_000,
    )


def said(line: str, opened: int, ended: int | None, incident: str = "", **changes: Any) -> Episode:
    """What the tower said of a line between two hours."""
    values: dict[str, Any] = {
        "case_id": CaseId(f"EX-{line}"),
        "code": "AL-SHORT",
        "entity": f"order_line/{line}",
        "opened_at": START + opened * HOUR,
        "ended_at": None if ended is None else START + ended * HOUR,
        "incident_id": incident,
    }
    return Episode(**{**values, **changes})


def world(exceptions: list[TrueException], *disruptions: TrueDisruption) -> WorldTruth:
    """A truth of 100 hours whose first ten are a null spell with 500 orders."""
    return WorldTruth(
        seed=1,
        size="tiny",
        starts_at=START,
        ends_at=END,
        orders=1_000,
        disruptions=disruptions,
        exceptions=tuple(exceptions),
        null_spells=((START, START + 10 * HOUR, 500),),
    )


def scored(truths: list[TrueException], episodes: list[Episode]) -> Any:
    """The score of AL-SHORT with three hours of slack and of visibility."""
    matching = match(truths, episodes, slack=3 * HOUR, until=END)
    return score_types(truths, episodes, matching, codes=["AL-SHORT"], visible=3 * HOUR, until=END)[
        "AL-SHORT"
    ]


def test_seen_late_is_seen_and_its_lag_is_told() -> None:
    score = scored([true_one("a", 10, 30)], [said("a", 12, 31)])
    assert (score.recall, score.precision, score.onset_lag_s) == (1.0, 1.0, 7_200)


def test_missed_and_invented_are_named() -> None:
    score = scored([true_one("a", 10, 30), true_one("b", 10, 30)], [said("a", 11, 30), said("c", 5, 6)])
    assert (score.recall, score.precision) == (0.5, 0.5)
    assert (score.missed, score.wrong) == (("order_line/b",), ("order_line/c",))


def test_what_was_over_before_anybody_could_look_need_not_be_seen() -> None:
    assert scored([true_one("a", 10, 12)], []).truth == 0
    assert scored([true_one("a", 10, 12)], [said("a", 11, 13)]).precision == 1.0


def test_a_case_long_after_its_condition_is_wrong() -> None:
    assert scored([true_one("a", 10, 20)], [said("a", 24, 30)]).precision == 0.0
    assert scored([true_one("a", 10, 20)], [said("a", 22, 30)]).precision == 1.0


def test_nothing_said_has_no_precision() -> None:
    score = scored([], [])
    assert (score.recall, score.precision, score.onset_lag_s) == (None, None, None)


def test_one_cause_in_one_incident_with_one_stranger() -> None:
    strike = TrueDisruption(
        disruption_id="D-1", kind="carrier_strike", starts_at=START + 10 * HOUR, ends_at=START + 40 * HOUR
    )
    truth = world([*(true_one(n, 12, 30, "D-1") for n in "abcd"), true_one("e", 12, 30)], strike)
    episodes = [*(said(n, 13, 31, "I-1") for n in "abc"), said("d", 13, 31, "I-2"), said("e", 13, 31, "I-1")]
    score = score_grouping(truth, episodes, match(truth.exceptions, episodes, slack=HOUR, until=END))
    assert (score.together, score.in_one) == (1.0, 3 / 4)
    assert score.foreign == 1 / 5
    assert score.compression == 5 / 2


def test_what_two_disruptions_caused_jointly_is_neither_at_home_nor_a_stranger() -> None:
    strike, cut = (
        TrueDisruption(
            disruption_id=name, kind="carrier_strike", starts_at=START + 10 * HOUR, ends_at=START + 40 * HOUR
        )
        for name in ("D-1", "D-2")
    )
    joint = [replace(true_one(n, 12, 30), jointly=True) for n in "ef"]
    episodes = [said(n, 13, 31, "I-1") for n in "abef"]

    def foreign(*others: TrueException) -> float | None:
        truth = world([true_one("a", 12, 30, "D-1"), true_one("b", 12, 30, "D-1"), *others], strike, cut)
        return score_grouping(
            truth, episodes, match(truth.exceptions, episodes, slack=HOUR, until=END)
        ).foreign

    assert foreign(*joint) == 0
    assert foreign(true_one("e", 12, 30), joint[1]) == 1 / 3
    assert foreign(true_one("e", 12, 30), true_one("f", 12, 30)) == 1 / 2


def test_a_false_incident_counts_where_it_opened_and_only_if_all_of_it_is_false() -> None:
    truth = world([true_one("a", 2, 9)])
    episodes = [said("a", 3, 9, "I-1"), said("x", 3, 9, "I-1"), said("y", 4, 9, "I-2"), said("z", 50, 60)]
    matching = match(truth.exceptions, episodes, slack=HOUR, until=END)
    assert null_incidents(truth, episodes, matching) == (1, 500)


def job(name: str, index: int, due: int, worth: int, act_by: int = 90) -> Job:
    """A job of an hour that is seen at once."""
    return Job(
        case_id=name,
        seen_at=START,
        gone_at=END,
        effort_minutes=60,
        index_cents=index,
        due_at=START + due * HOUR,
        avoidable_cents=worth,
        act_by=START + act_by * HOUR,
    )


def test_the_order_of_work_decides_what_is_saved() -> None:
    late = [
        Job(
            case_id=f"late{n}",
            seen_at=START + 10 * HOUR,
            gone_at=END,
            effort_minutes=60,
            index_cents=0,
            due_at=END,
            avoidable_cents=0,
            act_by=END,
        )
        for n in range(1)
    ]
    score = score_ranking([job("dear", 100, 50, 9_000, act_by=8), job("soon", 1, 5, 1_000), *late], load=2.2)
    assert score.saved_by_index == pytest.approx(1.0)
    assert score.saved_by_due_date == pytest.approx(0.1)
    assert score.ratio == pytest.approx(10.0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 90), st.integers(0, 9_999)), max_size=20))
def test_nobody_saves_more_than_there_is(rows: list[tuple[int, int, int]]) -> None:
    jobs = [job(str(n), index, due, worth, act_by=due) for n, (index, due, worth) in enumerate(rows)]
    score = score_ranking(jobs, load=2.2)
    assert 0 <= score.saved_by_index <= 1
    assert 0 <= score.saved_by_due_date <= 1


def test_the_verdict_has_all_that_is_asked_for() -> None:
    truth = world([true_one("a", 20, 30, "D-1")])
    told = verdict(truth, [said("a", 21, 31, "I-1")])
    assert told["types"]["AL-SHORT"]["recall"] == 1.0
    assert told["types"]["TR-GAP"]["precision"] is None
    assert told["null_weeks"] == {"orders": 500, "false_incidents": 0, "per_1000_orders": 0.0}
    assert {"together", "foreign", "compression"} <= told["incidents"].keys()
    assert {"saved_by_index", "saved_by_due_date", "ratio"} <= told["ranking"].keys()
