"""The queue on screen: chips, text filter, order, table, and the menus to assign and to snooze."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from views.case_queue.bulk_bar import BulkBar
from views.case_queue.case_menus import assign_menu, snooze_menu
from views.case_queue.model import COLUMNS
from views.case_queue.name_bar import NameBar
from views.case_queue.state import QueueCounts, QueueFilter, SortKey
from views.case_queue.table import QueueTable
from views.case_queue.view_model import QueueViewModel
from views.case_queue.views_menu import ask_to_save, columns_menu, views_menu
from views.formatting import count
from views.language import tr
from views.shell.segments import Segments
from views.shell.state import Identity
from views.widgets.buttons import TowerButton
from views.widgets.labels import label
from views.widgets.tool_tip import plain_tip

CHIPS: Final = (
    (QueueFilter.MY_TRIAGE, tr("My triage")),
    (QueueFilter.CRITICAL, tr("Critical")),
    (QueueFilter.UNOWNED, tr("Unowned")),
    (QueueFilter.ALL, tr("All")),
)
SORT_WORDS: Final = {SortKey.PRIORITY: tr("priority"), SortKey.SEVERITY: tr("severity")} | {
    sort: title.casefold() if sort is not SortKey.BREACH else title for title, sort in COLUMNS if title
}
_HINTS_FROM_PX: Final = 1_060
_HINTS_BESIDE_HIDDEN_FROM_PX: Final = 1_200
_WORDS_FROM_PX: Final = 1_000
_HEADER_PX: Final = 46
_PICKED_PX: Final = 150
_VIEW_PX: Final = 120
_HEAD_GAP_PX: Final = 8
_HEAD_EDGES_PX: Final = 24


class FilterField(QLineEdit):
    """The text filter; Esc empties it and leaves, Enter and the down key go to the rows."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Take Esc before it becomes the window's shortcut."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Esc, Enter and the down key."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.left.emit()
            return
        super().keyPressEvent(event)


