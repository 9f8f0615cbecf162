"""The window: rail, bars, banner and pages, joined to the program by ``views.ports``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, get_args

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from views.approvals.view_model import ApprovalsViewModel
from views.case_detail.state import CaseDetail
from views.case_queue.export import queue_export
from views.case_queue.state import Density
from views.case_queue.view_model import IDLE_MS
from views.export import ExportTable
from views.language import tr
from views.local_edits import HELD_MS
from views.ports import PageContent, TowerIntents
from views.shell import late_pages
from views.shell.actions import ActionKeys
from views.shell.ask_file import ask_where
from views.shell.banner import OfflineBanner
from views.shell.crash_notice import CrashNotice
from views.shell.layout import layout_from_text
from views.shell.layout_keeper import layout_of, restore_layout
from views.shell.notice_bar import NoticeBar
from views.shell.page_contents import show_content
from views.shell.paged_window import PagedWindow
from views.shell.rail import Rail
from views.shell.state import Page, ThemeName, ToastKind
from views.shell.status_bar import StatusBar
from views.shell.toasts import SHOWN_MS, ToastStack
from views.shell.top_bar import TopBar, health_words
from views.shell.window_actions import window_actions
from views.sources.view_model import SourcesViewModel
from views.theme import apply, theme_named, theme_of
from views.tower.state import TowerSnapshot
from views.tower.view_model import TowerViewModel
from views.tower.widget import TowerPage

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from views.shell.palette import Found

MIN_SIZE_PX: Final = (1_024, 680)
USUAL_SIZE_PX: Final = (1_600, 1_000)
KEEP_MS: Final = 600


class TowerWindow(PagedWindow):
    """The one window; a ``TowerScreen`` for the program, which it speaks to through ``TowerIntents``."""

    def __init__(
        self,
        intents: TowerIntents,
        *,
        idle_ms: int = IDLE_MS,
        toast_ms: int = SHOWN_MS,
        held_ms: int = HELD_MS,
    ) -> None:
        """Show empty pages until the first snapshot comes.

        ``idle_ms`` is how long after the last key the queue may re-order itself; ``toast_ms`` how long a
        message stays, ``held_ms`` how long an edit that cannot be taken back is held.
        """
        super().__init__(intents)
        self._theme: ThemeName = theme_of(self).name
        #: Asks where a file shall go; a test answers by itself.
        self.ask_file: Callable[[QWidget, str, str], str] = ask_where
        #: Asks for a printer; ``None`` asks a person.
        self.ask_printer: Callable[[QWidget, str], QPrinter | None] | None = None
        self.tower_model = TowerViewModel(intents, idle_ms=idle_ms, held_ms=held_ms)
        self.approvals_model = ApprovalsViewModel(intents)
        self.sources_model = SourcesViewModel(intents)
        self.rail = Rail()
        self.top = TopBar()
        self.banner = OfflineBanner()
        self.policy_notice = NoticeBar("alert-triangle")
        self.crash_notice = CrashNotice()
        self.status = StatusBar()
        self.tower = TowerPage(self.tower_model)
        self.page: Page = "tower"
        self._lay_out()
        self.toasts = ToastStack(self, shown_ms=toast_ms)
        self.keys = ActionKeys(self, window_actions(self, intents))
        self._layout_timer = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._connect()
        self.show_page("tower")

    def _lay_out(self) -> None:
        self.setWindowTitle("Fulfilment Tower")
        self.setMinimumSize(*MIN_SIZE_PX)
        self.resize(*USUAL_SIZE_PX)
        self.pages.addWidget(self.tower)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top)
        right.addWidget(self.banner)
        right.addWidget(self.policy_notice)
        right.addWidget(self.crash_notice)
        right.addWidget(self.pages, 1)
        above = QHBoxLayout()
        above.setSpacing(0)
        above.addWidget(self.rail)
        above.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(above, 1)
        whole.addWidget(self.status)

    def _connect(self) -> None:
        self.rail.page_wanted.connect(self.show_page)
        self.rail.help_wanted.connect(self.open_help)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)
        self.tower.sizes_changed.connect(self._layout_timer.start)
        self._layout_timer.timeout.connect(self.keep_layout)
        self.top.palette_wanted.connect(self.open_palette)
        self.top.sources_wanted.connect(lambda: self.show_page("sources"))
        self.top.messages_wanted.connect(lambda: self.show_page("settings"))
        self.top.theme_wanted.connect(self.toggle_theme)
        self.top.person_wanted.connect(self._switch_identity)
        self.tower_model.edits.done.connect(self._show_edit)
        self.tower_model.edits.undone.connect(lambda words: self.show_toast(words, "info"))
        self.table_dropped.connect(self.import_file)
        self.crash_notice.copy_wanted.connect(self.copy_diagnostics)
        self.banner.retry_wanted.connect(lambda: self._intents.sync_now(""))
        self.status.sources_wanted.connect(lambda: self.show_page("sources"))
        self.status.cancel_wanted.connect(self._intents.cancel_job)
        self.tower.approval_wanted.connect(self.show_approval)
        self.tower_model.queue.selection_changed.connect(lambda _id: self._show_counts())

    # ------------------------------------------------------------------ from the program
    def apply_snapshot(self, snapshot: TowerSnapshot) -> None:
        """Show a new snapshot; only the parts named in ``snapshot.changed`` are repainted."""
        self._snapshot = snapshot
        self.tower_model.apply(snapshot)
        self.approvals_model.apply(snapshot)
        if self.is_made("sheets"):
            self.sheets.apply(snapshot)
        self.sources_model.apply(snapshot)
        self.top.show_site(snapshot.site)
        self.top.show_people(snapshot.who, snapshot.people)
        sources = self.sources_model.sources
        self.top.health.show_health(*health_words(sources, offline=snapshot.offline.is_offline))
        self.rail.buttons["approvals"].set_badge(self.approvals_model.waiting())
        self.banner.show_state(snapshot.offline, snapshot.now, snapshot.zone)
        self.policy_notice.show_words(snapshot.policy_notice)
        self.status.show_sources(sources, snapshot.now)
        self.status.show_clock(snapshot.now, snapshot.zone)
        if "jobs" in snapshot.changed:
            self.status.jobs.show_jobs(snapshot.jobs)
        self._show_counts()

    def apply_detail(self, detail: CaseDetail) -> None:
        """Show a case's detail, if that case is still the selected one."""
        self.tower_model.apply_detail(detail)

    def apply_page(self, content: PageContent) -> None:
        """Show what a page holds besides the snapshot."""
        show_content(self, content)

    def apply_clock(self, now: datetime) -> None:
        """Let the clock, the ages and the countdowns go on."""
        if self._snapshot is None:
            return
        self.tower_model.apply_clock(now)
        self.sources_model.apply_clock(now)
        self.status.show_clock(now, self._snapshot.zone)

    def _switch_identity(self, user_id: str) -> None:
        self.tower_model.edits.flush()
        self._intents.switch_identity(user_id)

    def undo(self) -> None:
        """Take the last edit of this desk back."""
        if not self.tower_model.edits.undo():
            self.show_toast(tr("There is nothing to take back."), "info")

    def _show_edit(self, words: str) -> None:
        self.show_toast(words, "info", self.undo)

    def show_toast(self, text: str, kind: ToastKind, undo: Callable[[], object] | None = None) -> None:
        """Say a sentence in the corner for some seconds; errors stay until dismissed."""
        self.toasts.show_toast(text, kind, undo)
        if self.is_made("settings"):
            self.settings.show_messages(self.toasts.history)
        if self.page == "settings":
            self.top.bell.see()
        else:
            self.top.bell.add()

    def _show_counts(self) -> None:
        if self._snapshot is None:
            return
        self.status.show_counts(
            selected=int(bool(self.tower_model.queue.selected_id)),
            total=len(self.tower_model.queue.store.table),
            queued=self._snapshot.offline.queued_changes,
        )

    # ------------------------------------------------------------------ pages
    def show_page(self, page: str) -> None:
        """Show a page by its name in ``views.shell.state.Page``; an unknown name shows the tower."""
        self.page = next((name for name in get_args(Page) if name == page), "tower")
        shown: QWidget = getattr(self, self.page)
        self.pages.setCurrentWidget(shown)
        self._intents.look_at(self.page)
        if self.page == "settings":
            self.top.bell.see()
        self.rail.show_page(self.page)
        self.keys.show_page(self.page)
        if self.page == "kpis":
            self.kpis.focus_first()
            return
        if self.page == "approvals":
            shown = self.approvals.list
        elif self.page == "tower":
            shown = self.tower.queue.table
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_case(self, case_id: str) -> None:
        """Show a case on the tower page."""
        self.show_page("tower")
        self.tower_model.queue.select(case_id)
        if self.tower.is_overlay():
            self.tower.open_detail()

    def show_cases(self, case_ids: Sequence[str], title: str) -> None:
        """Show these cases and no others in the queue of the tower page."""
        self.show_page("tower")
        self.tower_model.queue.pick(case_ids, title)

    def show_approval(self, action_id: str) -> None:
        """Show a proposal on the approvals page."""
        self.show_page("approvals")
        self.approvals_model.select(action_id)

    def find_cases(self, text: str, most: int) -> Sequence[Found]:
        """Open cases that hold all words of ``text``, the most urgent first."""
        from views.shell.find_cases import find_cases  # noqa: PLC0415 - read with the search, not at the start

        return find_cases(self.tower_model, text, most)

    # ------------------------------------------------------------------ acts
    def propose(self) -> None:
        """Ask for the reason to propose the chosen option; say why where that cannot be."""
        if not self.tower.propose():
            self.show_toast(self.tower_model.detail.why_not_propose or tr("Nothing to propose yet."), "info")

    def import_file(self, path: str) -> None:
        """Look at a table file before it is taken in."""
        self.file_sheet.open_file(path)

    def export_shown(self) -> None:
        """Ask where the table of the page shown shall go, and let the program write it there."""
        currency = self._snapshot.currency if self._snapshot is not None else ""
        self.export_table(late_pages.table_shown(self._whole, currency))

    def print_shown(self) -> None:
        """Ask for a printer and print the queue's rows, or another page as it looks."""
        if self._snapshot is None:
            self.show_toast(tr("There is nothing to print yet."), "info")
            return
        table = queue_export(self.tower_model.queue.store, self._snapshot.currency)
        late_pages.print_shown(self._whole, table if self.page == "tower" else None, self.ask_printer)

    def export_table(self, table: ExportTable | None) -> None:
        """Ask where a table shall go, and let the program write it there."""
        if table is None or not table.count or self._snapshot is None:
            self.show_toast(tr("There are no rows to export."), "info")
            return
        day = self._snapshot.now.astimezone(self._snapshot.zone).date().isoformat()
        name = "-".join(re.findall(r"\w+", table.title.lower()))
        path = self.ask_file(self, tr("Export: {title}", title=table.title), f"{name}-{day}.xlsx")
        if path:
            self._intents.export_table(path, table)

    def toggle_theme(self) -> None:
        """Change between dark and light, and let the program remember it."""
        self.choose_theme("light" if theme_of(self).name == "dark" else "dark")

    def theme_name(self) -> ThemeName:
        """The theme chosen; ``system`` follows the desktop."""
        return self._theme

    def choose_theme(self, name: str) -> None:
        """Show the window in a theme, and let the program remember it."""
        wanted: ThemeName = "light" if name == "light" else "system" if name == "system" else "dark"
        self.set_theme(wanted)
        self._intents.set_theme(wanted)

    def choose_language(self, name: str) -> None:
        """Let the program remember a language for its next start."""
        self._intents.remember("language", name)
        self.show_toast(tr("The window speaks it after the next start."), "info")

    def _follow_desktop(self, _scheme: Qt.ColorScheme) -> None:
        if self._theme == "system":
            self.set_theme("system")

    def set_density(self, density: Density) -> None:
        """Show the queue's rows in a height."""
        self.tower.queue.table.set_density(density)
        self._show_choices()
        self._layout_timer.start()

    # ------------------------------------------------------------------ what the desk remembers
    def restore(self, kept: Mapping[str, str]) -> None:
        """Take layout and views kept from an earlier day; before the window is shown."""
        self._kept = kept
        self.tower_model.queue.restore_views(kept.get("views", ""))
        layout = layout_from_text(kept.get("layout", ""))
        self.set_density(layout.density)
        self._layout_timer.stop()
        restore_layout(self, layout)

    def keep_layout(self) -> None:
        """Let the program keep the layout as it is."""
        self._intents.remember("layout", layout_of(self).to_text())

    def reset_layout(self) -> None:
        """Give everything its usual size and height, and forget what was kept."""
        self.set_density(Density.NORMAL)
        self.tower.reset_layout()
        self._layout_timer.stop()
        self._intents.remember("layout", "")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the layout for the next day, and leave nothing running."""
        self.tower_model.rest()
        if self._layout_timer.isActive():
            self._layout_timer.stop()
            self.keep_layout()
        super().closeEvent(event)

    def set_theme(self, name: ThemeName) -> None:
        """Show the window in a theme."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply(app, theme_named(name))
        self._theme = name
        self.top.show_theme(theme_named(name).name)
        self._show_choices()

    def _show_choices(self) -> None:
        if self.is_made("settings"):
            self.settings.show_choices(self._theme, self.tower.queue.table.density)

    def step_row(self, step: int) -> None:
        """Go to the next (1) or the previous (-1) row of the page shown."""
        if self.page == "approvals":
            self.approvals_model.move(step)
        else:
            self.tower_model.queue.move(step)

    def work_out(self) -> None:
        """Ask for the options of the selected case."""
        self.tower_model.detail.request_options()

    def open_palette(self) -> None:
        """Open the search for commands and cases."""
        self.palette_overlay.open_overlay()

    def copy_diagnostics(self) -> None:
        """Put versions, states and counts on the clipboard, as soon as they are read."""
        self.show_page("settings")
        self.settings.copy_diagnostics()

    def open_keys(self) -> None:
        """Show what the keys do."""
        self.key_sheet.open_overlay()

    def open_help(self) -> None:
        """Open the help at the topic of the page shown."""
        self.help.open_for(self.page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the messages in the corner."""
        super().resizeEvent(event)
        self.toasts.place()
        if event.oldSize().isValid() and self.isVisible():
            self._layout_timer.start()
