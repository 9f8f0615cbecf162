"""Syncing a source: to its end whatever the page size, with nothing lost or doubled when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.source_health import source_health
from app.services.sync import SyncOptions, detect_now, pause_after, register_source, sync_source
from connectors.protocol import Connector, Manifest
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError
from domain.health import HealthColour, SourceHealth
from domain.orders import CreditStatus
from domain.records import TYPE_OF_KIND
from tests.support import facts
from tests.support.facts import ERP, NOW
from tests.support.fake_connector import STREAM, FakeConnector
from tests.support.tower_room import TowerRoom, tower_room

DOWN = UnavailableError(what="The ERP does not answer.", remedy="Start it.")
REFUSED = RefusedError(what="The ERP refuses the password.", remedy="Enter it again.")
#: What is wrong with the records below: a line is short and so promised in vain; a return is of nothing.
SHORT_AND_MORE = ["AL-SHORT", "OE-PROMISE", "RT-UNMATCHED"]
HTML = BadInputError(what="The ERP answered a web page.", remedy="Check the address.")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    with tower_room(tmp_path) as made:
        yield made


def fill(room: TowerRoom) -> None:
    """Twelve records in the source, one of them short of stock."""
    room.source.put(*facts.quiet_world(), facts.position("MEM", 60), facts.lane(), facts.pick(), facts.rma())


def known(room: TowerRoom) -> list[str]:
    return [str(record.ref) for kind in TYPE_OF_KIND for record in room.mirror.entities(kind)]


def health(room: TowerRoom) -> SourceHealth:
    return source_health(room.mirror.source_states()[0], now=room.clock.now())


def test_a_source_is_read_to_its_end(room: TowerRoom) -> None:
    fill(room)
    result = room.sync()
    assert result.succeeded
    assert (result.rows, result.written, result.rejected) == (12, 11, 0)
    assert len(result.opened) == len(SHORT_AND_MORE)
    assert result.lag_seconds is None
    assert len(known(room)) == 11
    assert room.mirror.cursor(ERP, STREAM) == "12"


def test_a_second_sync_brings_only_what_is_new(room: TowerRoom) -> None:
    fill(room)
    room.sync()
    room.clock.advance(seconds=30)
    result = room.sync(facts.position("MEM", 100))
    assert (result.rows, result.written, result.lag_seconds) == (2, 1, 30)
    assert len(result.cleared) == 1


@settings(max_examples=15, deadline=None)
@given(size=st.integers(2, 15))
def test_any_page_size_gives_the_same_state(size: int) -> None:
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as two,
        tower_room(Path(one)) as plain,
        tower_room(Path(two)) as other,
    ):
        for each in (plain, other):
            fill(each)
        plain.sync()
        other.sync(page_limit=size)
        assert known(other) == known(plain)
        assert other.mirror.cases() == plain.mirror.cases()


@settings(max_examples=15, deadline=None)
@given(pages=st.integers(0, 12), size=st.integers(2, 4))
def test_a_source_that_dies_in_the_middle_loses_and_doubles_nothing(pages: int, size: int) -> None:
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        fill(room)
        room.source.failure, room.source.fail_after_pages = DOWN, pages
        room.sync(page_limit=size)
        room.source.failure = None
        assert room.sync(page_limit=size).succeeded
        assert len(known(room)) == 11
        assert room.codes() == SHORT_AND_MORE


@settings(max_examples=15, deadline=None)
@given(commits=st.integers(0, 8))
def test_a_process_that_dies_between_commits_loses_and_doubles_nothing(commits: int) -> None:
    with TemporaryDirectory() as folder, tower_room(Path(folder)) as room:
        fill(room)
        left = [commits]

        def dying() -> bool:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return False

        options = SyncOptions(page_limit=2)
        try:
            sync_source(room.source, room.mirror, clock=room.clock, options=options, stopped=dying)
        except KeyboardInterrupt:
            assert left == [-1]
        assert room.sync().succeeded
        assert len(known(room)) == 11
        assert room.codes() == SHORT_AND_MORE


def test_being_stopped_keeps_what_was_read(room: TowerRoom) -> None:
    fill(room)
    asked = iter([False, False])
    options = SyncOptions(page_limit=4)
    result = sync_source(
        room.source, room.mirror, clock=room.clock, options=options, stopped=lambda: next(asked, True)
    )
    assert not result.succeeded
    assert result.pages == 2
    assert room.mirror.cursor(ERP, STREAM) not in {None, "12"}
    assert room.mirror.source_states()[0].failures_in_row == 0


@pytest.mark.parametrize("failure", [DOWN, REFUSED, HTML], ids=["down", "refused", "html"])
def test_a_failure_is_told_and_moves_no_cursor(room: TowerRoom, failure: TowerError) -> None:
    fill(room)
    room.sync()
    room.source.put(facts.item("I2"))
    room.source.failure = failure
    room.clock.advance(seconds=30)
    result = room.sync()
    assert not result.succeeded
    assert result.why == str(failure)
    assert room.mirror.cursor(ERP, STREAM) == "12"
    assert health(room).colour is HealthColour.AMBER
    assert health(room).why == str(failure)
    assert health(room).failures_in_row == 1
    room.source.failure = None
    assert room.sync(force=True).succeeded
    assert health(room).colour is HealthColour.GREEN


def test_a_fault_of_a_connector_is_the_health_of_its_source(room: TowerRoom) -> None:
    room.source.failure = ZeroDivisionError("division by zero")
    result = room.sync()
    assert "The connector failed: ZeroDivisionError" in result.why
    assert health(room).colour is HealthColour.RED


def test_one_bad_record_does_not_hide_the_others(room: TowerRoom) -> None:
    fill(room)
    room.source.spoil("SO-9/1", raw=b'{"qty": null}')
    result = room.sync(facts.item("I7"), page_limit=500)
    assert result.succeeded
    assert (result.rejected, result.written) == (1, 12)
    assert room.mirror.cursor(ERP, STREAM) == "14"
    held = room.mirror.quarantined()
    assert [(bad.external_id, bad.raw, bad.code) for bad in held] == [
        ("SO-9/1", b'{"qty": null}', "MISSING_FIELD")
    ]
    assert health(room).colour is HealthColour.AMBER
    assert "1 record could not be read" in health(room).why
    assert "DQ-STALE" in room.codes()


def test_a_corrected_record_leaves_quarantine_and_stays_out(room: TowerRoom) -> None:
    fill(room)
    room.source.spoil("SO-9/1")
    room.sync()
    room.sync(facts.line("SO-9/1", ordered_quantity=1))
    assert room.mirror.quarantined() == []
    replay = room.source.changes(STREAM, None, 500)
    with room.mirror.write() as transaction:
        transaction.apply_page(ERP, STREAM, replace(replay, records=()), at=NOW)
    assert room.mirror.quarantined() == []


def test_a_page_full_of_bad_records_stops_the_stream_but_keeps_the_good_ones(room: TowerRoom) -> None:
    fill(room)
    for number in range(10):
        room.source.spoil(f"X-{number}")
    result = room.sync()
    assert not result.succeeded
    assert "10 of 22 records of everything cannot be read" in result.why
    assert room.mirror.cursor(ERP, STREAM) is None
    assert len(known(room)) == 11
    assert len(room.mirror.quarantined()) == 10


def test_after_five_failures_a_source_is_left_alone_for_a_while(room: TowerRoom) -> None:
    room.source.failure = DOWN
    for _ in range(5):
        room.sync()
    calls = room.source.calls
    result = room.sync()
    assert result.skipped
    assert room.source.calls == calls
    assert health(room).next_run_at == NOW + timedelta(seconds=30)
    assert room.sync(force=True).skipped is False
    room.clock.advance(minutes=2)
    room.source.failure = None
    assert room.sync().succeeded


def test_the_pause_doubles_up_to_ten_minutes() -> None:
    pauses = [pause_after(failures) for failures in (1, 4, 5, 6, 9, 10, 99)]
    seconds = [None if pause is None else pause.total_seconds() for pause in pauses]
    assert seconds == [None, None, 30, 60, 480, 600, 600]


def test_what_a_source_silently_loses_is_found_by_the_second_sweep(room: TowerRoom) -> None:
    room.source.reports_deletions = False
    fill(room)
    room.sync()
    room.source.drop(facts.rma())
    gone = str(facts.record(facts.rma()).ref)
    for expected in (True, False):
        room.clock.advance(minutes=16)
        room.sync()
        assert (gone in known(room)) is expected


def test_a_record_missed_once_is_not_deleted(room: TowerRoom) -> None:
    room.source.reports_deletions = False
    fill(room)
    room.sync()
    hidden = room.source.alive.pop(facts.record(facts.rma()).ref)
    room.clock.advance(minutes=16)
    room.sync()
    room.source.alive[hidden.ref] = hidden
    for _ in range(2):
        room.clock.advance(minutes=16)
        room.sync()
    assert str(hidden.ref) in known(room)


def test_a_record_that_was_swept_away_comes_back_with_its_old_version(room: TowerRoom) -> None:
    room.source.reports_deletions = False
    fill(room)
    room.sync()
    hidden = room.source.alive.pop(facts.record(facts.rma()).ref)
    for _ in range(2):
        room.clock.advance(minutes=16)
        room.sync()
    assert str(hidden.ref) not in known(room)
    room.source.alive[hidden.ref] = hidden
    room.source.log.append(hidden)
    room.sync()
    assert str(hidden.ref) in known(room)


def test_time_alone_is_detected_without_reading(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world())
    room.clock.advance(minutes=2)
    assert len(detect_now(room.mirror, clock=room.clock)) == 1
    assert room.codes() == ["DQ-STALE"]


def test_a_source_is_known_before_its_first_sync(room: TowerRoom) -> None:
    register_source(room.source, room.mirror, at=NOW, interval_seconds=60)
    assert health(room).colour is HealthColour.AMBER
    assert health(room).why == "Not read yet."
    assert health(room).interval_seconds == 60


def test_health_grows_worse_with_silence(room: TowerRoom) -> None:
    room.sync(*facts.quiet_world(), facts.order("SO-2", credit_status=CreditStatus.HOLD))
    colours = []
    for seconds in (0, 60, 61, 90, 91):
        room.clock.at = NOW + timedelta(seconds=seconds)
        colours.append(health(room).colour)
    green, amber, red = HealthColour.GREEN, HealthColour.AMBER, HealthColour.RED
    assert colours == [green, green, amber, amber, red]
    assert health(room).lag_seconds == 91


def test_who_reads_several_sources_detects_once_and_loses_nothing(room: TowerRoom) -> None:
    room.source.put(*facts.quiet_world(), facts.position("MEM", 0))
    first = sync_source(room.source, room.mirror, clock=room.clock, options=SyncOptions(detects=False))
    assert first.succeeded
    assert room.codes() == []
    sync_source(room.source, room.mirror, clock=room.clock)
    assert "AL-SHORT" in room.codes()


def test_refused_credentials_end_the_polling_until_somebody_asks(room: TowerRoom) -> None:
    fill(room)
    room.source.failure = REFUSED
    first = room.sync(force=False)
    assert "refuses the password" in first.why
    room.source.failure = None
    room.clock.advance(minutes=30)
    assert room.sync(force=False).skipped
    assert "refuses the password" in health(room).why
    assert room.sync(force=True).succeeded


def test_a_source_that_asks_for_a_pause_gets_it(room: TowerRoom) -> None:
    fill(room)
    busy = UnavailableError(what="The ERP asks for fewer requests.", remedy="Wait.")
    busy.retry_after_seconds = 90
    room.source.failure = busy
    assert "fewer requests" in room.sync(force=False).why
    room.source.failure = None
    room.clock.advance(minutes=1)
    assert room.sync(force=False).skipped
    room.clock.advance(minutes=1)
    assert room.sync(force=False).succeeded


class _SilentAtFirst:
    """A connector of a process that has just started: it must ask for its manifest, and nobody answers."""

    def __init__(self, real: FakeConnector) -> None:
        self.real = real
        self.silent = True
        self.source = real.source

    @property
    def manifest(self) -> Manifest:
        if self.silent:
            raise DOWN
        return self.real.manifest

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


@pytest.mark.parametrize("was_read_before", [False, True])
def test_a_manifest_that_cannot_be_asked_for_is_the_health_of_its_source(
    room: TowerRoom, was_read_before: bool
) -> None:
    fill(room)
    if was_read_before:
        room.sync()
    silent = _SilentAtFirst(room.source)
    connector: Connector = silent  # type: ignore[assignment]  # it answers as the real one does
    assert sync_source(connector, room.mirror, clock=room.clock).why == str(DOWN)
    assert str(DOWN) in health(room).why
    silent.silent = False
    assert sync_source(connector, room.mirror, clock=room.clock).succeeded
    assert set(room.mirror.source_states()[0].kinds) == set(room.source.kinds)