class QueuePanel(QFrame):
    """The queue as a panel."""

    #: The selected case is to be looked at.
    opened = Signal()
    #: An option of the selected case is to be proposed.
    propose_wanted = Signal()
    #: The selected case is to be called a false positive, for a reason still to be given.
    deny_wanted = Signal()

    def __init__(self, view_model: QueueViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._view_model = view_model
        self._people: tuple[Identity, ...] = ()
        self._head: tuple[QWidget, ...] = ()
        self._hints_fit = True
        self.table = QueueTable(view_model.model)
        self.filter_field = FilterField()
        self.chips = Segments(CHIPS, tr("Which exceptions"))
        self.pending_button = TowerButton(
            "", "chip", icon_name="refresh", name=tr("Show new exceptions"), icon_px=14
        )
        self.group_button = TowerButton(
            tr("By incident"), "chip", icon_name="stack-2", name=tr("By incident"), icon_px=14
        )
        self.hidden_button = TowerButton("", "link", name=tr("Show hidden exceptions"))
        self.picked_button = TowerButton("", "chip", icon_name="x", name=tr("Show all again"), icon_px=14)
        self.views_button = TowerButton(
            tr("Views"), "link", icon_name="chevron-down", name=tr("Views"), icon_px=14
        )
        self.name_bar = NameBar()
        self.bulk_bar = BulkBar(view_model.bulk, self.assign_menu, self.snooze_menu)
        self.sort_button = TowerButton(tr("Sort: priority"), "link", icon_name="chevron-down", icon_px=14)
        self.hints = label(tr("J / K move   ? keys"), "caption")
        self.empty = label("", "secondary", self.table)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.filter_field.setPlaceholderText(tr("Filter   /"))
        self.filter_field.setAccessibleName(tr("Filter the queue by text"))
        self.filter_field.setFixedWidth(150)
        self.filter_field.setClearButtonEnabled(True)
        self.pending_button.setCheckable(False)
        self.pending_button.hide()
        self.group_button.setToolTip(tr("One row an incident (G then G); X shows its members"))
        self.hidden_button.hide()
        self.picked_button.hide()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setText(tr("Reading the cases …"))
        bar = QWidget()
        bar.setFixedHeight(_HEADER_PX)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(_HEAD_GAP_PX)
        left: tuple[QWidget, ...] = (
            label(tr("Queue"), "section"),
            self.chips,
            self.group_button,
            self.views_button,
            self.picked_button,
            self.pending_button,
        )
        right: tuple[QWidget, ...] = (self.hidden_button, self.hints, self.sort_button, self.filter_field)
        self._head = (*left, *right)
        for part in left:
            row.addWidget(part)
        row.addStretch(1)
        for part in right:
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.name_bar)
        column.addWidget(self.bulk_bar)
        column.addWidget(self.table, 1)

    def _connect(self) -> None:
        model = self._view_model
        model.selection_changed.connect(self._show_selection)
        model.rows_changed.connect(self._after_rows_changed)
        model.counts_changed.connect(self._show_counts)
        model.pending_changed.connect(self._show_pending)
        model.view_changed.connect(self._show_view)
        self.chips.chosen.connect(lambda key: model.set_chip(QueueFilter(key)))
        self.filter_field.textChanged.connect(model.set_text)
        self.filter_field.left.connect(self.table.setFocus)
        self.pending_button.clicked.connect(model.refresh)
        self.group_button.clicked.connect(model.toggle_groups)
        self.hidden_button.clicked.connect(model.toggle_hidden)
        self.picked_button.clicked.connect(model.unpick)
        self.views_button.clicked.connect(self.pop_views_menu)
        self.name_bar.left.connect(self.table.setFocus)
        self.table.header.customContextMenuRequested.connect(self._pop_columns_menu)
        model.views_changed.connect(self._show_view)
        self.table.fold_wanted.connect(model.toggle_fold)
        self.table.mark_wanted.connect(lambda row: model.bulk.toggle(model.store.id_at(row)))
        self.table.marks_to_wanted.connect(model.mark_to)
        model.bulk.changed.connect(lambda: self.table.show_marks(frozenset(model.bulk.marked)))
        self.sort_button.clicked.connect(self._pop_sort_menu)
        self.table.row_chosen.connect(self._choose_row)
        self.table.opened.connect(self.opened)
        self.table.header.sectionClicked.connect(lambda section: model.sort_by(COLUMNS[section][1]))
        self.table.customContextMenuRequested.connect(self._pop_case_menu)

    # ------------------------------------------------------------------ from the view model
    def set_people(self, people: Sequence[Identity]) -> None:
        """Say who a case may be assigned to."""
        self._people = tuple(people)

    def _choose_row(self, row: int) -> None:
        self._view_model.select(self._view_model.store.id_at(row))

    def _show_selection(self, _case_id: str) -> None:
        self.table.show_row(self._view_model.selected_row())

    def _after_rows_changed(self) -> None:
        row = self._view_model.selected_row()
        current = self.table.selectionModel().currentIndex()
        if row < 0 or current.row() != row:
            self.table.show_row(row)
        self._show_empty()

    def _show_empty(self) -> None:
        store = self._view_model.store
        self.empty.setVisible(not len(store))
        if len(store.table):
            self.empty.setText(
                tr("No exception matches. Press / then Esc to clear the filter, or choose All.")
            )
        else:
            self.empty.setText(tr("No open exceptions. New ones appear here after the next sync."))

    def _show_counts(self, counts: QueueCounts) -> None:
        for chip, _ in CHIPS:
            self.chips.set_count(chip, count(counts.of(chip)))
        self._show_hidden(counts)
        self._show_view()

    def _show_hidden(self, counts: QueueCounts) -> None:
        """Count what is not listed: in two words where there is room."""
        kinds = ((counts.silenced, tr("silenced")), (counts.held_back, tr("held back")))
        words = "  ·  ".join(f"{count(number)} {word}" for number, word in kinds if number)
        if words and self.width() < _WORDS_FROM_PX:
            words = tr("{count} hidden", count=count(counts.silenced + counts.held_back))
        self.hidden_button.setText(words)
        self.hidden_button.setVisible(bool(words))
        needed = _HINTS_BESIDE_HIDDEN_FROM_PX if words else _HINTS_FROM_PX
        self._hints_fit = self.width() >= needed
        self._fit_head()

    def _fit_head(self) -> None:
        """Give up what matters least, one thing after the other, until the head fits the width."""
        wide = self.width() >= _WORDS_FROM_PX
        view = self._view_model.store.view
        name = self._view_model.view_name
        self.hints.setVisible(self._hints_fit)
        self.group_button.setText(tr("By incident") if wide else "")
        self.sort_button.setText(tr("Sort: {value}", value=SORT_WORDS[view.sort]))
        self._fit_name(name, _VIEW_PX)
        self._fit_picked(view.picked_title, _PICKED_PX)
        less: tuple[Callable[[], None], ...] = (
            lambda: self.hints.setVisible(False),
            lambda: self.group_button.setText(""),
            lambda: self.sort_button.setText(tr("Sort")),
            lambda: self._fit_picked(view.picked_title, _PICKED_PX // 2),
            lambda: self._fit_name(name, _VIEW_PX // 2),
            lambda: self._fit_name("", 0),
        )
        for give_up in less:
            if self._head_px() <= self.width():
                return
            give_up()

    def _head_px(self) -> int:
        shown = [part.sizeHint().width() for part in self._head if not part.isHidden()]
        shown[-1] = self.filter_field.width()
        return sum(shown) + _HEAD_GAP_PX * len(shown) + _HEAD_EDGES_PX

    def _fit_name(self, name: str, room_px: int) -> None:
        fitted = self.views_button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room_px)
        dot = " •" if self._view_model.view_differs else ""
        self.views_button.setText(f"{fitted.replace('&', '&&')}{dot}" if name else tr("Views{dot}", dot=dot))

    def _fit_picked(self, title: str, room_px: int) -> None:
        metrics = self.picked_button.fontMetrics()
        self.picked_button.setText(metrics.elidedText(title, Qt.TextElideMode.ElideRight, room_px))

    def _show_pending(self, pending: int) -> None:
        self.pending_button.setText(tr("{count} new · R", count=count(pending)))
        self.pending_button.setAccessibleName(
            tr("{count} new exceptions: show them (R)", count=count(pending))
        )
        self.pending_button.setVisible(pending > 0)
        self._fit_head()

    def _show_view(self) -> None:
        view = self._view_model.store.view
        self.chips.choose(view.chip)
        self.group_button.setChecked(view.grouped)
        self._show_picked(view.picked_title)
        self._show_view_name()
        if self.filter_field.text() != view.text:
            self.filter_field.setText(view.text)
        self.table.fit_columns()
        self._fit_head()
        listed = (
            tr("listed: click to leave them out") if view.all_hidden else tr("not listed: click to see them")
        )
        self.hidden_button.setToolTip(tr("Counted but {listed} (H)", listed=listed))
        self.sort_button.setAccessibleName(tr("Sort: {value}", value=SORT_WORDS[view.sort]))
        self.table.header.sorted_by = view.sort
        self.table.header.descending = view.descending
        self.table.header.viewport().update()

    def _show_view_name(self) -> None:
        """Say which kept view is shown, with a dot while it is shown otherwise than it was kept."""
        name, differs = self._view_model.view_name, self._view_model.view_differs
        changed = tr(", changed since it was saved") if differs else ""
        self.views_button.setAccessibleName(
            tr("View {name}{changed}", name=name, changed=changed) if name else tr("Views")
        )
        self.views_button.setToolTip(
            plain_tip(f"{name}{changed}" if name else tr("Saved views and columns (V)"))
        )

    def _show_picked(self, title: str) -> None:
        """Say which cases were picked elsewhere; a click on it shows the others again."""
        self.picked_button.setVisible(bool(title))
        self.picked_button.setChecked(bool(title))
        self.picked_button.setAccessibleName(tr("Only: {title}. Show all again", title=title))
        self.picked_button.setToolTip(plain_tip(tr("{title}\nClick to show the others again", title=title)))

    # ------------------------------------------------------------------ menus
    def focus_filter(self) -> None:
        """Put the cursor into the text filter."""
        self.filter_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_field.selectAll()

    def sort_menu(self) -> QMenu:
        """The orders to choose from."""
        menu = QMenu(self)
        for sort, words in SORT_WORDS.items():
            menu.addAction(words[:1].upper() + words[1:]).triggered.connect(
                lambda _=False, chosen=sort: self._view_model.sort_by(chosen)
            )
        return menu

    def assign_menu(self) -> QMenu:
        """The people the selected case can be given to, oneself first."""
        return assign_menu(self._view_model, self._people, self)

    def snooze_menu(self) -> QMenu:
        """How long the selected case may rest."""
        return snooze_menu(self._view_model, self)

    def pop_assign_menu(self) -> None:
        """Ask who shall own the selected case."""
        self._pop(self.assign_menu())

    def pop_snooze_menu(self) -> None:
        """Ask how long the selected case shall rest."""
        self._pop(self.snooze_menu())

    def _pop(self, menu: QMenu) -> None:
        row = self._view_model.selected_row()
        if not self._view_model.selected_id:
            return
        rect = self.table.visualRect(self._view_model.model.index(max(row, 0), 1))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(rect.bottomLeft()))
        menu.setActiveAction(menu.actions()[0])

    def views_menu(self) -> QMenu:
        """The kept views, and the columns."""
        return views_menu(self._view_model, self.name_bar, self)

    def pop_views_menu(self) -> None:
        """Let a person choose or keep a view."""
        menu = self.views_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.views_button.mapToGlobal(QPoint(0, self.views_button.height())))
        menu.setActiveAction(menu.actions()[0])

    def _pop_columns_menu(self, where: QPoint) -> None:
        menu = columns_menu(self._view_model, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.header.mapToGlobal(where))

    def ask_to_save_view(self) -> None:
        """Ask for the name under which what is shown shall be kept."""
        ask_to_save(self._view_model, self.name_bar)

    def _pop_sort_menu(self) -> None:
        menu = self.sort_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.sort_button.mapToGlobal(QPoint(0, self.sort_button.height())))

    def case_menu(self) -> QMenu:
        """What can be done with the selected case."""
        menu = QMenu(self)
        menu.addMenu(self.assign_menu())
        menu.addMenu(self.snooze_menu())
        menu.addAction(tr("Acknowledge")).triggered.connect(self._view_model.acknowledge)
        menu.addAction(tr("Start work")).triggered.connect(self._view_model.start)
        menu.addAction(tr("False positive …")).triggered.connect(self.deny_wanted)
        menu.addAction(tr("Request approval …")).triggered.connect(self.propose_wanted)
        return menu

    def _pop_case_menu(self, where: QPoint) -> None:
        if self.table.indexAt(where).isValid():
            menu = self.case_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.table.viewport().mapToGlobal(where))

    # ------------------------------------------------------------------ events
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop the key hints where room is short."""
        super().resizeEvent(event)
        self._show_hidden(self._view_model.counts)
        self.empty.setGeometry(self.table.rect().adjusted(40, 40, -40, -10))

    def changeEvent(self, event: QEvent) -> None:
        """Paint the rows anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.table.viewport().update()
