"""The projection, the view, and outlines that never jump across the map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.map.geometry import Detail, close_round_pole, load_states, load_world, unwrap
from views.map.projection import MOST_LAT, nearest_turn, project, unproject
from views.map.viewport import Viewport, north_america

LON = st.floats(-180, 180)
LAT = st.floats(-85, 85)


@given(lon=LON, lat=LAT)
def test_a_place_survives_the_way_to_the_map_and_back(lon: float, lat: float) -> None:
    back_lon, back_lat = unproject(*project(lon, lat))
    assert float(back_lon) == pytest.approx(lon, abs=1e-9)
    assert float(back_lat) == pytest.approx(lat, abs=1e-9)


def test_the_world_is_a_unit_square_and_north_is_up() -> None:
    x, y = project([-180, 0, 180], [MOST_LAT, 0, -MOST_LAT])
    assert x == pytest.approx([0, 0.5, 1])
    assert y == pytest.approx([0, 0.5, 1], abs=1e-12)


@given(x=st.floats(-3, 3), centre=st.floats(0, 1))
def test_nearest_turn_moves_by_whole_turns_to_within_half_a_turn(x: float, centre: float) -> None:
    turned = float(nearest_turn(np.array([x]), centre)[0])
    assert abs(turned - centre) <= 0.5 + 1e-9
    assert (turned - x) == pytest.approx(round(turned - x), abs=1e-9)


@given(lon=LON, lat=st.floats(-60, 70), zoom=st.floats(3, 9))
def test_pixels_survive_the_way_to_the_world_and_back(lon: float, lat: float, zoom: float) -> None:
    view = Viewport(x=0.23, y=0.4, scale=256 * 2**zoom, width_px=800, height_px=500)
    x, y = project([lon], [lat])
    px_x, px_y = view.to_screen(x, y)
    back_x, back_y = view.to_world(float(px_x[0]), float(px_y[0]))
    assert back_x % 1.0 == pytest.approx(float(x[0]) % 1.0, abs=1e-9)
    assert back_y == pytest.approx(float(y[0]), abs=1e-9)


@given(px=st.floats(0, 800), py=st.floats(0, 500), factor=st.floats(0.8, 1.6))
def test_zoom_holds_the_place_under_the_mouse(px: float, py: float, factor: float) -> None:
    view = Viewport(x=0.3, y=0.45, scale=9_000, width_px=800, height_px=500)
    before = view.to_world(px, py)
    after = view.zoomed(factor, px, py).to_world(px, py)
    assert after == pytest.approx(before, abs=1e-9)


@given(places=st.lists(st.tuples(LON, st.floats(-60, 70)), min_size=1, max_size=12))
def test_a_fitted_view_shows_every_place(places: list[tuple[float, float]]) -> None:
    x, y = project([lon for lon, _ in places], [lat for _, lat in places])
    view = north_america(1000, 900).fitted(x, y)
    px_x, px_y = view.to_screen(x, y)
    assert ((px_x >= -1e-6) & (px_x <= 1000 + 1e-6)).all()
    if view.scale > view.least_scale():
        assert ((px_y >= -1e-6) & (px_y <= 900 + 1e-6)).all()


def test_the_view_never_leaves_the_world() -> None:
    view = north_america(1000, 400)
    for _ in range(50):
        view = view.panned(333.0, 250.0)
    assert 0 <= view.x < 1
    assert view.box()[1] >= -1e-9
    for _ in range(50):
        view = view.zoomed(0.5, 10, 10)
    assert view.scale == view.least_scale()


def test_a_line_over_the_antimeridian_goes_on_instead_of_back_across_the_map() -> None:
    line = np.array([[0.99, 0.3], [0.01, 0.31], [0.03, 0.32]])
    assert unwrap(line)[:, 0] == pytest.approx([0.99, 1.01, 1.03])


def test_a_ring_round_the_south_pole_is_closed_along_the_foot_of_the_map() -> None:
    ring = np.array([[0.0, 0.9], [0.5, 0.92], [1.0, 0.9]])
    closed = close_round_pole(ring)
    assert closed[3:].tolist() == [[1.0, 1.0], [0.0, 1.0], [0.0, 0.9]]


def test_a_ring_that_comes_back_is_left_alone() -> None:
    ring = np.array([[0.2, 0.4], [0.3, 0.4], [0.3, 0.5], [0.2, 0.4]])
    assert close_round_pole(ring) is ring


@pytest.mark.parametrize("detail", ["110m", "50m", "10m"])
def test_no_outline_of_a_pack_jumps_across_the_map(detail: Detail) -> None:
    pack = load_world(detail)
    for shapes in (pack.coast, pack.borders):
        for number in range(len(shapes)):
            steps = np.abs(np.diff(shapes.shape(number)[:, 0]))
            assert steps.max(initial=0.0) < 0.1
    for number in range(len(pack.rings)):
        ring = pack.rings.shape(number)
        inland = (ring[:-1, 1] < 0.999) & (ring[1:, 1] < 0.999)
        assert np.abs(np.diff(ring[:, 0]))[inland].max(initial=0.0) < 0.1
    assert pack.polygons.max() < len(pack.rings)


def test_land_is_where_it_should_be() -> None:
    pack = load_world("50m")
    for lon, lat, is_land in (
        (-98.0, 39.0, True),
        (10.0, 50.0, True),
        (-40.0, 30.0, False),
        (60.0, 80.0, False),
    ):
        x, y = (float(value) for value in project(lon, lat))
        crossings = sum(_crosses(pack.rings.shape(number), x, y) for number in range(len(pack.rings)))
        assert (crossings % 2 == 1) is is_land


def _crosses(ring: np.ndarray, x: float, y: float) -> int:
    """Count how often a ray to the east crosses a ring."""
    start, end = ring[:-1], ring[1:]
    spans = (start[:, 1] > y) != (end[:, 1] > y)
    rise = np.where(spans, end[:, 1] - start[:, 1], 1.0)
    meets = start[:, 0] + (y - start[:, 1]) / rise * (end[:, 0] - start[:, 0])
    return int((spans & (meets > x)).sum())


def test_the_states_lie_in_and_round_the_united_states() -> None:
    boxes = load_states().states.boxes
    assert len(boxes) > 100
    assert boxes[:, 0].min() > 0.1
    assert boxes[:, 2].max() < 0.33
