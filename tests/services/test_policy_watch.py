"""A profile's own policies: in force as long as they are good; a refused one only changes what is said."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.detection.policy_file import PolicyRefusedError
from app.detection.policy_in_force import policies_in_force
from app.detection.policy_overlay import overlaid
from app.detection.policy_set import PolicySet, packaged_policies, packaged_texts
from app.services.policy_watch import PolicyWatch, choose, read_folder
from app.services.sync import detect_now
from app.store.mirror import Mirror
from domain.cases import Severity
from domain.transport import ShipmentStatus
from tests.support.facts import NOW, customer, invoice, item, line, order, shipment
from tests.support.tower_room import tower_room

LOSS = packaged_texts()["loss.toml"]
DEARER = LOSS.replace("planner_cents_per_minute = 75", "planner_cents_per_minute = 90").replace(
    "version = 1", "version = 2"
)
BROKEN = LOSS.replace('["2", 4000000],', "").replace("version = 1", "version = 3")
GAP = "loss.toml, table customer_value: has a gap: no row says what holds at tier = 2"

_SEVERITY = packaged_texts()["severity.toml"]
ALL_CRITICAL = (
    _SEVERITY[: _SEVERITY.index("rows = [")].replace("version = 1", "version = 2")
    + 'rows = [["-", "-", "-", 4]]\n'
)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """An empty mirror."""
    with tower_room(tmp_path) as room:
        yield room.mirror


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the site's loss policy; every text is newer than the one before."""
    folder = tmp_path / "policies"
    folder.mkdir()
    ticks = iter(range(1, 99))

    def run(text: str) -> Path:
        file = folder / "loss.toml"
        file.write_text(text, encoding="utf-8")
        stamp = 1_700_000_000 + next(ticks)
        os.utime(file, (stamp, stamp))
        return folder

    return run


def in_force(mirror: Mirror) -> PolicySet:
    with mirror.engine.connect() as connection:
        return policies_in_force(connection)


def problems(mirror: Mirror) -> dict[str, str]:
    return {record.name: record.problem for record in mirror.policy_records() if record.problem}


def test_without_a_folder_the_packaged_policies_hold(mirror: Mirror) -> None:
    watch = PolicyWatch(folder=None, mirror=mirror)
    assert watch.look(NOW)
    assert not watch.look(NOW + timedelta(hours=1))
    assert in_force(mirror) is packaged_policies()
    records = {record.name: record for record in mirror.policy_records()}
    assert records.keys() == packaged_policies().files.keys()
    assert records["loss.toml"].version == "loss 1"
    assert records["loss.toml"].loaded_at == NOW


def test_an_own_file_takes_the_place_of_the_packaged_one(
    mirror: Mirror, write: Callable[[str], Path]
) -> None:
    watch = PolicyWatch(folder=write(DEARER), mirror=mirror)
    assert watch.look(NOW)
    assert in_force(mirror).setting("planner_cents_per_minute") == 90
    assert in_force(mirror).versions == {**packaged_policies().versions, "loss": 2}
    assert in_force(mirror).digest != packaged_policies().digest


def test_a_change_is_seen_and_what_stays_keeps_its_date(mirror: Mirror, write: Callable[[str], Path]) -> None:
    watch = PolicyWatch(folder=write(LOSS), mirror=mirror)
    watch.look(NOW)
    assert not watch.look(NOW)
    write(DEARER)
    later = NOW + timedelta(minutes=5)
    assert watch.look(later)
    since = {record.name: record.loaded_at for record in mirror.policy_records()}
    assert (since["loss.toml"], since["severity.toml"]) == (later, NOW)
    (watch.folder or Path()).joinpath("loss.toml").unlink()
    assert watch.look(later)
    assert in_force(mirror) is packaged_policies()


def test_a_refused_file_leaves_the_last_good_in_force_and_says_why(
    mirror: Mirror, write: Callable[[str], Path]
) -> None:
    watch = PolicyWatch(folder=write(DEARER), mirror=mirror)
    watch.look(NOW)
    write(BROKEN)
    assert watch.look(NOW)
    assert in_force(mirror).versions["loss"] == 2
    assert problems(mirror) == {"loss.toml": GAP}
    assert not watch.look(NOW)
    # The program is started anew: the folder is still wrong, the last good set still known.
    again = PolicyWatch(folder=watch.folder, mirror=mirror)
    assert not again.look(NOW)
    assert in_force(mirror).versions["loss"] == 2
    write(LOSS)
    assert again.look(NOW)
    assert problems(mirror) == {}
    assert in_force(mirror).versions["loss"] == 1


