"""The life of a case: identity, legal moves, and values that cannot be."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import CLOSED_STATES, TRANSITIONS, CaseState, Impact, case_identity, may_move
from domain.errors import BadValueError
from domain.ids import EntityKind, EntityRef

#: What a person, a command and detection may make of a case; ``*`` stands for the three early ends.
LEGAL = {
    "suspended": {"open", "*"},
    "open": {"suspended", "acknowledged", "in_progress", "waiting", "proposed", "*"},
    "acknowledged": {"in_progress", "waiting", "proposed", "*"},
    "in_progress": {"waiting", "proposed", "resolved", "*"},
    "waiting": {"in_progress", "proposed", "resolved", "*"},
    "proposed": {"in_progress", "executing", "*"},
    "executing": {"in_progress", "verifying"},
    "verifying": {"in_progress", "resolved"},
    "resolved": {"open", "suspended"},
    "auto_cleared": {"open", "suspended"},
    "expired": {"open", "suspended"},
    "false_positive": {"open", "suspended"},
}
EARLY_ENDS = {"auto_cleared", "expired", "false_positive"}


@pytest.mark.parametrize(("current", "wanted"), list(itertools.product(CaseState, CaseState)))
def test_exactly_the_listed_moves_are_legal(current: CaseState, wanted: CaseState) -> None:
    listed = LEGAL[current.value]
    expected = wanted.value in listed or ("*" in listed and wanted.value in EARLY_ENDS)
    assert may_move(current, wanted) == expected


def test_every_state_has_a_row_and_closed_ones_can_only_come_back() -> None:
    assert set(TRANSITIONS) == set(CaseState)
    assert all(TRANSITIONS[state] == {CaseState.OPEN, CaseState.SUSPENDED} for state in CLOSED_STATES)


def test_a_case_with_a_command_under_way_is_not_closed_by_the_facts() -> None:
    for state in (CaseState.EXECUTING, CaseState.VERIFYING):
        assert not TRANSITIONS[state] & {CaseState.AUTO_CLEARED, CaseState.EXPIRED, CaseState.FALSE_POSITIVE}


@given(code=st.text(min_size=1), entity_id=st.text(min_size=1).filter(lambda text: text.strip() != ""))
def test_identity_depends_on_code_and_entity_only(code: str, entity_id: str) -> None:
    entity = EntityRef(kind=EntityKind.ORDER_LINE, entity_id=entity_id)
    again = EntityRef(kind=EntityKind.ORDER_LINE, entity_id=entity_id)
    other = EntityRef(kind=EntityKind.SALES_ORDER, entity_id=entity_id)
    assert case_identity(code, entity) == case_identity(code, again)
    assert case_identity(code, entity) != case_identity(code, other)


def test_value_per_minute_is_avoidable_loss_over_effort() -> None:
    impact = Impact(loss_cents=1_000, low_cents=500, high_cents=2_000, avoidable_cents=905, effort_minutes=10)
    assert impact.value_per_minute_cents == 90


@pytest.mark.parametrize(
    ("low_cents", "high_cents", "effort_minutes"), [(1_001, 2_000, 5), (500, 999, 5), (500, 2_000, 0)]
)
def test_an_impossible_impact_is_refused(low_cents: int, high_cents: int, effort_minutes: int) -> None:
    with pytest.raises(BadValueError):
        Impact(
            loss_cents=1_000,
            low_cents=low_cents,
            high_cents=high_cents,
            avoidable_cents=0,
            effort_minutes=effort_minutes,
        )
