"""What the map shows: plain frozen values, free of Qt and of domain objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
SeverityArray = npt.NDArray[np.int8]

ALL_SEVERITIES: Final = frozenset({1, 2, 3, 4})
_MOST_LON: Final = 180.0
_MOST_LAT: Final = 90.0


class MapStateError(ValueError):
    """A map state that cannot be drawn: unequal columns, a place off the globe, an unknown severity."""


def _check_place(what: str, lon: float, lat: float) -> None:
    if not (abs(lon) <= _MOST_LON and abs(lat) <= _MOST_LAT):
        msg = f"{what} lies at longitude {lon}, latitude {lat}, which is off the globe"
        raise MapStateError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A site of the network (a DC, a plant, a port) at degrees east and north."""

    id: str
    name: str
    lon: float
    lat: float

    def __post_init__(self) -> None:
        """Refuse a place off the globe (MapStateError)."""
        _check_place(f"node {self.id}", self.lon, self.lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLane:
    """A way goods go, from one place to another; severity 0 is calm, 1 to 4 is at risk."""

    id: str
    from_lon: float
    from_lat: float
    to_lon: float
    to_lat: float
    severity: int = 0

    def __post_init__(self) -> None:
        """Refuse ends off the globe and an unknown severity (MapStateError)."""
        _check_place(f"lane {self.id}", self.from_lon, self.from_lat)
        _check_place(f"lane {self.id}", self.to_lon, self.to_lat)
        if self.severity not in ALL_SEVERITIES | {0}:
            msg = f"lane {self.id} has severity {self.severity}, not 0 to 4"
            raise MapStateError(msg)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapMarkers:
    """The open cases as columns: degrees east and north, severity 1 (low) to 4 (critical), case id."""

    lon: FloatArray
    lat: FloatArray
    severity: SeverityArray
    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse columns of unequal length, places off the globe and unknown severities (MapStateError)."""
        if not len(self.lon) == len(self.lat) == len(self.severity) == len(self.ids):
            msg = "the markers' columns have unequal lengths"
            raise MapStateError(msg)
        if len(self.ids) == 0:
            return
        on_globe = (np.abs(self.lon) <= _MOST_LON) & (np.abs(self.lat) <= _MOST_LAT)
        if not bool(on_globe.all()):
            first = int(np.argmin(on_globe))
            _check_place(f"case {self.ids[first]}", float(self.lon[first]), float(self.lat[first]))
        if not ALL_SEVERITIES.issuperset(np.unique(self.severity).tolist()):
            msg = "a marker's severity is not 1 to 4"
            raise MapStateError(msg)

    def same_as(self, other: MapMarkers) -> bool:
        """Say whether another set of markers shows exactly the same."""
        return self is other or (
            self.ids == other.ids
            and np.array_equal(self.lon, other.lon)
            and np.array_equal(self.lat, other.lat)
            and np.array_equal(self.severity, other.severity)
        )


def no_markers() -> MapMarkers:
    """Return an empty set of markers."""
    empty = np.zeros(0, dtype=np.float64)
    return MapMarkers(lon=empty, lat=empty, severity=np.zeros(0, dtype=np.int8), ids=())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapState:
    """Everything the map shows.

    ``selected_lane_ids`` are the lanes the selected case breaks (bold, with a glow), ``alternative_lane_ids``
    those its options would use instead (violet dashes). ``show_risk`` off draws every lane calm.
    """

    nodes: tuple[MapNode, ...] = ()
    lanes: tuple[MapLane, ...] = ()
    markers: MapMarkers = field(default_factory=no_markers)
    selected_case_id: str | None = None
    selected_lane_ids: frozenset[str] = frozenset()
    alternative_lane_ids: frozenset[str] = frozenset()
    show_risk: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MapHover:
    """What the card beside a marker says; the severity gives its mark and colours the last line."""

    title: str
    lines: tuple[str, ...]
    severity: int


Describe = Callable[[str], "MapHover | None"]
