"""Everything that can be done in the window, by a key or from the palette."""

# ruff: noqa: PLW0108 - a late page is made when an action on it runs, not when its key is bound

from __future__ import annotations

from typing import TYPE_CHECKING

from views.language import tr
from views.shell.actions import Action
from views.shell.state import Page

if TYPE_CHECKING:
    from views.ports import TowerIntents
    from views.shell.window import TowerWindow


def window_actions(window: TowerWindow, intents: TowerIntents) -> tuple[Action, ...]:
    """The one list behind keys, palette and key sheet."""
    return (*_triage_actions(window), *_other_actions(window, intents))


def _triage_actions(window: TowerWindow) -> tuple[Action, ...]:
    """What is done with cases, on the tower page."""
    tower = frozenset[Page]({"tower"})
    triage = frozenset[Page]({"tower", "approvals"})
    queue, page = window.tower_model.queue, window.tower
    return (
        Action(title=tr("Next row"), keys=("J",), run=lambda: window.step_row(1), pages=triage, listed=False),
        Action(
            title=tr("Previous row"), keys=("K",), run=lambda: window.step_row(-1), pages=triage, listed=False
        ),
        Action(title=tr("Open the case"), keys=("Enter",), run=page.open_detail, pages=frozenset()),
        Action(title=tr("Acknowledge the case"), keys=("E",), run=queue.acknowledge, pages=tower),
        Action(title=tr("Assign the case"), keys=("A",), run=page.queue.pop_assign_menu, pages=tower),
        Action(title=tr("Snooze the case"), keys=("S",), run=page.queue.pop_snooze_menu, pages=tower),
        Action(title=tr("Request approval"), keys=("P",), run=window.propose, pages=tower),
        Action(title=tr("Work out options"), keys=("W",), run=window.work_out, pages=tower),
        Action(title=tr("Filter the queue"), keys=("/",), run=page.queue.focus_filter, pages=tower),
        Action(title=tr("Views and columns"), keys=("V",), run=page.queue.pop_views_menu, pages=tower),
        Action(title=tr("Save the view …"), keys=(), run=page.queue.ask_to_save_view, pages=tower),
        Action(title=tr("Group by incident"), keys=("G,G",), run=queue.toggle_groups, pages=tower),
        Action(title=tr("Unfold or fold the incident"), keys=("X",), run=queue.toggle_fold, pages=tower),
        Action(title=tr("Mark the case"), keys=("Space",), run=queue.toggle_mark, pages=tower),
        Action(title=tr("Mark downwards"), keys=("Shift+J",), run=lambda: queue.extend_marks(1), pages=tower),
        Action(title=tr("Mark upwards"), keys=("Shift+K",), run=lambda: queue.extend_marks(-1), pages=tower),
        Action(title=tr("Mark all rows shown"), keys=("Ctrl+A",), run=queue.mark_all, pages=tower),
        Action(title=tr("Show hidden cases"), keys=("H",), run=queue.toggle_hidden, pages=tower),
        Action(title=tr("Start work on the case"), keys=(), run=queue.start, pages=tower),
        Action(
            title=tr("Snooze until the money doubles"), keys=(), run=queue.snooze_until_doubled, pages=tower
        ),
        Action(title=tr("Call it a false positive …"), keys=(), run=page.deny, pages=tower),
        Action(title=tr("Let new cases in"), keys=("R",), run=queue.refresh, pages=tower),
        Action(title=tr("Close the panel"), keys=("Esc",), run=page.close_detail, pages=tower, listed=False),
        Action(title=tr("Fit the map"), keys=("F",), run=page.map.fit, pages=tower),
    )


def _other_actions(window: TowerWindow, intents: TowerIntents) -> tuple[Action, ...]:
    """Pages, what they offer, and the desk itself."""
    approvals = frozenset[Page]({"approvals"})
    what_if = frozenset[Page]({"what_if"})
    tables = frozenset[Page]({"tower", "what_if", "approvals", "kpis", "sources"})
    return (
        Action(title=tr("Print what is shown …"), keys=("Ctrl+P",), run=window.print_shown),
        Action(title=tr("Export the table …"), keys=("Ctrl+E",), run=window.export_shown, pages=tables),
        Action(title=tr("Import a file …"), keys=(), run=lambda: window.file_sheet.ask()),
        Action(title=tr("Usual layout"), keys=(), run=window.reset_layout),
        Action(title=tr("Go to the tower"), keys=("G,T",), run=lambda: window.show_page("tower")),
        Action(title=tr("Go to what-if"), keys=("G,W",), run=lambda: window.show_page("what_if")),
        Action(
            title=tr("Solve scenarios"),
            keys=("Ctrl+Return",),
            run=lambda: window.what_if.model.solve(),
            pages=what_if,
        ),
        Action(title=tr("New scenario"), keys=("N",), run=lambda: window.what_if.model.add(), pages=what_if),
        Action(title=tr("Go to approvals"), keys=("G,A",), run=lambda: window.show_page("approvals")),
        Action(title=tr("Go to figures"), keys=("G,K",), run=lambda: window.show_page("kpis")),
        Action(title=tr("Go to rules"), keys=("G,R",), run=lambda: window.show_page("rules")),
        Action(title=tr("Go to sources"), keys=("G,S",), run=lambda: window.show_page("sources")),
        Action(title=tr("Go to settings"), keys=("G,E",), run=lambda: window.show_page("settings")),
        Action(
            title=tr("Approve several …"),
            keys=("B",),
            run=lambda: window.sheets.open_batch(),
            pages=approvals,
        ),
        Action(
            title=tr("Show the ledger"),
            keys=("L",),
            run=lambda: window.approvals.open_ledger(),
            pages=approvals,
        ),
        Action(title=tr("Undo the last edit"), keys=("Z", "Ctrl+Z"), run=window.undo),
        Action(title=tr("Help"), keys=("F1",), run=window.open_help),
        Action(title=tr("Copy diagnostics"), keys=(), run=window.copy_diagnostics),
        Action(title=tr("Sync all sources"), keys=("Ctrl+R",), run=lambda: intents.sync_now("")),
        Action(title=tr("Switch dark and light"), keys=("Ctrl+Shift+L",), run=window.toggle_theme),
        Action(title=tr("Search"), keys=("Ctrl+K",), run=window.open_palette, listed=False),
        Action(title=tr("Show the keys"), keys=("?",), run=window.open_keys),
    )
