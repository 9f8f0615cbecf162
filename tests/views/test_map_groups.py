"""Clusters, picking, lanes and the state of the map: the laws they keep."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.map_scene import lane, made_up_markers, made_up_state
from views.map.clusters import ClusterLevel, build_level
from views.map.lanes import build_curves
from views.map.picking import PointGrid
from views.map.scene import MapScene
from views.map.sprites import short_count
from views.map.state import MapLane, MapMarkers, MapNode, MapStateError
from views.map.viewport import north_america

PLACE = st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1), st.integers(1, 4))


def _level(places: list[tuple[float, float, int]], zoom: int) -> ClusterLevel:
    columns = np.array(places, dtype=np.float64).reshape(-1, 3)
    return build_level(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int8), zoom)


@given(places=st.lists(PLACE, max_size=80), zoom=st.integers(0, 10))
def test_grouping_loses_no_case_and_keeps_every_severity(
    places: list[tuple[float, float, int]], zoom: int
) -> None:
    level = _level(places, zoom)
    assert level.totals.sum() == len(places)
    for severity in (1, 2, 3, 4):
        expected = sum(place[2] == severity for place in places)
        assert level.counts[:, severity - 1].sum() == expected
    assert len(level.group_of) == len(places)
    for group in range(len(level.x)):
        members = level.members_of(group)
        assert (level.group_of[members] == group).all()
        severities = sorted(places[number][2] for number in members)
        assert severities == np.repeat([1, 2, 3, 4], level.counts[group]).tolist()


def test_cases_either_side_of_the_antimeridian_meet_there() -> None:
    level = _level([(0.9995, 0.4, 1), (0.0005, 0.4, 2)], 4)
    assert level.totals.tolist() == [2]
    assert min(level.x[0], 1 - level.x[0]) < 1e-6


def test_groups_part_as_the_map_is_enlarged() -> None:
    markers = made_up_markers()
    scene = MapScene()
    scene.replace(made_up_state())
    sizes = []
    for scale in (2_000.0, 8_000.0, 64_000.0):
        view = north_america(1000, 500)
        level = scene.level(view.zoomed(scale / view.scale, 500, 250))
        sizes.append(len(level.x))
        assert level.totals.sum() == len(markers.ids)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_drag_keeps_the_groups_and_new_data_makes_new_ones() -> None:
    scene = MapScene()
    scene.replace(made_up_state())
    view = north_america(1000, 500)
    level = scene.level(view)
    assert scene.level(view.panned(120, 40)) is level
    assert not scene.replace(made_up_state()).markers
    assert scene.level(view) is level
    scene.show_severities(frozenset({4}))
    assert scene.level(view) is not level
    assert scene.level(view).counts[:, :3].sum() == 0


def test_a_hidden_case_is_in_no_group() -> None:
    scene = MapScene()
    scene.replace(made_up_state())
    view = north_america(1000, 500)
    low = int(np.argmin(scene.markers.severity))
    case_id = scene.markers.ids[low]
    group = scene.group_of(scene.level(view), case_id)
    assert group is not None
    assert case_id in scene.case_ids(scene.level(view), group)
    scene.show_severities(frozenset({4}))
    assert scene.group_of(scene.level(view), case_id) is None
    assert scene.group_of(scene.level(view), "EX-unknown") is None


def _brute_force(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    reach: npt.NDArray[np.float64],
    at: tuple[float, float],
    scale: float,
) -> int | None:
    gap = np.abs(x - at[0])
    outside = np.hypot(np.minimum(gap, 1 - gap), y - at[1]) * scale - reach
    best = int(np.argmin(outside))
    return best if outside[best] <= 0 else None


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 400),
    scale=st.floats(500, 20_000),
    at=st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1)),
)
def test_the_grid_picks_what_looking_at_every_place_picks(
    seed: int, count: int, scale: float, at: tuple[float, float]
) -> None:
    random = np.random.default_rng(seed)
    x, y, reach = random.random(count), random.random(count), random.uniform(6, 36, count)
    grid = PointGrid(x, y, reach, least_scale=500)
    assert grid.at(*at, scale) == _brute_force(x, y, reach, at, scale)
    own = int(random.integers(count))
    assert grid.at(x[own], y[own], scale) == _brute_force(x, y, reach, (x[own], y[own]), scale)


def test_an_empty_grid_picks_nothing() -> None:
    nothing = np.zeros(0)
    assert PointGrid(nothing, nothing, nothing, 500).at(0.5, 0.5, 1_000) is None


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (7, "7"),
        (999, "999"),
        (1_000, "1.0k"),
        (1_277, "1.3k"),
        (12_400, "12k"),
        (999_400, "999k"),
        (1_200_000, "1.2M"),
    ],
)
def test_a_count_fits_its_bubble(total: int, text: str) -> None:
    assert short_count(total) == text


def test_a_lane_goes_the_short_way_round_the_world() -> None:
    curves = build_curves([lane("TYO-LAX", (139.8, 35.6), (-118.2, 33.7))])
    assert abs(curves.end[0, 0] - curves.start[0, 0]) < 0.5
    assert curves.control[0, 1] < min(curves.start[0, 1], curves.end[0, 1]), "it bulges north"


def test_a_state_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(MapStateError, match="off the globe"):
        MapNode(id="X", name="X", lon=200, lat=0)
    with pytest.raises(MapStateError, match="severity 9"):
        MapLane(id="X", from_lon=0, from_lat=0, to_lon=1, to_lat=1, severity=9)
    one = np.zeros(1)
    with pytest.raises(MapStateError, match="unequal"):
        MapMarkers(lon=one, lat=one, severity=np.ones(1, dtype=np.int8), ids=())
    with pytest.raises(MapStateError, match="severity"):
        MapMarkers(lon=one, lat=one, severity=np.zeros(1, dtype=np.int8), ids=("A",))
    with pytest.raises(MapStateError, match="case A"):
        MapMarkers(lon=one, lat=one + 91, severity=np.ones(1, dtype=np.int8), ids=("A",))
