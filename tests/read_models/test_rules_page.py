"""Policies in force, the check of an edited text, and a rehearsal on a copy that leaves the mirror alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.desk_store import DeskStore
from app.detection.policy_set import packaged_texts
from app.profile import Profile, ProfileKind
from app.read_models.rules_page import check_rules, own_with, rules_shown, rules_tried
from app.services.rehearse import Rehearsal, rehearse
from app.workers.rehearsal import STOPPED, RehearsalRunner, RehearsalWish
from domain.errors import BadInputError
from tests.support import facts
from tests.support.approval_desk import default_policy
from tests.support.tower_room import TowerRoom, tower_room
from views.rules.pages import rights_page
from views.rules.state import RIGHTS
from views.theme import dark

ORDER_ENTRY = "order_entry.toml"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    with tower_room(tmp_path) as made:
        made.sync(*facts.quiet_world())
        line = facts.line()
        made.sync(replace(line, unit_price_cents=line.unit_price_cents * 2))
        yield made


def patient() -> str:
    """Order entry with a tolerance that no price exceeds."""
    text = packaged_texts()[ORDER_ENTRY]
    edited = text.replace('["-", "-", 200, 500]', '["-", "-", 9000, 90000000]')
    edited = edited.replace("tolerance_bp = 200, tolerance_cents = 500", "tolerance_bp = 9000")
    assert edited != text
    return edited


def test_everything_in_force_is_shown(room: TowerRoom, tmp_path: Path) -> None:
    profile = Profile(
        name="site", title="Site", kind=ProfileKind.CONNECTED, folder=tmp_path, sources=(), identities=()
    )
    shown = rules_shown(room.mirror, default_policy(), profile, (), now=room.clock.now())
    assert {policy.name for policy in shown.policies} == set(packaged_texts())
    allocation = shown.policy("allocation.toml")
    assert allocation is not None
    assert allocation.owner == "Supply planning"
    table = next(table for table in allocation.tables if table.name == "backorder_limit")
    assert table.columns == ("tier", "limit_days")
    assert table.rows[-1] == ("4|null", "10")
    first = shown.rights.rows[0]
    assert (first.remedy, first.limit) == ("reallocate", "$100,000")
    assert shown.rights.text.startswith("# Decision rights")
    limits = {row[3]: row[:3] for row in shown.rights.limits}
    wanted = ("release credit hold", "one approver as supervisor", "$100,000")
    assert limits["credit-release-supervisor-day"] == wanted
    assert "At most in 24 hours" in rights_page(shown.rights, dark())


def test_an_edited_text_is_checked_to_the_row(room: TowerRoom) -> None:
    name = "allocation.toml"
    text = packaged_texts()[name]
    assert check_rules(room.mirror, name, text).problems == ()
    (problem,) = check_rules(room.mirror, name, text.replace('["3", 7]', '["2", 7]')).problems[:1]
    assert problem.table == "backorder_limit"
    (broken,) = check_rules(room.mirror, name, "not toml").problems
    assert "TOML" in broken.what
    assert check_rules(room.mirror, RIGHTS, "x").problems[0].file == RIGHTS


def test_a_rehearsal_tells_what_would_close_and_changes_nothing(room: TowerRoom, tmp_path: Path) -> None:
    before = room.only_case("OE-PRICE")
    own = own_with(room.mirror, ORDER_ENTRY, patient())
    found = rehearse(tmp_path / "mirror.db", own, now=room.clock.now())
    assert found.closing == (before.case_id,)
    (effect,) = [effect for effect in found.effects if effect.would_close]
    assert (effect.code, effect.open_now, effect.would_open) == ("OE-PRICE", 1, 0)
    assert room.only_case("OE-PRICE") == before
    shown = rules_tried(ORDER_ENTRY, "text", found, seconds=1.0)
    assert shown.would_close == 1
    same = rehearse(tmp_path / "mirror.db", {}, now=room.clock.now())
    assert same.closing == ()
    assert all(effect.would_open == 0 for effect in same.effects)


def test_the_runner_answers_from_a_process_of_its_own_and_can_be_stopped(
    room: TowerRoom, tmp_path: Path
) -> None:
    own = own_with(room.mirror, ORDER_ENTRY, patient())
    wish = RehearsalWish(mirror_file=tmp_path / "mirror.db", own=own, now=room.clock.now())
    answers: list[Rehearsal | str] = []
    answered = threading.Event()

    def tell(answer: Rehearsal | str) -> None:
        answers.append(answer)
        answered.set()

    runner = RehearsalRunner()
    assert runner.start(wish, tell)
    assert not runner.start(wish, tell), "one at a time"
    assert answered.wait(60)
    runner.stop()
    (answer,) = answers
    assert isinstance(answer, Rehearsal)
    assert len(answer.closing) == 1
    answered.clear()
    assert runner.start(wish, tell)
    runner.stop()
    assert answered.is_set()
    assert answers[-1] == STOPPED
    assert not runner.is_running


def test_drafts_lie_beside_what_is_in_force(tmp_path: Path) -> None:
    store = DeskStore(tmp_path)
    file = store.save_draft(ORDER_ENTRY, "text")
    assert file == tmp_path / "drafts" / ORDER_ENTRY
    assert file.read_text(encoding="utf-8") == "text"
    with pytest.raises(BadInputError):
        store.save_draft("../evil.toml", "text")


def test_the_desk_remembers_and_ignores_what_it_cannot_read(tmp_path: Path) -> None:
    DeskStore(tmp_path).remember("layout", "v1")
    DeskStore(tmp_path).remember("views", "[]")
    assert DeskStore(tmp_path).kept() == {"layout": "v1", "views": "[]"}
    DeskStore(tmp_path).remember("views", "")
    assert DeskStore(tmp_path).kept() == {"layout": "v1"}
    (tmp_path / "desk.json").write_text('{"version": 99, "kept": {"layout": "x"}}', encoding="utf-8")
    assert DeskStore(tmp_path).kept() == {}
    (tmp_path / "desk.json").write_text("{", encoding="utf-8")
    assert DeskStore(tmp_path).kept() == {}
