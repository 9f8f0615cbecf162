"""The map's state made ready to draw: projected once, grouped once a zoom level, with a grid to pick from.

Free of Qt. ``replace`` says which parts changed, so that the canvas redraws only those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from views.map.clusters import Clusterer, ClusterLevel
from views.map.lanes import LaneCurves, build_curves
from views.map.picking import PointGrid
from views.map.projection import FloatArray, project
from views.map.state import ALL_SEVERITIES, MapMarkers, MapState
from views.map.viewport import MOST_ZOOM, TILE_PX, Viewport

_HALF_STEP: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneChange:
    """What a new state changed."""

    lanes: bool
    nodes: bool
    markers: bool
    highlights: bool

    @property
    def any(self) -> bool:
        """Whether more changed than which case is selected."""
        return self.lanes or self.nodes or self.markers or self.highlights


def step_of(view: Viewport) -> int:
    """Return the whole zoom step nearest a view."""
    return min(max(int(view.zoom + _HALF_STEP), 0), int(MOST_ZOOM))


class MapScene:
    """Everything derived from a ``MapState`` and a severity filter."""

    def __init__(self) -> None:
        """Start with an empty map that shows all severities."""
        self.state = MapState()
        self.severities = ALL_SEVERITIES
        self.curves: LaneCurves = build_curves(())
        self.node_x, self.node_y = project([], [])
        self._x, self._y = project([], [])
        self._numbers = np.zeros(0, dtype=np.int64)
        self._clusterer: Clusterer | None = None
        self._levels: dict[int, ClusterLevel] = {}
        self._held_step: int | None = None
        self._sought: tuple[str, int | None] = ("", None)

    def replace(self, state: MapState) -> SceneChange:
        """Take a new state; only what differs is worked out again."""
        old = self.state
        change = SceneChange(
            lanes=state.lanes != old.lanes or state.show_risk != old.show_risk,
            nodes=state.nodes != old.nodes,
            markers=not state.markers.same_as(old.markers),
            highlights=state.selected_lane_ids != old.selected_lane_ids
            or state.alternative_lane_ids != old.alternative_lane_ids,
        )
        self.state = state
        if state.lanes != old.lanes:
            self.curves = build_curves(state.lanes)
        if change.nodes:
            self.node_x, self.node_y = project(
                [node.lon for node in state.nodes], [node.lat for node in state.nodes]
            )
        if change.markers:
            self._sought = ("", None)
            self._filter()
        return change

    def show_severities(self, severities: frozenset[int]) -> None:
        """Show only these severities."""
        self.severities = severities
        self._filter()

    def _filter(self) -> None:
        markers = self.state.markers
        self._numbers = np.flatnonzero(np.isin(markers.severity, sorted(self.severities)))
        self._x, self._y = project(markers.lon[self._numbers], markers.lat[self._numbers])
        self._levels.clear()
        self._clusterer = None
        self._held_step = None

    def level(self, view: Viewport) -> ClusterLevel:
        """Return the groups of the whole zoom step nearest a view, or those held; built on first use."""
        return self.level_of_step(self.shown_step(view))

    def shown_step(self, view: Viewport) -> int:
        """Return the zoom step of the groups shown in a view."""
        held = self._held_step
        return held if held is not None and held in self._levels else step_of(view)

    def level_of_step(self, step: int) -> ClusterLevel:
        """Return the groups of a whole zoom step, built on first use."""
        if step not in self._levels:
            if self._clusterer is None:
                severity = self.state.markers.severity[self._numbers]
                self._clusterer = Clusterer(self._x, self._y, severity)
            self._levels[step] = self._clusterer.level(step)
        return self._levels[step]

    def hold(self, step: int | None) -> None:
        """Show the groups of this zoom step in every view, until new data or another filter; None: no more.

        The groups of the next step can then be made ready beside them.
        """
        self._held_step = step

    def grid(self, level: ClusterLevel, reach_px: FloatArray, view: Viewport) -> PointGrid:
        """Return a grid to pick the groups of a level from, good for the scales it may be held at, too."""
        return PointGrid(level.x, level.y, reach_px, TILE_PX * 2.0 ** (self.shown_step(view) - 2))

    def case_ids(self, level: ClusterLevel, group: int) -> tuple[str, ...]:
        """Return the ids of the cases in a group, the gravest first."""
        members = self._numbers[level.members_of(group)]
        gravest = members[np.argsort(-self.state.markers.severity[members], kind="stable")]
        ids = self.state.markers.ids
        return tuple(ids[number] for number in gravest.tolist())

    def group_of(self, level: ClusterLevel, case_id: str | None) -> int | None:
        """Return the group that holds a case, None if the case is hidden or unknown."""
        number = self._number_of(case_id) if case_id is not None else None
        if number is None:
            return None
        place = int(np.searchsorted(self._numbers, number))
        if place == len(self._numbers) or int(self._numbers[place]) != number:
            return None
        return int(level.group_of[place])

    def _number_of(self, case_id: str) -> int | None:
        """Return a marker's number; one is asked for at a time, which a table of all would not pay for."""
        if self._sought[0] != case_id:
            ids = self.state.markers.ids
            self._sought = (case_id, ids.index(case_id) if case_id in ids else None)
        return self._sought[1]

    def places_of(self, level: ClusterLevel, group: int) -> tuple[FloatArray, FloatArray]:
        """Return where the cases of a group are."""
        members = level.members_of(group)
        return self._x[members], self._y[members]

    def extent(self) -> tuple[FloatArray, FloatArray]:
        """Return every place worth fitting the view to: sites and shown cases, else the lanes' ends."""
        x = np.concatenate([self.node_x, self._x])
        y = np.concatenate([self.node_y, self._y])
        if len(x) == 0:
            ends = np.concatenate([self.curves.start, self.curves.end])
            return ends[:, 0], ends[:, 1]
        return x, y

    def count_by_severity(self) -> dict[int, int]:
        """Return how many cases each severity has, shown or not."""
        counts = np.bincount(self.state.markers.severity.astype(np.int64), minlength=max(ALL_SEVERITIES) + 1)
        return {level: int(counts[level]) for level in ALL_SEVERITIES}

    @property
    def markers(self) -> MapMarkers:
        """Return the markers of the state."""
        return self.state.markers
