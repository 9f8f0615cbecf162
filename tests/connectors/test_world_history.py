"""A history is a function of its seed and its plan; it keeps its own rules and shows every kind of record."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.world.draws import Draws
from connectors.world.faces import FACES, face_manifest
from connectors.world.floor_desk import SHIFT_HOURS
from connectors.world.history import HISTORY_BEGINS_AT, begin_history, run_history
from connectors.world.sizes import SIZES
from connectors.world.state import STREAM_OF_KIND, WorldState
from tests.support.world_histories import history, orders_of, told_of

KEYS = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)


@pytest.fixture(scope="module")
def restless() -> WorldState:
    """A small world in which much goes wrong by itself."""
    return run_history(11, SIZES["tiny"])


def test_the_same_seed_gives_the_same_history_however_it_is_stepped(restless: WorldState) -> None:
    stepped = begin_history(11, SIZES["tiny"]).state
    for hours in range(0, 24 * SIZES["tiny"].span_days + 1, 5):
        stepped.run_until(HISTORY_BEGINS_AT + timedelta(hours=hours))
    stepped.run_until(restless.now)
    assert stepped.feed.last_stamp == restless.feed.last_stamp
    there = orders_of(stepped)
    assert there.keys() == orders_of(restless).keys()
    assert all(told_of(there[order_id]) == told_of(order) for order_id, order in orders_of(restless).items())


def test_a_size_has_as_many_orders_as_it_says(restless: WorldState) -> None:
    assert 450 <= len(orders_of(restless)) <= 550


def test_every_kind_of_record_is_shown(restless: WorldState) -> None:
    shown = Counter(
        row.kind
        for stream in sorted(set(STREAM_OF_KIND.values()))
        for row in restless.feed.read(stream, None, 1_000_000)[0]
    )
    assert {kind for kind in STREAM_OF_KIND if not shown[kind]} == set()


def test_the_manifests_name_every_kind_in_its_stream() -> None:
    told = {
        f"{face}/{stream.name}": {str(kind) for kind in stream.kinds}
        for face in FACES
        for stream in face_manifest(face).streams
    }
    for kind, stream in STREAM_OF_KIND.items():
        assert kind in told[stream]


def test_pickers_begin_within_their_shifts() -> None:
    state = history(None)
    first, last = SHIFT_HOURS
    for order in orders_of(state).values():
        for shipment in order.shipments:
            offset = timedelta(hours=state.master.site_of[shipment.node_id].utc_offset_hours)
            begun = [pick.started_at + offset for pick in shipment.picks if pick.started_at is not None]
            assert all(first <= at.hour < last for at in begun)


def test_where_nothing_goes_wrong_almost_nothing_is_late() -> None:
    delivered = [
        shipment
        for order in orders_of(history(None)).values()
        for shipment in order.shipments
        if shipment.delivered_at is not None
    ]
    late = [s for s in delivered if s.delivered_at is not None and s.delivered_at > s.window_end_at]
    assert len(delivered) > 100
    assert len(late) <= len(delivered) // 20


def test_what_is_bound_never_exceeds_what_is_there_unless_a_count_says_so() -> None:
    state = history(None)
    for position in state.positions.values():
        assert 0 <= position.reserved <= position.on_hand
        assert position.claimed == sum(part.quantity for part in position.claims.values())
        assert position.on_order == sum(supply.coming for supply in position.supplies)
        assert 0 <= position.taken <= position.reserved


def test_milestones_follow_each_other_in_half_days() -> None:
    gaps = [
        (later.happened_at - earlier.happened_at) / timedelta(hours=1)
        for order in orders_of(history(None)).values()
        for shipment in order.shipments
        for earlier, later in zip(shipment.events, shipment.events[1:], strict=False)
    ]
    assert gaps
    assert max(gaps) <= 14


@settings(max_examples=30)
@given(question=KEYS, entity=KEYS)
def test_a_draw_depends_on_its_key_alone(question: str, entity: str) -> None:
    one, other = Draws(5), Draws(5)
    other.share("something", "else")
    share = one.share(question, entity)
    assert 0 <= share < 1
    assert other.share(question, entity) == share
    assert 3 <= one.whole((3, 9), question, entity) <= 9
    assert one.one_of("abc", question, entity) in "abc"


def test_draws_are_spread_evenly() -> None:
    draws = Draws(5)
    shares = Counter(draws.whole((0, 9), "q", str(number)) for number in range(20_000))
    assert all(1_800 <= shares[digit] <= 2_200 for digit in range(10))
    hit = sum(draws.happens(50, "rare", str(number)) for number in range(20_000))
    assert 330 <= hit <= 470
    assert not draws.happens(0, "rare", "never")


def test_of_faults_that_exclude_each_other_at_most_one_happens() -> None:
    draws = Draws(5)
    faults = Counter(draws.fault((10, 0, 20), "faults", str(number)) for number in range(20_000))
    assert faults[1] == 0
    assert 1_800 <= faults[0] <= 2_200
    assert 850 <= faults[2] <= 1_150
