"""The exception map: sites, lanes and open cases, to drag, zoom, point at and filter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.language import tr
from views.map.base_layer import BaseLayer, BaseRequest
from views.map.dragging import Drag
from views.map.foreground import Foreground, FrameItems, GroupsInView, paint_frame
from views.map.keys import MOVES, ZOOM_STEP, ZOOMS
from views.map.legend import MapLegend
from views.map.marks import Marks
from views.map.pointing import Hit, Pointer, spoken_summary
from views.map.scene import MapScene, step_of
from views.map.slices import Slices
from views.map.state import Describe, MapHover, MapState
from views.map.still_picture import StillPicture
from views.map.tools import MapTools, place_in_corners
from views.map.viewport import Viewport, north_america
from views.theme import theme_of

SETTLE_MS: Final = 140
_WHEEL_NOTCH: Final = 120.0
_SAME_PLACE: Final = 1e-6


class MapCanvas(QWidget):
    """Draws a ``MapState`` and says what the user points at.

    ``caseClicked(case_id)``, ``clusterClicked(tuple of case ids)`` (a cluster that zooming cannot part),
    ``nodeClicked(node_id)``, ``hovered(case id, node id or "")``, ``severityFilterChanged(frozenset of 1 to
    4)``, ``shownChanged(cases in view, clusters in view)``.
    """

    caseClicked = Signal(str)  # noqa: N815 - a Qt signal
    clusterClicked = Signal(tuple)  # noqa: N815 - a Qt signal
    nodeClicked = Signal(str)  # noqa: N815 - a Qt signal
    hovered = Signal(str)
    severityFilterChanged = Signal(frozenset)  # noqa: N815 - a Qt signal
    shownChanged = Signal(int, int)  # noqa: N815 - a Qt signal

    def __init__(self, describe: Describe, parent: QWidget | None = None) -> None:
        """Show an empty map; ``describe`` gives the card of a case, or None if it has none."""
        super().__init__(parent)
        self._describe = describe
        self._scene = MapScene()
        self._view = north_america(max(self.width(), 1), max(self.height(), 1))
        self._base = BaseLayer()
        self._front = Foreground()
        self._still = StillPicture(self._base, self._front)
        self._marks = Marks()
        self._follows_fit = True
        self._pointer = Pointer(self._scene, describe)
        self._hover: Hit | None = None
        self._hover_card: MapHover | None = None
        self._selected_card: MapHover | None = None
        self._mouse_at: QPointF | None = None
        self._drag = Drag()
        self._shown = (-1, -1)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Exception map"))
        self._slices = Slices(self._scene, self._base, self._bubbles, self)
        self._slices.painted.connect(self.update)
        self._slices.groups_changed.connect(self._show_next_groups)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        self._add_controls()
        self.setAccessibleDescription(spoken_summary(self._scene))

    # ------------------------------------------------------------------ what the page calls
    def set_state(self, state: MapState) -> None:
        """Show another state; only what changed is worked out again.

        Until the user moves the map, it stays fitted to its sites and cases.
        """
        was_empty = self._is_empty()
        change = self._scene.replace(state)
        chosen = state.selected_case_id
        self._selected_card = self._describe(chosen) if chosen is not None else None
        if change.markers:
            self._legend.set_counts(self._scene.count_by_severity())
            place_in_corners(self.size(), self._legend, self._tools)
        if change.markers or change.nodes:
            self._groups_changed()
        if change.lanes:
            self._ask_base()
        if self._follows_fit and was_empty and not self._is_empty():
            self.fit()
        if change.any:
            self.update()
        else:
            self._show_marks()

    def _is_empty(self) -> bool:
        return not (self._scene.state.nodes or self._scene.state.markers.ids)

    def state(self) -> MapState:
        """Return the state shown."""
        return self._scene.state

    def severities(self) -> frozenset[int]:
        """Return the severities shown."""
        return self._scene.severities

    def set_severities(self, severities: frozenset[int]) -> None:
        """Show only these severities (all, if none is given) without emitting."""
        self._legend.show_only(severities)
        self._filter(self._legend.shown())

    def view(self) -> Viewport:
        """Return where the map looks."""
        return self._view

    def fit(self) -> None:
        """Show all sites and shown cases, and keep to them until the user moves the map."""
        self._follows_fit = True
        self._move_to(self._view.fitted(*self._scene.extent()))
        self._settle()

    def move_by(self, right_px: float, down_px: float) -> None:
        """Move the picture by so many pixels."""
        self._user_moves_to(self._view.panned(right_px, down_px))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Enlarge the map about a pixel, the middle by default."""
        where = at or QPointF(self.width() / 2, self.height() / 2)
        self._user_moves_to(self._view.zoomed(factor, where.x(), where.y()))

    def finish_painting(self) -> None:
        """Paint everything at once, for a picture that is taken now."""
        self._settle()
        self._slices.finish()
        for _ in self._bubbles(step_of(self._view)):
            pass
        self.repaint()

    def legend(self) -> MapLegend:
        """Return the legend, which filters by severity."""
        return self._legend

    # ------------------------------------------------------------------ controls on the map
    def _add_controls(self) -> None:
        self._legend = MapLegend(self)
        self._legend.filterChanged.connect(self._filter_and_tell)
        self._tools = MapTools(self)
        self._tools.zoomedIn.connect(lambda: self.zoom_by(ZOOM_STEP))
        self._tools.zoomedOut.connect(lambda: self.zoom_by(1 / ZOOM_STEP))
        self._tools.fitted.connect(self.fit)

    def _filter_and_tell(self, severities: frozenset[int]) -> None:
        self._filter(severities)
        self.severityFilterChanged.emit(severities)

    def _filter(self, severities: frozenset[int]) -> None:
        if severities == self._scene.severities:
            return
        self._scene.show_severities(severities)
        self._groups_changed()

    # ------------------------------------------------------------------ moving
    def _user_moves_to(self, view: Viewport) -> None:
        self._follows_fit = False
        self._move_to(view)

    def _move_to(self, view: Viewport) -> None:
        if view == self._view:
            return
        shown = self._scene.shown_step(self._view)
        self._view = view
        if self.isVisible():
            self._slices.paint_groups(view, shown)
            self._slices.start()
        if self._base.is_stale_for(view):
            self._ask_base()
        self._settling.start()
        self.update()

    def _ask_base(self) -> None:
        self._base.ask(
            BaseRequest(
                self._view,
                theme_of(self),
                self._scene.curves,
                self._scene.state.show_risk,
                self.devicePixelRatioF(),
            )
        )
        if self.isVisible():
            self._slices.start()

    def _bubbles(self, step: int) -> Iterator[None]:
        level = self._scene.level_of_step(step)
        yield
        yield from self._front.bubbles_ahead(level, self.view, theme_of(self), self.devicePixelRatioF())

    def _show_next_groups(self) -> None:
        self._front.labels_are_stale = True
        self._hover = None
        self._point(self._mouse_at)
        self.update()

    def _settle(self) -> None:
        """The picture rests: sharpen the ground, choose the labels' sides again, count what is in view."""
        self._settling.stop()
        if not self._base.is_exact_for(self._view):
            self._ask_base()
        self._front.labels_are_stale = True
        self.update()

    # ------------------------------------------------------------------ pointing
    def _groups_changed(self) -> None:
        self._pointer.forget()
        self._slices.forget_groups()
        self._show_next_groups()
        self.setAccessibleDescription(spoken_summary(self._scene))

    def hit(self, at: QPointF) -> Hit | None:
        """Return what lies under a pixel: cases before sites."""
        return self._pointer.hit(self._view, at.x(), at.y())

    def _point(self, at: QPointF | None) -> None:
        """Point at what lies under a pixel, at nothing if the mouse is elsewhere."""
        hit = self.hit(at) if at is not None else None
        if hit == self._hover:
            return
        self._hover = hit
        self._hover_card = self._pointer.card(self._view, hit) if hit is not None else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(self._pointer.id_of(self._view, hit) if hit is not None else "")
        self._show_marks()

    def _choose(self, hit: Hit | None) -> None:
        if hit is None:
            return
        if hit.kind == "node":
            self.nodeClicked.emit(self._scene.state.nodes[hit.number].id)
            return
        level = self._scene.level(self._view)
        ids = self._scene.case_ids(level, hit.number)
        if len(ids) == 1:
            self.caseClicked.emit(ids[0])
            return
        x, y = self._scene.places_of(level, hit.number)
        nearer = self._view.fitted(x, y, pad_px=min(self.width(), self.height()) / 4)
        if np.ptp(x) + np.ptp(y) < _SAME_PLACE or nearer.scale <= self._view.scale:
            self.clusterClicked.emit(ids)
            return
        self._user_moves_to(nearer)

    # ------------------------------------------------------------------ painting
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground, then what stands on it."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        items = self._items()
        complete = self._still.draw(painter, items, theme, self.devicePixelRatioF())
        self._marks = Marks.of(items)
        self._marks.paint(painter, theme)
        paint_frame(painter, items.whole(), items.has_focus, theme)
        painter.end()
        if not complete:
            self._slices.complete_groups(self._view)
            self._slices.start()
        if items.groups.shown != self._shown:
            self._shown = items.groups.shown
            # Never change other widgets from inside a paint: tell them when it is over.
            QTimer.singleShot(0, self, self._tell_shown)

    def _show_marks(self) -> None:
        """Paint anew where rings and cards are, and where they are to be."""
        if self.isVisible():
            self.update(self._marks.region().united(Marks.of(self._items()).region()))

    def _tell_shown(self) -> None:
        self.shownChanged.emit(*self._shown)

    def _items(self) -> FrameItems:
        level = self._scene.level(self._view)
        return FrameItems(
            view=self._view,
            scene=self._scene,
            level=level,
            selected_group=self._scene.group_of(level, self._scene.state.selected_case_id),
            selected_card=self._selected_card,
            hover=self._hover,
            hover_card=self._hover_card,
            groups=GroupsInView.of(level, self._view),
            controls=(QRectF(self._legend.geometry()), QRectF(self._tools.geometry())),
            has_focus=self.hasFocus(),
            is_moving=self._settling.isActive(),
            size=QSizeF(self.size()),
        )

    # ------------------------------------------------------------------ Qt events
    def sizeHint(self) -> QSize:
        """Return the size of the map in a 1600 x 1000 window."""
        return QSize(1070, 415)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest map that still shows its controls."""
        return QSize(420, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the centre, or the fit if the user has not moved yet."""
        super().resizeEvent(event)
        place_in_corners(self.size(), self._legend, self._tools)
        self._view = self._view.resized(self.width(), self.height())
        if self._follows_fit and not self._is_empty():
            self._view = self._view.fitted(*self._scene.extent())
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:
        """Paint the ground now that somebody looks."""
        super().showEvent(event)
        self._slices.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop painting what nobody sees."""
        super().hideEvent(event)
        self._slices.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Paint the ground again in a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._ask_base()
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse."""
        notches = event.angleDelta().y() / _WHEEL_NOTCH
        if notches:
            self.zoom_by(ZOOM_STEP ** (notches / 2), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag.press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the map, or point."""
        at = self._mouse_at = event.position()
        if not self._drag.is_down:
            self._point(at)
            return
        step = self._drag.move(at)
        if step is not None:
            self._point(None)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.move_by(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or choose what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or not self._drag.is_down:
            return
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if self._drag.release():
            self._choose(self.hit(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._mouse_at = None
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, zoom with + and -, fit with 0."""
        key = Qt.Key(event.key())
        if key in MOVES:
            self.move_by(*MOVES[key])
        elif key in ZOOMS:
            self.zoom_by(ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)
