"""The panel of the selected case: head, tabs, note line."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from views.case_detail.facts import CaseHead
from views.case_detail.incident_strip import IncidentStrip
from views.case_detail.lines import evidence_lines, note_lines, order_lines
from views.case_detail.options_page import OptionsPage
from views.case_detail.past_panel import PastPanel
from views.case_detail.state import CaseDetail
from views.case_detail.story_panel import StoryPanel
from views.case_detail.timeline import Timeline
from views.case_detail.view_model import DetailViewModel
from views.case_detail.waterfall import MoneyPanel
from views.formatting import count
from views.language import tr
from views.shell.two_line_list import TwoLineList
from views.widgets.labels import label
from views.widgets.reason_bar import ReasonBar
from views.widgets.scrolled import scrolled

TABS: Final = (tr("Options"), tr("Timeline"), tr("Orders"), tr("Evidence"), tr("Notes"))
OPTIONS, TIMELINE, ORDERS, EVIDENCE, NOTES = range(len(TABS))
_MAX_NOTE: Final = 2_000


class DetailPanel(QFrame):
    """Everything about the selected case, and what can be asked for."""

    assign_wanted = Signal()
    acknowledge_wanted = Signal()
    close_wanted = Signal()
    approval_wanted = Signal(str)
    #: Another case of the incident is to be looked at.
    case_wanted = Signal(str)

    def __init__(self, view_model: DetailViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._view_model = view_model
        self.head = CaseHead()
        self.incident = IncidentStrip()
        self.reason = ReasonBar()
        self.tabs = QTabBar()
        self.pages = QStackedWidget()
        self.options = OptionsPage(view_model)
        self.past = PastPanel()
        self.stories = StoryPanel()
        self.timeline = Timeline()
        self.orders = TwoLineList(tr("Orders of the case"), pad_px=2)
        self.evidence = TwoLineList(tr("Evidence of the case"), pad_px=2)
        self.money = MoneyPanel()
        self.notes = TwoLineList(tr("Notes on the case"), pad_px=2)
        self.note_field = QLineEdit()
        self.empty = label(tr("Select an exception in the queue or on the map."), "secondary")
        self._shown_id = ""
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("What to show of the case"))
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        # Five tabs with their counts fit the narrowest panel only with less air between them.
        self.tabs.setStyleSheet("QTabBar::tab { margin-right: 9px; }")
        for title in TABS:
            self.tabs.addTab(title)
        facts = _stacked(self.money, self.evidence)
        history = _stacked(self.past, self.stories, self.timeline, fills=False)
        for page in (
            self.options,
            scrolled(history, tr("Timeline")),
            self.orders,
            facts,
        ):
            self.pages.addWidget(page)
        self.pages.addWidget(self.notes)
        self.note_field.setPlaceholderText(tr("Add a note …  Enter keeps it"))
        self.note_field.setAccessibleName(tr("Note on the case"))
        self.note_field.setMaxLength(_MAX_NOTE)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.head, self.incident, self.reason):
            column.addWidget(part)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        column.addWidget(self.note_field)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(15, 12, 15, 12)
        whole.addWidget(self.empty, 1)
        whole.addWidget(self._content, 1)

    def _connect(self) -> None:
        self._view_model.detail_changed.connect(self._show)
        self._view_model.choice_changed.connect(self.options.show_choice)
        self._view_model.clock_changed.connect(self._show_clock)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.options.all_events_wanted.connect(lambda: self.tabs.setCurrentIndex(TIMELINE))
        self.options.approval_wanted.connect(self.approval_wanted)
        self.head.acknowledge_wanted.connect(self.acknowledge_wanted)
        self.head.assign_wanted.connect(self.assign_wanted)
        self.head.close_wanted.connect(self.close_wanted)
        self.note_field.returnPressed.connect(self._keep_note)
        self.incident.case_wanted.connect(self.case_wanted)
        self.stories.case_wanted.connect(self.case_wanted)
        self.incident.split_wanted.connect(self.ask_to_split)

    # ------------------------------------------------------------------ show
    def _show(self) -> None:
        detail = self._view_model.detail
        self.empty.setVisible(detail is None)
        self._content.setVisible(detail is not None)
        if detail is None:
            return
        now = self._view_model.now
        if detail.case.case_id != self._shown_id:
            self._shown_id = detail.case.case_id
            self.reason.stop()
        self.incident.show_detail(detail, now)
        self.setAccessibleName(
            tr("Exception {case_id}: {title}", case_id=detail.case.case_id, title=detail.case.title)
        )
        self.head.show_case(detail, now)
        self.options.show_detail(detail)
        self.past.show_detail(detail, now)
        self.stories.show_stories(detail.stories, detail.zone)
        self.timeline.show_events(detail.timeline, now, detail.zone)
        self.orders.show_lines(order_lines(detail, now))
        self.evidence.show_lines(evidence_lines(detail, now))
        self.money.show_case(detail, now)
        self.notes.show_lines(note_lines(detail, now))
        self._show_counts(detail)

    def _show_counts(self, detail: CaseDetail) -> None:
        counts = {
            OPTIONS: len(detail.options),
            ORDERS: len(detail.orders),
            NOTES: len(detail.notes),
        }
        for tab, number in counts.items():
            self.tabs.setTabText(tab, f"{TABS[tab]}  {count(number)}" if number else TABS[tab])

    def _show_clock(self) -> None:
        if self._view_model.detail is not None:
            self.head.show_clock(self._view_model.detail, self._view_model.now)
            self.incident.show_clock(self._view_model.now)
            self.money.show_clock(self._view_model.detail, self._view_model.now)

    # ------------------------------------------------------------------ acts
    def ask_to_propose(self) -> bool:
        """Ask for the reason to propose the chosen option; says whether it can be proposed."""
        self.tabs.setCurrentIndex(OPTIONS)
        return self.options.ask()

    def ask_to_deny(self) -> bool:
        """Ask why the case is a false positive; says whether there is an open case to deny."""
        detail = self._view_model.detail
        if detail is None or not detail.case.is_open:
            return False
        self.reason.ask(tr("What was taken for an exception?"), tr("False positive"), self._view_model.deny)
        return True

    def ask_to_split(self) -> None:
        """Ask why the case does not belong to its incident."""
        self.reason.ask(
            tr("Why does it not belong to the incident?"), tr("Take it out"), self._view_model.split
        )

    def focus_first(self) -> None:
        """Put the keyboard into the panel: on the options if there are any."""
        wanted: QWidget = self.options.matrix if self.options.matrix.isVisible() else self.tabs
        wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _keep_note(self) -> None:
        self._view_model.add_note(self.note_field.text())
        self.note_field.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


def _stacked(*parts: QWidget, fills: bool = True) -> QWidget:
    """A page of parts; the last one takes the room that is left, or leaves it empty."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part, int(fills and part is parts[-1]))
    if not fills:
        column.addStretch(1)
    return page
