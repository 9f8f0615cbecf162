"""The queue's rows: filter, order, and what a new table may and may not move."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import CaseState, Severity
from tests.support.fake_tower import NOW, case_rows
from views.case_queue.state import (
    CaseRow,
    QueueFilter,
    QueueStateError,
    QueueView,
    SortKey,
    case_table,
    epoch_seconds,
)
from views.case_queue.store import QueueStore, toggled

MORNING = case_rows()[30:110]


def row(case_id: str, **changes: object) -> CaseRow:
    plain = CaseRow(
        case_id=case_id,
        severity=Severity.MEDIUM,
        type_title="Stock short",
        subject=f"SO-{case_id}",
        state=CaseState.OPEN,
        loss_cents=1_000,
        priority_cents=100,
        opened_at=NOW - timedelta(hours=1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a factory of keyword values


def store_of(*rows: CaseRow, view: QueueView | None = None) -> QueueStore:
    store = QueueStore()
    store.me, store.now_s = "A. Moreno", epoch_seconds(NOW)
    store.view = view or QueueView()
    store.replace_table(case_table(rows))
    store.take(store.wanted())
    return store


def shown(store: QueueStore) -> list[str]:
    return [store.id_at(n) for n in range(len(store))]


def test_the_most_money_a_minute_comes_first() -> None:
    store = store_of(row("a", priority_cents=5), row("b", priority_cents=9), row("c", priority_cents=7))
    assert shown(store) == ["b", "c", "a"]


def test_equal_priority_goes_by_severity() -> None:
    store = store_of(row("a"), row("b", severity=Severity.CRITICAL), row("c", severity=Severity.LOW))
    assert shown(store) == ["b", "a", "c"]


@pytest.mark.parametrize("descending", [True, False])
def test_a_case_without_promised_time_comes_last_either_way(descending: bool) -> None:
    rows = (
        row("none"),
        row("soon", breach_at=NOW + timedelta(hours=1)),
        row("late", breach_at=NOW - timedelta(hours=1)),
    )
    store = store_of(*rows, view=QueueView(sort=SortKey.BREACH, descending=descending))
    assert shown(store) == (["soon", "late", "none"] if descending else ["late", "soon", "none"])


def test_texts_sort_without_regard_to_case_and_empty_ones_last() -> None:
    rows = (row("1", owner="zoe"), row("2"), row("3", owner="Adam"))
    store = store_of(*rows, view=QueueView(sort=SortKey.OWNER, descending=False))
    assert shown(store) == ["3", "1", "2"]


def test_the_chips() -> None:
    store = store_of(
        row("mine", owner="A. Moreno"),
        row("asleep", owner="A. Moreno", snoozed_until=NOW + timedelta(hours=1)),
        row("awake", owner="A. Moreno", snoozed_until=NOW - timedelta(hours=1)),
        row("his", owner="P. Singh", severity=Severity.CRITICAL),
        row("free"),
    )
    counts = store.counts()
    assert (counts.my_triage, counts.critical, counts.unowned, counts.all) == (2, 1, 1, 5)
    for chip, wanted in (
        (QueueFilter.MY_TRIAGE, {"mine", "awake"}),
        (QueueFilter.CRITICAL, {"his"}),
        (QueueFilter.UNOWNED, {"free"}),
    ):
        store.view = QueueView(chip=chip)
        store.take(store.wanted())
        assert set(shown(store)) == wanted


def test_the_text_filter_wants_every_word_and_knows_places() -> None:
    rows = (row("a", place="MEM Memphis"), row("b", place="DFW Dallas", type_title="Credit hold"))
    store = store_of(*rows, view=QueueView(text="memphis SHORT"))
    assert shown(store) == ["a"]
    assert store.search("credit dallas", 5) == ["b"]


def test_a_click_on_another_header_sorts_and_on_the_same_turns_round() -> None:
    by_loss = toggled(QueueView(), SortKey.LOSS)
    assert (by_loss.sort, by_loss.descending) == (SortKey.LOSS, True)
    assert toggled(by_loss, SortKey.LOSS).descending is False
    assert toggled(by_loss, SortKey.OWNER).descending is False


def test_new_cases_wait_and_the_rest_keep_their_places() -> None:
    first = (row("a", priority_cents=3), row("b", priority_cents=2))
    store = store_of(*first)
    later = (row("new", priority_cents=9), row("b", priority_cents=8), row("a", priority_cents=1))
    store.replace_table(case_table(later))
    assert shown(store) == ["a", "b"]
    assert store.pending == 1
    store.take(store.wanted())
    assert shown(store) == ["new", "b", "a"]
    assert store.pending == 0


def test_columns_of_unequal_length_are_refused() -> None:
    table = case_table([row("a"), row("b")])
    with pytest.raises(QueueStateError, match="lengths"):
        replace(table, owners=("x",))


@given(
    chip=st.sampled_from(list(QueueFilter)),
    sort=st.sampled_from(list(SortKey)),
    descending=st.booleans(),
    text=st.sampled_from(["", "MEM", "short", "no such word"]),
)
def test_whatever_the_view_each_match_is_shown_once(
    chip: QueueFilter, sort: SortKey, descending: bool, text: str
) -> None:
    rows = MORNING
    store = store_of(*rows, view=QueueView(chip=chip, sort=sort, descending=descending, text=text))
    ids = shown(store)
    assert len(set(ids)) == len(ids)
    everything = store_of(*rows, view=QueueView(chip=chip, text=text))
    assert set(ids) == set(shown(everything))


def test_a_new_table_is_searched_by_its_own_texts() -> None:
    store = store_of(row("a"), row("b", owner="A. Moreno"), view=QueueView(text="moreno"))
    assert shown(store) == ["b"]
    store.replace_table(case_table([row("a", owner="A. Moreno"), row("b", owner="P. Singh")]))
    assert [store.table.ids[slot] for slot in store.wanted().order.tolist()] == ["a"]
    assert store.search("singh", most=5) == ["b"]


def test_the_search_gives_the_most_urgent_first_and_no_more_than_asked() -> None:
    rows = [row(f"EX-{n}", priority_cents=n) for n in range(6)]
    assert store_of(*rows).search("ex", most=2) == ["EX-5", "EX-4"]
