"""The bars of a case's money in the panel, and the line about refused policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fake_detail import detail
from tests.support.fake_tower import NOW, snapshot
from tests.support.open_window import OpenWindow, open_window
from views.case_detail.waterfall import ranking_words, spans
from views.case_detail.widget import EVIDENCE

BARS = (("Contract penalty", 400), ("Rework", 200), ("Lost even so", -150), ("Saved by acting now", 450))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    return open_window(qtbot, qapp)


def test_each_bar_begins_where_the_one_before_ended() -> None:
    assert spans(BARS) == [(0, 400 / 600), (400 / 600, 1), (450 / 600, 1), (0, 450 / 600)]
    assert spans(()) == []
    assert spans((("Saved by acting now", 0),)) == [(0, 0)]


def test_the_panel_shows_the_bars_and_why_the_case_stands_there(desk: OpenWindow) -> None:
    money = desk.window.tower.detail.money
    assert not money.bars.isVisibleTo(money)
    desk.window.apply_detail(detail(waterfall=BARS, manual_rank="1 by A. Moreno: promised by phone"))
    desk.window.tower.detail.tabs.setCurrentIndex(EVIDENCE)
    assert money.bars.isVisible()
    assert "Contract penalty $4.00, Rework $2.00" in money.bars.accessibleName()
    assert money.bars.sizeHint().height() > 4 * 20
    assert not money.bars.grab().isNull()
    assert money.ranking.text() == "Ranked 1 by A. Moreno: promised by phone  ·  Saves $21.5k a minute"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "Saves $21.5k a minute  ·  begin before 15:56 (in 30 min)"),
        (-30, "Too late: acting helped until 14:56"),
    ],
)
def test_until_when_acting_helps(minutes: int, words: str) -> None:
    by = NOW + timedelta(minutes=minutes)
    shown = detail()
    assert ranking_words(replace(shown, case=replace(shown.case, responsible_at=by)), NOW) == words


def test_a_refused_policy_is_said_until_it_is_put_right(desk: OpenWindow) -> None:
    notice = desk.window.policy_notice
    assert not notice.isVisible()
    words = "Policies: loss.toml: no. It was refused; version 7 of loss stays in force."
    desk.window.apply_snapshot(snapshot(policy_notice=words))
    assert notice.isVisible()
    assert (notice.words.text(), notice.accessibleName()) == (words, words)
    desk.window.apply_snapshot(snapshot())
    assert not notice.isVisible()
