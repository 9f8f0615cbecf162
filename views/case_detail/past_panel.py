"""Closed cases like the one shown: whether it happened before, how that ended, and what was done."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from views.case_detail.lines import past_lines
from views.case_detail.state import CaseDetail
from views.language import tr
from views.shell.two_line_list import TwoLineList
from views.widgets.labels import label


class PastPanel(QWidget):
    """A head and a row a case; hidden where nothing like it happened before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.list = TwoLineList(tr("Similar cases before"), pad_px=2)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(4)
        column.addWidget(label(tr("Similar cases before"), "strong"))
        column.addWidget(self.list)
        self.hide()

    def show_detail(self, detail: CaseDetail, now: datetime) -> None:
        """Show what was like a case."""
        lines = past_lines(detail, now)
        self.list.show_lines(lines)
        self.list.fit(fewest=len(lines), most=len(lines))
        self.setVisible(bool(lines))
