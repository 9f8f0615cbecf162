"""A made-up network and its open cases, for tests and pictures of the map."""

from __future__ import annotations

import numpy as np

from views.map.state import MapHover, MapLane, MapMarkers, MapNode, MapState

SITES = {
    "RNO": ("Reno", -119.8, 39.5),
    "ONT": ("Ontario", -117.6, 34.06),
    "DFW": ("Dallas", -96.8, 32.8),
    "MEM": ("Memphis", -90.05, 35.15),
    "JOT": ("Joliet", -88.1, 41.5),
    "CMH": ("Columbus", -83.0, 39.96),
    "ABE": ("Allentown", -75.5, 40.6),
    "ATL": ("Atlanta", -84.4, 33.75),
}
# Towns with cases round them: longitude, latitude, how many.
TOWNS = (
    (-122.3, 47.6, 46), (-121.9, 37.4, 88), (-112.1, 33.45, 61), (-105.0, 39.74, 42), (-93.3, 44.98, 38),
    (-90.2, 38.6, 29), (-95.4, 29.76, 73), (-83.05, 42.33, 52), (-80.2, 25.8, 97), (-80.84, 35.2, 47),
    (-77.04, 38.9, 131), (-74.0, 40.7, 206), (-71.06, 42.36, 64), (-87.6, 41.9, 58), (-104.8, 50.4, 9),
)  # fmt: skip
SINGLES = (
    (-116.2, 43.6, 1), (-111.9, 40.76, 2), (-106.65, 35.08, 2), (-101.9, 35.2, 1), (-97.5, 35.47, 3),
    (-100.8, 46.8, 2), (-96.0, 41.26, 2), (-92.3, 34.7, 1), (-86.8, 36.16, 3), (-90.07, 29.95, 2),
    (-88.0, 30.7, 1), (-79.4, 43.7, 3), (-73.57, 45.5, 1), (-81.7, 30.3, 4), (-77.9, 34.2, 4),
    (-98.5, 29.4, 3), (-99.1, 25.9, 3), (-106.4, 31.76, 2), (-85.8, 38.2, 2), (-91.0, 36.2, 4),
)  # fmt: skip


def lane(lane_id: str, start: tuple[float, float], end: tuple[float, float], severity: int = 0) -> MapLane:
    """Return a lane between two places (degrees east, north)."""
    return MapLane(
        id=lane_id, from_lon=start[0], from_lat=start[1], to_lon=end[0], to_lat=end[1], severity=severity
    )


def made_up_markers(seed: int = 7) -> MapMarkers:
    """Return about 1,300 cases: crowds round towns, each at its very place or near it, and some alone."""
    random = np.random.default_rng(seed)
    lon, lat, severity = [], [], []
    for town_lon, town_lat, count in TOWNS:
        lon.append(town_lon + random.normal(0, 0.12, count))
        lat.append(town_lat + random.normal(0, 0.1, count))
        severity.append(random.choice([1, 2, 3, 4], size=count, p=[0.42, 0.36, 0.17, 0.05]))
    lone = np.array(SINGLES)
    lon.append(lone[:, 0])
    lat.append(lone[:, 1])
    severity.append(lone[:, 2])
    lons, lats = np.concatenate(lon), np.concatenate(lat)
    return MapMarkers(
        lon=lons,
        lat=lats,
        severity=np.concatenate(severity).astype(np.int8),
        ids=tuple(f"EX-{20000 + number}" for number in range(len(lons))),
    )


def made_up_state() -> MapState:
    """Return the whole picture: sites, lanes between them, and a selected case at Denver."""
    places = {key: (lon, lat) for key, (_, lon, lat) in SITES.items()}
    lanes = [
        lane(f"{origin}-{number}", places[origin], (town[0], town[1]))
        for number, town in enumerate(TOWNS)
        for origin in sorted(places, key=lambda key: abs(places[key][0] - town[0]))[:3]
    ]
    denver = (-105.0, 39.74)
    lanes += [
        lane("MEM-DEN", places["MEM"], denver, 4),
        lane("RNO-DEN", places["RNO"], denver),
        lane("DFW-DEN", places["DFW"], denver),
        lane("ONT-PHX", places["ONT"], (-112.1, 33.45), 2),
        lane("ATL-MIA", places["ATL"], (-80.2, 25.8), 3),
        lane("RNO-SEA", places["RNO"], (-122.3, 47.6), 2),
    ]
    markers = made_up_markers()
    near_denver = int(np.argmin(np.hypot(markers.lon - denver[0], markers.lat - denver[1])))
    return MapState(
        nodes=tuple(MapNode(id=key, name=name, lon=lon, lat=lat) for key, (name, lon, lat) in SITES.items()),
        lanes=tuple(lanes),
        markers=markers,
        selected_case_id=markers.ids[near_denver],
        selected_lane_ids=frozenset({"MEM-DEN"}),
        alternative_lane_ids=frozenset({"RNO-DEN", "DFW-DEN"}),
    )


def describe(case_id: str) -> MapHover:
    """Return the same card for every case."""
    return MapHover(
        title=f"{case_id}  Stock-out",
        lines=("Memphis → Denver · 42 orders · $186.4k", "SLA breach in 1 h 48 min"),
        severity=4,
    )
