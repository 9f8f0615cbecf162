"""Labels never overlap; outlines are cut and thinned without changing what is seen."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from views.map.clipping import clip_ring, thin, visible_runs
from views.map.labels import GAP_PX, NODE_PX, PlacedLabel, place_labels

CANVAS = (800.0, 400.0)
ANCHOR = st.tuples(st.floats(0, 800), st.floats(0, 400))
NO_BUBBLES = np.zeros((0, 4))


def _overlap(one: PlacedLabel, other: PlacedLabel) -> bool:
    wide = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    high = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return wide > 1e-9 and high > 1e-9


@given(anchors=st.lists(ANCHOR, max_size=40), widths=st.lists(st.floats(20, 90), min_size=40, max_size=40))
def test_no_two_labels_overlap_and_none_leaves_the_map(
    anchors: list[tuple[float, float]], widths: list[float]
) -> None:
    at = np.array(anchors, dtype=np.float64).reshape(-1, 2)
    sizes = [(width, 15.0) for width in widths[: len(anchors)]]
    placed = place_labels(at, [GAP_PX] * len(at), sizes, NO_BUBBLES, CANVAS)
    for number, one in enumerate(placed):
        assert 0 <= one.left <= one.left + one.width <= CANVAS[0]
        assert 0 <= one.top <= one.top + one.height <= CANVAS[1]
        assert not any(_overlap(one, other) for other in placed[number + 1 :])
        for site, (x, y) in enumerate(anchors):
            mark = PlacedLabel(site, x - NODE_PX / 2, y - NODE_PX / 2, NODE_PX, NODE_PX)
            assert site == one.number or not _overlap(one, mark)


def test_a_label_with_room_stands_to_the_right_of_its_mark() -> None:
    (label,) = place_labels(np.array([[400.0, 200.0]]), [GAP_PX], [(60.0, 14.0)], NO_BUBBLES, CANVAS)
    assert (label.left, label.top) == (410.0, 193.0)


def test_a_label_gives_way_to_a_bubble() -> None:
    bubble = np.array([[405.0, 180.0, 445.0, 220.0]])
    (label,) = place_labels(np.array([[400.0, 200.0]]), [GAP_PX], [(60.0, 14.0)], bubble, CANVAS)
    assert label.left + label.width <= 400 - GAP_PX


def test_a_label_with_no_room_is_left_out() -> None:
    everywhere = np.array([[0.0, 0.0, 800.0, 400.0]])
    assert place_labels(np.array([[400.0, 200.0]]), [GAP_PX], [(60.0, 14.0)], everywhere, CANVAS) == []


def _area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def test_a_square_cut_by_a_box_leaves_their_common_part() -> None:
    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    cut = clip_ring(square, (1.0, 1.0, 6.0, 3.0))
    assert _area(cut) == 6.0
    assert cut.min(axis=0).tolist() == [1.0, 1.0]
    assert cut.max(axis=0).tolist() == [4.0, 3.0]


@given(points=st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=30))
def test_a_cut_ring_lies_in_the_box(points: list[tuple[float, float]]) -> None:
    cut = clip_ring(np.array(points), (-2.0, -1.0, 2.0, 1.0))
    assert (np.abs(cut) <= np.array([2.0, 1.0]) + 1e-9).all()


def test_a_ring_inside_the_box_is_untouched() -> None:
    ring = np.array([[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]])
    assert clip_ring(ring, (0.0, 0.0, 1.0, 1.0)) is ring


def test_a_step_that_only_passes_through_the_box_is_drawn() -> None:
    line = np.array([[-9.0, 0.5], [9.0, 0.5], [9.0, 9.0], [0.5, 9.0], [0.5, 0.5]])
    runs = visible_runs(line, (0.0, 0.0, 1.0, 1.0))
    assert [run.tolist() for run in runs] == [line[:2].tolist(), line[3:].tolist()]


def test_thinning_keeps_both_ends_and_drops_what_no_pixel_shows() -> None:
    line = np.column_stack([np.linspace(0, 10, 1_001), np.zeros(1_001)])
    kept = thin(line)
    assert kept[0].tolist() == line[0].tolist()
    assert kept[-1].tolist() == line[-1].tolist()
    assert 10 <= len(kept) <= 20
