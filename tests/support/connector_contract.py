"""What every connector must do, as one test class that each system's tests inherit.

A subclass overrides the fixture ``harness``; what a system cannot offer is skipped with its reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from connectors.protocol import Connector, Page
from domain.commands import Command, CommandResult
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError
from domain.ids import EntityRef
from domain.records import SourceRecord

MAX_PAGES = 10_000


@dataclass(kw_only=True)
class ConnectorHarness:
    """A connector to a filled system, and the levers to disturb that system.

    ``stream`` holds at least three records. ``command`` succeeds when sent now; ``times_done`` says
    how often the system really did it. ``bad_stream`` holds at least one record that cannot be
    understood beside good ones. ``lose_access`` makes the system refuse the connector's credentials,
    ``limit_rate`` makes it ask for a pause, ``cut_next_answer`` lets the next request arrive and its answer
    be lost. ``secret`` is the credential. ``skips`` maps a test's name to why it cannot be asked.
    """

    connector: Connector
    stream: str
    command: Command | None = None
    times_done: Callable[[], int] = lambda: 0
    bad_stream: str | None = None
    take_down: Callable[[], None] | None = None
    bring_back: Callable[[], None] | None = None
    lose_access: Callable[[], None] | None = None
    limit_rate: Callable[[], None] | None = None
    cut_next_answer: Callable[[], None] | None = None
    secret: str = ""
    skips: dict[str, str] = field(default_factory=dict)


def read_all(
    connector: Connector, stream: str, *, limit: int, cursor: str | None = None
) -> tuple[list[Page], str | None]:
    """All pages of a stream from ``cursor`` on, and the cursor to go on from."""
    pages: list[Page] = []
    for _ in range(MAX_PAGES):
        page = connector.changes(stream, cursor, limit)
        pages.append(page)
        cursor = page.cursor
        if not page.more:
            return pages, cursor
    raise AssertionError(f"{stream} does not come to an end with pages of {limit}")


def state_of(pages: list[Page]) -> dict[EntityRef, SourceRecord]:
    """What a store would hold after these pages: the highest stamp of each record, deletions applied."""
    state: dict[EntityRef, SourceRecord] = {}
    for page in pages:
        for record in page.records:
            held = state.get(record.ref)
            if held is None or record.stamp >= held.stamp:
                state[record.ref] = record
        for gone in page.deleted:
            held = state.get(gone.ref)
            if held is not None and held.stamp <= gone.stamp:
                del state[gone.ref]
    return state


class ConnectorContract:
    """Inherited by the tests of every system."""

    @pytest.fixture
    def harness(self) -> ConnectorHarness:
        """The system under test; each subclass gives its own."""
        pytest.fail("the subclass must override the fixture 'harness'")

    @pytest.fixture(autouse=True)
    def _skip_with_reason(self, request: pytest.FixtureRequest, harness: ConnectorHarness) -> None:
        reason = harness.skips.get(request.function.__name__)
        if reason is not None:
            pytest.skip(reason)

    def test_manifest_is_complete(self, harness: ConnectorHarness) -> None:
        manifest = harness.connector.manifest
        assert manifest.system
        assert harness.stream in {stream.name for stream in manifest.streams}
        assert all(stream.kinds for stream in manifest.streams)

    def test_records_are_of_the_kinds_and_source_declared(self, harness: ConnectorHarness) -> None:
        for stream in harness.connector.manifest.streams:
            pages, _ = read_all(harness.connector, stream.name, limit=500)
            for record in state_of(pages).values():
                assert record.ref.kind in stream.kinds
                assert record.source == harness.connector.source

    def test_cursor_is_closed_at_its_start(self, harness: ConnectorHarness) -> None:
        first = harness.connector.changes(harness.stream, None, 2)
        once = harness.connector.changes(harness.stream, first.cursor, 2)
        again = harness.connector.changes(harness.stream, first.cursor, 2)
        assert once.records
        assert once == again

    def test_what_changed_last_is_given_again_at_the_next_poll(self, harness: ConnectorHarness) -> None:
        pages, cursor = read_all(harness.connector, harness.stream, limit=500)
        seen = state_of(pages)
        more, _ = read_all(harness.connector, harness.stream, limit=500, cursor=cursor)
        boundary = state_of(more)
        assert all(seen.get(ref) == record for ref, record in boundary.items())

    @pytest.mark.parametrize("limit", [1, 2, 7])
    def test_any_page_size_gives_the_same_state(self, harness: ConnectorHarness, limit: int) -> None:
        large, _ = read_all(harness.connector, harness.stream, limit=500)
        small, _ = read_all(harness.connector, harness.stream, limit=limit)
        assert len(state_of(large)) >= 3
        assert state_of(small) == state_of(large)
        assert all(len(page.records) <= limit for page in small)

    def test_replay_is_harmless(self, harness: ConnectorHarness) -> None:
        pages, _ = read_all(harness.connector, harness.stream, limit=5)
        assert state_of([*pages, *pages]) == state_of(pages)
        assert state_of([*pages, *reversed(pages)]) == state_of(pages)

    def test_ids_are_those_of_the_records(self, harness: ConnectorHarness) -> None:
        ids = harness.connector.ids(harness.stream)
        pages, _ = read_all(harness.connector, harness.stream, limit=500)
        held = {ref.entity_id for ref in state_of(pages)}
        assert ids is None or held <= ids

    def test_unknown_stream_is_refused(self, harness: ConnectorHarness) -> None:
        with pytest.raises(BadInputError, match="no-such-stream"):
            harness.connector.changes("no-such-stream", None, 10)

    def test_bad_record_is_rejected_alone(self, harness: ConnectorHarness) -> None:
        if harness.bad_stream is None:
            pytest.skip("this system cannot be made to hold a record that is not understood")
        pages, _ = read_all(harness.connector, harness.bad_stream, limit=50)
        rejected = [bad for page in pages for bad in page.rejected]
        assert rejected
        assert all(bad.raw and bad.code and bad.message and bad.external_id for bad in rejected)
        assert state_of(pages)

    def test_health_says_reachable(self, harness: ConnectorHarness) -> None:
        assert harness.connector.health().reachable

    def test_a_command_sent_twice_happens_once(self, harness: ConnectorHarness) -> None:
        command = _command_of(harness)
        before = harness.times_done()
        first = harness.connector.submit(command)
        second = harness.connector.submit(command)
        assert first.result is CommandResult.SUCCEEDED
        assert not first.repeated
        assert second.result is CommandResult.SUCCEEDED
        assert second.repeated
        assert harness.times_done() == before + 1

    def test_probe_tells_what_became_of_a_command(self, harness: ConnectorHarness) -> None:
        command = _command_of(harness)
        assert harness.connector.probe(command) is None
        harness.connector.submit(command)
        found = harness.connector.probe(command)
        assert found is not None
        assert found.result is CommandResult.SUCCEEDED
        assert found.key == command.key

    def test_a_system_that_is_down_is_unavailable(self, harness: ConnectorHarness) -> None:
        take_down, bring_back = _levers_of(harness)
        take_down()
        with pytest.raises(UnavailableError) as caught:
            harness.connector.changes(harness.stream, None, 10)
        assert caught.value.what
        assert caught.value.remedy
        health = harness.connector.health()
        assert not health.reachable
        assert health.why
        bring_back()
        assert harness.connector.changes(harness.stream, None, 10).records
        assert harness.connector.health().reachable

    def test_an_outage_is_logged_once(
        self, harness: ConnectorHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        take_down, bring_back = _levers_of(harness)
        harness.connector.health()
        with caplog.at_level(logging.INFO, logger="connectors"):
            caplog.clear()
            take_down()
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    harness.connector.changes(harness.stream, None, 10)
                harness.connector.health()
            lost = [r for r in caplog.records if r.name.startswith("connectors")]
            assert len(lost) == 1
            bring_back()
            for _ in range(3):
                harness.connector.changes(harness.stream, None, 10)
            back = [r for r in caplog.records if r.name.startswith("connectors")]
            assert len(back) == 2

    def test_lost_access_is_refused_in_words_and_not_tried_again(self, harness: ConnectorHarness) -> None:
        if harness.lose_access is None:
            pytest.skip("this system's credentials cannot be taken away in a test")
        assert harness.connector.changes(harness.stream, None, 10).records
        harness.lose_access()
        with pytest.raises(RefusedError) as caught:
            harness.connector.changes(harness.stream, None, 10)
        assert caught.value.remedy
        assert not harness.connector.health().reachable

    def test_a_rate_limit_is_said_with_its_pause(self, harness: ConnectorHarness) -> None:
        if harness.limit_rate is None:
            pytest.skip("this system cannot be made to limit requests")
        harness.limit_rate()
        with pytest.raises(UnavailableError) as caught:
            read_all(harness.connector, harness.stream, limit=1)
        assert caught.value.retry_after_seconds is not None
        assert caught.value.retry_after_seconds >= 1

    def test_an_answer_lost_after_the_command_was_sent_ends_done_once(
        self, harness: ConnectorHarness
    ) -> None:
        command = _command_of(harness)
        if harness.cut_next_answer is None:
            pytest.skip("the way to this system cannot be cut in a test")
        harness.connector.changes(harness.stream, None, 10)
        before = harness.times_done()
        harness.cut_next_answer()
        assert harness.connector.submit(command).result is CommandResult.UNKNOWN
        found = harness.connector.probe(command)
        assert found is not None
        assert found.result is CommandResult.SUCCEEDED
        again = harness.connector.submit(command)
        assert (again.result, again.repeated) == (CommandResult.SUCCEEDED, True)
        assert harness.times_done() == before + 1

    def test_the_credential_is_in_no_message(
        self, harness: ConnectorHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        lever = harness.lose_access or harness.take_down
        if not harness.secret or lever is None:
            pytest.skip("this system has no credential")
        with caplog.at_level(logging.DEBUG):
            lever()
            with pytest.raises(TowerError) as caught:
                harness.connector.changes(harness.stream, None, 10)
            why = harness.connector.health().why
        assert harness.secret not in f"{caught.value} {why} {caplog.text} {harness.connector!r}"
        if harness.lose_access is None and harness.bring_back is not None:
            harness.bring_back()


def _command_of(harness: ConnectorHarness) -> Command:
    if harness.command is None:
        pytest.skip("this system takes no commands")
    return harness.command


def _levers_of(harness: ConnectorHarness) -> tuple[Callable[[], None], Callable[[], None]]:
    if harness.take_down is None or harness.bring_back is None:
        pytest.skip("this system cannot be taken down in a test")
    return harness.take_down, harness.bring_back
