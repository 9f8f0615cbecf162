"""What the mouse points at on the map, and what the card beside it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from views.language import tr
from views.map.clusters import ClusterLevel
from views.map.picking import PointGrid
from views.map.scene import MapScene
from views.map.sprites import group_radii_px
from views.map.state import ALL_SEVERITIES, Describe, MapHover
from views.map.viewport import Viewport
from views.theme import SEVERITY_WORDS

_NODE_REACH_PX: Final = 9.0


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under the mouse: a group of cases (one or more) or a site, by number."""

    kind: Literal["group", "node"]
    number: int


class Pointer:
    """Finds what lies under a pixel; keeps the grid of the level last asked."""

    def __init__(self, scene: MapScene, describe: Describe) -> None:
        """Point into ``scene``; ``describe`` gives a case's card."""
        self._scene = scene
        self._describe = describe
        self._grid: tuple[ClusterLevel, PointGrid] | None = None

    def forget(self) -> None:
        """Drop the grid: the cases changed."""
        self._grid = None

    def hit(self, view: Viewport, px_x: float, px_y: float) -> Hit | None:
        """Return what lies under a pixel: cases before sites."""
        level = self._scene.level(view)
        if self._grid is None or self._grid[0] is not level:
            self._grid = (level, self._scene.grid(level, group_radii_px(level.totals), view))
        group = self._grid[1].at(*view.to_world(px_x, px_y), view.scale)
        if group is not None:
            return Hit("group", group)
        node_x, node_y = view.to_screen(self._scene.node_x, self._scene.node_y)
        if len(node_x):
            away = np.hypot(node_x - px_x, node_y - px_y)
            nearest = int(np.argmin(away))
            if away[nearest] <= _NODE_REACH_PX:
                return Hit("node", nearest)
        return None

    def id_of(self, view: Viewport, hit: Hit) -> str:
        """Return the id of a case or a site; empty for a cluster."""
        if hit.kind == "node":
            return self._scene.state.nodes[hit.number].id
        ids = self._scene.case_ids(self._scene.level(view), hit.number)
        return ids[0] if len(ids) == 1 else ""

    def card(self, view: Viewport, hit: Hit) -> MapHover | None:
        """Return the card of what is pointed at: a case's own, a cluster's counts, a site's name."""
        if hit.kind == "node":
            return MapHover(title=self._scene.state.nodes[hit.number].name, lines=(), severity=0)
        level = self._scene.level(view)
        ids = self._scene.case_ids(level, hit.number)
        if len(ids) == 1:
            return self._describe(ids[0])
        counts = level.counts[hit.number].tolist()
        parts = [
            f"{counts[severity - 1]:,} {SEVERITY_WORDS[severity].lower()}"
            for severity in sorted(ALL_SEVERITIES, reverse=True)
            if counts[severity - 1]
        ]
        return MapHover(title=tr("{value:,} cases", value=len(ids)), lines=(" · ".join(parts),), severity=0)


def spoken_summary(scene: MapScene) -> str:
    """Return what a screen reader says of the map: the shown cases by severity, and the keys."""
    counts = scene.count_by_severity()
    words = ", ".join(
        f"{counts[level]:,} {SEVERITY_WORDS[level].lower()}"
        for level in sorted(scene.severities, reverse=True)
    )
    return tr(
        "Open cases by place: {words}. Arrow keys move, plus and minus zoom, 0 fits everything. "
        "The queue lists the same cases.",
        words=words,
    )
