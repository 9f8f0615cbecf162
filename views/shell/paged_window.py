"""The window's pages besides the tower: made when somebody first wants them, kept from then on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QStackedWidget, QWidget

from views.shell import late_pages
from views.shell.dropped import DropWindow

if TYPE_CHECKING:
    from views.approvals.widget import ApprovalsPage
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

PageT = TypeVar("PageT", bound=QWidget)


class PagedWindow(DropWindow):
    """The part of ``TowerWindow`` that holds its pages."""

    def __init__(self, intents: TowerIntents) -> None:
        """Start with no page."""
        super().__init__()
        self._intents = intents
        self._snapshot: TowerSnapshot | None = None
        self._kept: Mapping[str, str] = {}
        self.pages = QStackedWidget()

    @property
    def _whole(self) -> TowerWindow:
        return cast("TowerWindow", self)

    @cached_property
    def what_if(self) -> WhatIfPage:
        """Scenarios side by side."""
        return self._taken_in(late_pages.what_if_page(self._intents, self._kept))

    @cached_property
    def kpis_model(self) -> KpisViewModel:
        """What the page of figures shows."""
        return late_pages.kpis_model(self._whole)

    @cached_property
    def rules_model(self) -> RulesViewModel:
        """What the page of policies shows."""
        return late_pages.rules_model(self._whole, self._intents)

    @cached_property
    def palette_overlay(self) -> CommandPalette:
        """The search for commands and cases."""
        return late_pages.palette_overlay(self._whole)

    @cached_property
    def approvals(self) -> ApprovalsPage:
        """Proposals and decisions."""
        return self._taken_in(late_pages.approvals_page(self._whole))

    @cached_property
    def sheets(self) -> ApprovalSheets:
        """What lies over the approvals page."""
        return late_pages.approval_sheets(self._whole, self._snapshot)

    @cached_property
    def kpis(self) -> KpisPage:
        """Figures and the cases behind them."""
        return self._taken_in(late_pages.kpis_page(self._whole))

    @cached_property
    def rules(self) -> RulesPage:
        """Policies and decision rights."""
        return self._taken_in(late_pages.rules_page(self._whole))

    @cached_property
    def sources(self) -> SourcesPage:
        """Health, schedule and quarantine."""
        return self._taken_in(late_pages.sources_page(self._whole))

    @cached_property
    def settings(self) -> SettingsPage:
        """Everything about the desk itself."""
        return self._taken_in(late_pages.settings_page(self._whole, self._intents, self._kept))

    @cached_property
    def file_sheet(self) -> FileSheet:
        """A table file before it is taken in."""
        return late_pages.file_sheet(self._whole, self._intents)

    @cached_property
    def settings_sheet(self) -> SettingsSheet:
        """A source's settings."""
        return late_pages.settings_sheet(self._whole)

    @cached_property
    def help(self) -> HelpPanel:
        """The help over the page."""
        return late_pages.help_panel(self._whole)

    @cached_property
    def key_sheet(self) -> KeySheet:
        """What the keys do."""
        return late_pages.key_sheet(self._whole)

    def event(self, event: QEvent) -> bool:
        """Let Space press the button that has the keyboard, whatever the key does on the page."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and isinstance(QApplication.focusWidget(), (QAbstractButton, QComboBox))
        ):
            event.accept()
            return True
        return super().event(event)

    def _taken_in(self, page: PageT) -> PageT:
        self.pages.addWidget(page)
        return page

    def is_made(self, name: str) -> bool:
        """Whether a page, sheet or panel was wanted already."""
        return name in self.__dict__
