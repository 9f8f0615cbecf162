"""The tower page between program and screen: one selection for map, queue and panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from PySide6.QtCore import QObject, Signal

from views.case_detail.state import CaseDetail
from views.case_detail.view_model import DetailViewModel
from views.case_queue.row_texts import RowTexts, row_texts
from views.case_queue.state import NO_TIME, epoch_seconds
from views.case_queue.view_model import IDLE_MS, QueueViewModel
from views.formatting import money_short, time_left
from views.language import tr
from views.local_edits import HELD_MS, LocalEdits
from views.map.state import MapHover, MapMarkers, MapState, no_markers
from views.ports import TowerIntents
from views.tower.state import TowerSnapshot

_HOUR_S = 3_600


class TowerViewModel(QObject):
    """Joins queue, map and panel: what is selected in one is selected in all."""

    #: Figures, or anything else above the map, changed.
    kpis_changed = Signal()
    #: The map shall show another state.
    map_changed = Signal()

    def __init__(self, intents: TowerIntents, *, idle_ms: int = IDLE_MS, held_ms: int = HELD_MS) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self.edits = LocalEdits(intents, held_ms=held_ms)
        self.queue = QueueViewModel(intents, self.edits, idle_ms=idle_ms)
        self.detail = DetailViewModel(intents, self.edits)
        self.snapshot: TowerSnapshot | None = None
        self._show_risk = True
        self._since_hours = 0
        self._all_markers = no_markers()
        self._slots: dict[str, int] = {}
        self._map = MapState()
        self.queue.selection_changed.connect(self._select)
        self.detail.detail_changed.connect(self.map_changed)

    def rest(self) -> None:
        """Do at once what is held and let no timer run on: the window closes."""
        self.edits.flush()
        self.queue.rest()

    # ------------------------------------------------------------------ from the program
    def apply(self, snapshot: TowerSnapshot) -> None:
        """Take a snapshot; the first one with cases selects the one at the top."""
        first = not self._slots
        self.snapshot = snapshot
        self.detail.apply_clock(snapshot.now)
        if "cases" in snapshot.changed and snapshot.cases.ids != self.queue.store.table.ids:
            self._slots = {case_id: slot for slot, case_id in enumerate(snapshot.cases.ids)}
        self.queue.apply(snapshot)
        if snapshot.changed & {"kpis", "who"}:
            self.kpis_changed.emit()
        if "network" in snapshot.changed:
            self._map = replace(self._map, nodes=snapshot.nodes, lanes=snapshot.lanes)
        if "markers" in snapshot.changed:
            self._all_markers = snapshot.markers
            self._filter_markers()
        if snapshot.changed & {"network", "markers"}:
            self.map_changed.emit()
        if first and not self.queue.selected_id:
            self.queue.move(1)

    def apply_detail(self, detail: CaseDetail) -> None:
        """Take a case's detail."""
        self.detail.apply(detail)

    def apply_clock(self, now: datetime) -> None:
        """Let the countdowns go on."""
        self.detail.apply_clock(now)
        self.queue.apply_clock(epoch_seconds(now))

    # ------------------------------------------------------------------ selection
    def _select(self, case_id: str) -> None:
        self.detail.want(case_id)
        self.map_changed.emit()

    def select_first_of(self, case_ids: Sequence[str]) -> None:
        """Select the most urgent of some cases: the first of them in the queue."""
        wanted = set(case_ids)
        ids = self.queue.store.table.ids
        shown = (ids[slot] for slot in self.queue.store.order.tolist())
        self.queue.select(next((case_id for case_id in shown if case_id in wanted), case_ids[0]))

    # ------------------------------------------------------------------ map
    def map_state(self) -> MapState:
        """What the map shows now."""
        chosen, detail = self.queue.selected_id, self.detail.detail
        if detail is not None and detail.case.case_id != chosen:
            detail = None
        return replace(
            self._map,
            selected_case_id=chosen or None,
            selected_lane_ids=detail.broken_lane_ids if detail else frozenset(),
            alternative_lane_ids=detail.alternative_lane_ids if detail else frozenset(),
            show_risk=self._show_risk,
        )

    def show_risk(self, *, shown: bool) -> None:
        """Draw lanes at risk in their severity's colour, or all lanes alike."""
        self._show_risk = shown
        self.map_changed.emit()

    def show_since(self, hours: int) -> None:
        """Draw only cases that opened within so many hours; 0 draws them all."""
        self._since_hours = hours
        self._filter_markers()
        self.map_changed.emit()

    def _filter_markers(self) -> None:
        markers = self._all_markers
        if self._since_hours and self.snapshot is not None:
            earliest = epoch_seconds(self.snapshot.now) - self._since_hours * _HOUR_S
            opened, slots = self.queue.store.table.opened_s, self._slots
            young = np.fromiter(
                (case_id in slots and opened[slots[case_id]] >= earliest for case_id in markers.ids),
                dtype=np.bool_,
                count=len(markers.ids),
            )
            kept = np.flatnonzero(young)
            markers = MapMarkers(
                lon=markers.lon[kept],
                lat=markers.lat[kept],
                severity=markers.severity[kept],
                ids=tuple(markers.ids[number] for number in kept),
            )
        self._map = replace(self._map, markers=markers)

    def words_of(self, case_id: str) -> RowTexts | None:
        """A case's words as in the queue; ``None`` when it is not open."""
        slot = self._slots.get(case_id)
        if slot is None:
            return None
        return row_texts(self.queue.store.table, slot, self.queue.store.now_s, self.queue.model.currency)

    def describe(self, case_id: str) -> MapHover | None:
        """The card of a case on the map."""
        words = self.words_of(case_id)
        if words is None:
            return None
        slot, table = self._slots[case_id], self.queue.store.table
        loss = money_short(int(table.loss_cents[slot]), self.queue.model.currency)
        breach_s = int(table.breach_s[slot])
        lines = [f"{words.subject}  ·  {loss}"]
        if breach_s != NO_TIME:
            left_s = breach_s - self.queue.store.now_s
            lines.append(
                tr("SLA breach {time_left}", time_left=time_left(left_s))
                if left_s >= 0
                else tr("SLA missed {time_left}", time_left=time_left(left_s))
            )
        return MapHover(
            title=f"{words.case_id}  {words.type_title}", lines=tuple(lines), severity=words.severity
        )
