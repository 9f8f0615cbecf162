"""The queue between program and screen: what is selected, how it is filtered, what a person asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from views.case_queue.bulk import BulkModel
from views.case_queue.bulk_state import BulkEdit
from views.case_queue.model import QueueModel
from views.case_queue.saved_views import ViewShelf, lasting, shelf_from_text
from views.case_queue.state import QueueCounts, QueueFilter, QueueView, SortKey, epoch_seconds
from views.case_queue.store import QueueStore, toggled
from views.local_edits import LocalEdits
from views.ports import TowerIntents
from views.tower.state import TowerSnapshot

#: After so long without a key or a click the queue may re-order itself.
IDLE_MS: Final = 5_000


class QueueViewModel(QObject):
    """Holds the queue's model and the selected case; speaks for the queue to the program."""

    #: The selected case's id, empty when there is none.
    selection_changed = Signal(str)
    #: ``QueueCounts`` for the chips.
    counts_changed = Signal(object)
    #: How many cases wait for a re-order before they are shown.
    pending_changed = Signal(int)
    #: Filter or sort changed, by whatever road.
    view_changed = Signal()
    #: A view was kept, renamed, deleted or chosen.
    views_changed = Signal()
    #: The rows were reset: the screen must find the selected row again.
    rows_changed = Signal()

    def __init__(self, intents: TowerIntents, edits: LocalEdits, *, idle_ms: int = IDLE_MS) -> None:
        """Ask the program through ``intents``, and for edits that stay at the desk through ``edits``."""
        super().__init__()
        self._intents = intents
        self.edits = edits
        self.bulk = BulkModel(intents)
        self._user_of: dict[str, str] = {}
        self.store = QueueStore()
        self.model = QueueModel(self.store)
        self.selected_id = ""
        self.counts = QueueCounts()
        self.shelf = ViewShelf()
        self.view_name = ""
        self._row_hint = 0
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(idle_ms)
        self._idle.timeout.connect(self.refresh)

    # ------------------------------------------------------------------ from the program
    def apply(self, snapshot: TowerSnapshot) -> None:
        """Take the cases and the clock of a snapshot."""
        self.store.me = snapshot.who.name
        self._user_of = {person.name: person.user_id for person in snapshot.people}
        self.store.now_s = epoch_seconds(snapshot.now)
        self.model.currency = snapshot.currency
        if "cases" in snapshot.changed:
            if self.bulk.marked:
                self.bulk.keep_only(snapshot.cases.ids)
            self._row_hint = max(self.store.row_of(self.selected_id), 0)
            self.model.apply_table(snapshot.cases)
            self.rows_changed.emit()
            self._tell_pending()
        else:
            self.model.apply_clock(self.store.now_s)
        if snapshot.changed & {"cases", "who"}:
            self._tell_counts()

    def apply_clock(self, now_s: int) -> None:
        """Let the countdowns go on to ``now_s`` (epoch seconds)."""
        self.model.apply_clock(now_s)

    # ------------------------------------------------------------------ selection
    def select(self, case_id: str) -> None:
        """Select a case, whether or not the filter shows it."""
        if case_id == self.selected_id:
            return
        self.selected_id = case_id
        self.touch()
        self.selection_changed.emit(case_id)
        if case_id:
            self._intents.select_case(case_id)

    def selected_row(self) -> int:
        """The row of the selected case, -1 when it is not shown."""
        return self.store.row_of(self.selected_id) if self.selected_id else -1

    def move(self, step: int) -> None:
        """Select the next (1) or the previous (-1) case shown."""
        if not len(self.store):
            return
        row = self.selected_row()
        if row < 0:
            # The selected case has left: go on from where it was.
            row = self._row_hint - (1 if step > 0 else 0) if self.selected_id else -1
        wanted = min(max(row + step, 0), len(self.store) - 1)
        self.select(self.store.id_at(wanted))

    # ------------------------------------------------------------------ filter and order
    def set_chip(self, chip: QueueFilter) -> None:
        """Show the cases of a chip."""
        self._change(replace(self.store.view, chip=chip))

    def set_text(self, text: str) -> None:
        """Show the cases that hold all words of ``text``."""
        self._change(replace(self.store.view, text=text))

    def pick(self, case_ids: Iterable[str], title: str) -> None:
        """Show these cases and no others, whatever was filtered before; the first becomes selected."""
        view = replace(self.store.view, chip=QueueFilter.ALL, text="", grouped=False)
        self._change(replace(view, picked=frozenset(case_ids), picked_title=title))
        if len(self.store) and self.selected_row() < 0:
            self.select(self.store.id_at(0))

    def unpick(self) -> None:
        """Show all cases again that chip and text ask for."""
        self._change(replace(self.store.view, picked=frozenset(), picked_title=""))

    def sort_by(self, sort: SortKey) -> None:
        """Order by a column, or turn its direction round."""
        self._change(toggled(self.store.view, sort))

    def toggle_groups(self) -> None:
        """Show one row an incident, or every case by itself."""
        self._change(replace(self.store.view, grouped=not self.store.view.grouped))

    def toggle_fold(self) -> None:
        """Show the members of the selected case's incident under its row, or fold them away."""
        row = self.selected_row()
        if row < 0 or not self.store.view.grouped:
            return
        slot = int(self.store.order[row])
        name = self.store.table.incident_ids[slot]
        incident = self.store.table.incidents.get(name)
        if incident is None:
            return
        if self.store.is_inner(row):
            self.select(incident.lead_id)
        self._change(replace(self.store.view, unfolded=self.store.view.unfolded ^ {name}))

    def toggle_hidden(self) -> None:
        """List what is held back, silenced or muted too, or leave it out again."""
        self._change(replace(self.store.view, all_hidden=not self.store.view.all_hidden))
        self._tell_counts()

    # ------------------------------------------------------------------ kept views
    def restore_views(self, text: str) -> None:
        """Take the views kept at this desk."""
        self.shelf = shelf_from_text(text)
        self.views_changed.emit()

    @property
    def view_differs(self) -> bool:
        """Whether what is shown is no longer what was kept under the chosen name."""
        kept = self.shelf.views.get(self.view_name)
        return kept is not None and kept != lasting(self.store.view)

    def choose_view(self, name: str) -> None:
        """Show the queue as it was kept under a name."""
        view = self.shelf.views.get(name)
        if view is not None:
            self.view_name = name
            self._change(view)
            self._tell_counts()

    def save_view(self, name: str) -> None:
        """Keep what is shown under a name."""
        self.view_name = name
        self._keep(self.shelf.with_view(name, self.store.view))

    def rename_view(self, name: str) -> None:
        """Give the chosen view another name."""
        old, self.view_name = self.view_name, name
        self._keep(self.shelf.renamed(old, name))

    def delete_view(self, name: str) -> None:
        """Forget a view; what is shown stays."""
        if name == self.view_name:
            self.view_name = ""
        self._keep(self.shelf.without(name))

    @property
    def shared_text(self) -> str:
        """The chosen view as a text for somebody else; empty where none is chosen."""
        return self.shelf.only(self.view_name).to_text() if self.view_name else ""

    def take_shared(self, text: str) -> str:
        """Keep and show what somebody shared as a text; gives its name, empty if there is no view in it."""
        shelf, name = self.shelf.joined(shelf_from_text(text))
        if name:
            self._keep(shelf)
            self.choose_view(name)
        return name

    def _keep(self, shelf: ViewShelf) -> None:
        self.shelf = shelf
        self._intents.remember("views", shelf.to_text())
        self.views_changed.emit()

    def toggle_column(self, column: SortKey) -> None:
        """Show a column, or leave it out."""
        self._change(replace(self.store.view, hidden_columns=self.store.view.hidden_columns ^ {column}))

    def refresh(self) -> None:
        """Filter and sort anew, and let new cases in."""
        self.model.refresh()
        self.rows_changed.emit()
        self._tell_pending()

    def touch(self) -> None:
        """Somebody is at work here: keep the rows where they are for a while longer."""
        if self.store.pending:
            self._idle.start()

    def rest(self) -> None:
        """Order itself no more: the window closes."""
        self._idle.stop()

    def _change(self, view: QueueView) -> None:
        self.model.apply_view(view)
        self.view_changed.emit()
        self.rows_changed.emit()
        self._tell_pending()

    def _tell_pending(self) -> None:
        if self.store.pending and not self._idle.isActive():
            self._idle.start()
        elif not self.store.pending:
            self._idle.stop()
        self.pending_changed.emit(self.store.pending)

    def _tell_counts(self) -> None:
        counts = self.store.counts()
        if counts != self.counts:
            self.counts = counts
            self.counts_changed.emit(counts)

    # ------------------------------------------------------------------ intents
    def owner_id(self, case_id: str) -> str:
        """Who owns a case, by the name that the program knows; empty for nobody."""
        table = self.store.table
        slot = table.ids.index(case_id) if case_id in table.ids else -1
        owner = table.owners[slot] if slot >= 0 else ""
        return self._user_of.get(owner, owner)

    def toggle_mark(self) -> None:
        """Mark the selected case for an edit of several, or take its mark away."""
        self.bulk.toggle(self.selected_id)

    def extend_marks(self, step: int) -> None:
        """Mark the selected case and the next (1) or previous (-1) one, and go there."""
        self.bulk.mark([self.selected_id])
        self.move(step)
        self.bulk.mark([self.selected_id])

    def mark_to(self, row: int) -> None:
        """Mark every case from the selected row to another one."""
        first, last = sorted((max(self.selected_row(), 0), row))
        self.bulk.mark(self.store.id_at(each) for each in range(first, last + 1))

    def mark_all(self) -> None:
        """Mark every case that is shown."""
        self.bulk.mark(self.store.id_at(row) for row in range(len(self.store)))

    def assign(self, user_id: str) -> None:
        """Make a person the owner of the selected case, or of all marked ones."""
        if self.bulk.marked:
            self.bulk.apply(BulkEdit(kind="assign", user_id=user_id))
        elif self.selected_id:
            self.edits.assign(self.selected_id, user_id, self.owner_id(self.selected_id))

    def acknowledge(self) -> None:
        """Say that the selected case, or all marked ones, have been seen."""
        if self.bulk.marked:
            self.bulk.apply(BulkEdit(kind="seen"))
        elif self.selected_id:
            self.edits.acknowledge(self.selected_id)

    def snooze(self, minutes: int) -> None:
        """Let the selected case, or all marked ones, rest."""
        if self.bulk.marked:
            self.bulk.apply(BulkEdit(kind="snooze", minutes=minutes))
        elif self.selected_id:
            self.edits.snooze(self.selected_id, minutes)

    def snooze_until_doubled(self) -> None:
        """Let the selected case rest until twice its money is at stake."""
        if self.selected_id:
            self.edits.snooze_until_doubled(self.selected_id)

    def start(self) -> None:
        """Begin to work on the selected case."""
        if self.selected_id:
            self._intents.start_case(self.selected_id)
