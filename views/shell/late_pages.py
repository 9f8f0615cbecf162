"""The window's pages besides the tower, each read and made when somebody first wants it.

All of them together take longer than the whole rest of the start. What the program tells goes into their
view models; a page shows that once it is made.
"""

# ruff: noqa: PLC0415, PLW0108 - modules are read, and sheets made, when they are wanted: see above

from __future__ import annotations

from typing import TYPE_CHECKING

from views.case_queue.state import Density
from views.formatting import counted
from views.language import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget

    from views.approvals.widget import ApprovalsPage
    from views.export import ExportTable
    from views.help.panel import HelpPanel
    from views.kpis.view_model import KpisViewModel
    from views.kpis.widget import KpisPage
    from views.ports import TowerIntents
    from views.rules.view_model import RulesViewModel
    from views.rules.widget import RulesPage
    from views.settings.widget import SettingsPage
    from views.shell.approval_sheets import ApprovalSheets
    from views.shell.key_sheet import KeySheet
    from views.shell.palette import CommandPalette
    from views.shell.window import TowerWindow
    from views.sources.file_sheet import FileSheet
    from views.sources.settings_sheet import SettingsSheet
    from views.sources.widget import SourcesPage
    from views.tower.state import TowerSnapshot
    from views.what_if.widget import WhatIfPage

    AskPrinter = Callable[[QWidget, str], QPrinter | None]


def what_if_page(intents: TowerIntents, kept: Mapping[str, str]) -> WhatIfPage:
    """Make the page of scenarios, with what was kept from an earlier day."""
    from views.what_if.widget import WhatIfPage

    page = WhatIfPage(intents)
    page.model.restore(kept)
    return page


def approvals_page(window: TowerWindow) -> ApprovalsPage:
    """Make the page of proposals and decisions."""
    from views.approvals.widget import ApprovalsPage

    model = window.approvals_model
    page = ApprovalsPage(model)
    page.case_wanted.connect(window.show_case)
    page.export_wanted.connect(window.export_table)
    page.batch_wanted.connect(lambda: window.sheets.batch.open_overlay())
    page.delegate_wanted.connect(lambda: window.sheets.ask_delegate())
    model.rows_changed.emit()
    model.selection_changed.emit()
    if model.ledger is not None:
        model.ledger_changed.emit()
    return page


def approval_sheets(window: TowerWindow, snapshot: TowerSnapshot | None) -> ApprovalSheets:
    """Make the sheets over the approvals page."""
    from views.shell.approval_sheets import ApprovalSheets

    sheets = ApprovalSheets(window, window.approvals_model, window.rules_model)
    sheets.when_drafted(lambda: window.show_page("rules"))
    if snapshot is not None:
        sheets.apply(snapshot)
    return sheets


def kpis_model(window: TowerWindow) -> KpisViewModel:
    """Make what the page of figures shows."""
    from views.kpis.view_model import KpisViewModel

    model = KpisViewModel()
    model.queue_wanted.connect(window.show_cases)
    return model


def rules_model(window: TowerWindow, intents: TowerIntents) -> RulesViewModel:
    """Make what the page of policies shows."""
    from views.rules.view_model import RulesViewModel

    model = RulesViewModel(intents)
    model.queue_wanted.connect(window.show_cases)
    return model


def palette_overlay(window: TowerWindow) -> CommandPalette:
    """Make the search for commands and cases."""
    from views.shell.palette import CommandPalette

    return CommandPalette(window, window.keys.actions, window.find_cases, window.show_case)


def kpis_page(window: TowerWindow) -> KpisPage:
    """Make the page of figures."""
    from views.kpis.widget import KpisPage

    page = KpisPage(window.kpis_model)
    page.case_wanted.connect(window.show_case)
    if window.kpis_model.figures is not None:
        window.kpis_model.figures_changed.emit()
    return page


def rules_page(window: TowerWindow) -> RulesPage:
    """Make the page of policies and decision rights."""
    from views.rules.widget import RulesPage

    page = RulesPage(window.rules_model)
    if window.rules_model.shown is not None:
        window.rules_model.shown_changed.emit()
        window.rules_model.editing_changed.emit()
    return page


def sources_page(window: TowerWindow) -> SourcesPage:
    """Make the page of sources and quarantine."""
    from views.sources.widget import SourcesPage

    page = SourcesPage(window.sources_model)
    page.file_wanted.connect(lambda: window.file_sheet.ask())
    page.settings_wanted.connect(lambda source: window.settings_sheet.open_for(source))
    if window.sources_model.shown is not None:
        window.sources_model.settings_changed.emit()
    window.sources_model.sources_changed.emit()
    window.sources_model.quarantine_changed.emit()
    return page


def settings_page(window: TowerWindow, intents: TowerIntents, kept: Mapping[str, str]) -> SettingsPage:
    """Make the page of the desk itself, with what was kept from an earlier day."""
    from views.settings.widget import SettingsPage

    page = SettingsPage()
    page.theme_wanted.connect(window.choose_theme)
    page.language_wanted.connect(window.choose_language)
    page.times_wanted.connect(lambda name: intents.remember("times", name))
    page.density_wanted.connect(lambda name: window.set_density(Density(name)))
    page.layout_wanted.connect(window.reset_layout)
    page.keys_wanted.connect(window.open_keys)
    page.help_wanted.connect(window.open_help)
    page.copied.connect(lambda words: window.show_toast(words, "ok"))
    page.show_choices(window.theme_name(), window.tower.queue.table.density)
    page.show_times(kept.get("times", ""))
    page.show_messages(window.toasts.history)
    return page


def file_sheet(window: TowerWindow, intents: TowerIntents) -> FileSheet:
    """Make the sheet that a table file is looked at in."""
    from views.sources.file_sheet import FileSheet

    return FileSheet(window, intents)


def settings_sheet(window: TowerWindow) -> SettingsSheet:
    """Make the sheet of a source's settings."""
    from views.sources.settings_sheet import SettingsSheet

    return SettingsSheet(window, window.sources_model)


def help_panel(window: TowerWindow) -> HelpPanel:
    """Make the help over the page."""
    from views.help.panel import HelpPanel

    return HelpPanel(window)


def key_sheet(window: TowerWindow) -> KeySheet:
    """Make the sheet that says what the keys do."""
    from views.shell.key_sheet import KeySheet

    return KeySheet(window, window.keys.actions)


def table_shown(window: TowerWindow, currency: str) -> ExportTable | None:
    """The table of the page shown; ``None`` where it has none."""
    from views.shell import page_tables

    return page_tables.table_shown(window, currency)


def print_shown(window: TowerWindow, table: ExportTable | None, ask: AskPrinter | None) -> None:
    """Ask for a printer and print a table, or the page shown where there is none."""
    from views.shell.printing import ask_printer, print_picture, print_table

    printer = (ask or ask_printer)(window, tr("Queue") if table is not None else tr("Page"))
    if printer is not None:
        shown = window.pages.currentWidget() or window
        pages = print_picture(printer, shown) if table is None else print_table(printer, table)
        window.show_toast(tr("{pages} sent to the printer.", pages=counted(pages, "page")), "ok")