def test_a_file_refused_at_the_very_first_leaves_the_packaged_ones(
    mirror: Mirror, write: Callable[[str], Path]
) -> None:
    folder = write(LOSS)
    (folder / "extra.toml").write_text("rows = [", encoding="utf-8")
    watch = PolicyWatch(folder=folder, mirror=mirror)
    assert watch.look(NOW)
    assert in_force(mirror) is packaged_policies()
    assert problems(mirror).keys() == {"extra.toml"}
    (folder / "extra.toml").unlink()
    assert watch.look(NOW)
    assert {record.name for record in mirror.policy_records()} == packaged_policies().files.keys()


def test_a_folder_that_is_not_there_is_said(mirror: Mirror, tmp_path: Path) -> None:
    watch = PolicyWatch(folder=tmp_path / "nowhere", mirror=mirror)
    assert watch.look(NOW)
    assert "nowhere cannot be read" in problems(mirror)["policies"]


def test_a_file_waits_for_the_day_it_takes_effect(mirror: Mirror, write: Callable[[str], Path]) -> None:
    watch = PolicyWatch(folder=write(DEARER), mirror=mirror)
    watch.look(NOW)
    start = NOW + timedelta(days=2)
    write(DEARER.replace("2026-01-01T00:00:00Z", start.isoformat()).replace("= 90", "= 120"))
    watch.look(NOW)
    assert in_force(mirror).setting("planner_cents_per_minute") == 90
    assert not watch.look(start - timedelta(minutes=1))
    assert watch.look(start)
    assert in_force(mirror).setting("planner_cents_per_minute") == 120


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dispute_days", "dispute_dayz", "the setting dispute_dayz is none that a rule asks for"),
        ("dispute_days", "dispute_dayz", "lacks the setting dispute_days, which rules ask for"),
        ("customer_value", "value", "table value: is none that a rule asks for"),
        ("customer_value", "value", "lacks the table customer_value, which rules ask for"),
        ("clv_cents", "worth", "has other outputs than rules take: clv_cents (int)"),
        ('"misses", type = "int", domain = ">=0"', '"misses", type = "int"', "has other inputs or domains"),
        ('["4", 300000]', '["4", "null"]', "customer_value, row 4: clv_cents is null, which rules cannot"),
        (
            '["reallocate|repick", 60]',
            '["reallocate|repick", -1]',
            "table action_lead, row 2: lead_minutes is -1",
        ),
        ("misses", "missed", "other inputs or domains than rules give: tier (int or null), misses (int)"),
    ],
)
def test_what_rules_cannot_use_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(PolicyRefusedError) as error:
        overlaid({"loss.toml": LOSS.replace(old, new)})
    assert any(said in str(problem) for problem in error.value.problems)
    assert all(problem.file == "loss.toml" for problem in error.value.problems)


def test_new_figures_are_at_work_at_the_next_tick_and_refused_ones_never(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    with tower_room(tmp_path) as room:
        left = shipment(status=ShipmentStatus.IN_TRANSIT, shipped_at=NOW - timedelta(hours=1))
        room.sync(customer(), item(), order(), line(shipped_quantity=100), left, invoice(112))
        before = room.only_case("IN-QTY").severity
        assert before is not Severity.CRITICAL
        watch = PolicyWatch(folder=folder, mirror=room.mirror)
        (folder / "severity.toml").write_text(ALL_CRITICAL, encoding="utf-8")
        watch.look(NOW)
        detect_now(room.mirror, clock=room.clock)
        assert room.only_case("IN-QTY").severity is Severity.CRITICAL
        (folder / "severity.toml").write_text(ALL_CRITICAL.replace('["-"', '["<9"'), encoding="utf-8")
        watch.look(NOW)
        detect_now(room.mirror, clock=room.clock)
        assert room.only_case("IN-QTY").severity is Severity.CRITICAL
        assert "has a gap" in problems(room.mirror)["severity.toml"]
        (folder / "severity.toml").unlink()
        watch.look(NOW)
        detect_now(room.mirror, clock=room.clock)
        assert room.only_case("IN-QTY").severity is before


def test_the_packaged_files_copied_to_a_site_are_good(tmp_path: Path) -> None:
    for name, text in packaged_texts().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert choose(read_folder(tmp_path), now=NOW).policies.versions == packaged_policies().versions
