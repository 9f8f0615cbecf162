"""The sources page: a card a source, and the records that could not be understood."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from views.formatting import count, moment
from views.language import tr
from views.shell.two_line_list import Line, TwoLineList
from views.sources.source_card import SourceCard
from views.sources.state import QuarantineRow
from views.sources.view_model import SourcesViewModel
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_RAW_PX: Final = 12
_CARD_GAP_PX: Final = 10
_NO_CARDS_PX: Final = 40


class SourcesPage(QWidget):
    """Health, schedule and quarantine."""

    #: A table file is to be chosen and looked at.
    file_wanted = Signal()
    #: The settings of a source are to be looked at.
    settings_wanted = Signal(str)

    def __init__(self, view_model: SourcesViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self._view_model = view_model
        self.cards: list[SourceCard] = []
        self.import_file = TowerButton(tr("Import a file …"), icon_name="file-check")
        self.import_file.clicked.connect(self.file_wanted)
        self.sync_all = TowerButton(tr("Sync all"), "primary", icon_name="refresh")
        self.quarantine = TwoLineList(tr("Quarantined records"), selectable=True, pad_px=15)
        self.quarantine_title = label(tr("Quarantine"), "section")
        self.retry = TowerButton(tr("Try the record again"), icon_name="arrow-back-up")
        self.no_sources = label("", "secondary")
        self.raw = QPlainTextEdit()
        self.secrets = label("", "secondary")
        self.none_quarantined = label("", "secondary")
        self._lay_out()
        self.sync_all.clicked.connect(lambda: view_model.sync_now(""))
        self.retry.clicked.connect(self._retry)
        self.quarantine.chosen.connect(lambda _key: self._show_raw())
        view_model.sources_changed.connect(self._show_sources)
        view_model.settings_changed.connect(self._show_settings)
        view_model.quarantine_changed.connect(self._show_quarantine)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(tr("Sources"), "heading"))
        head.addSpacing(12)
        head.addWidget(self.secrets)
        head.addStretch(1)
        head.addWidget(self.import_file)
        head.addWidget(self.sync_all)
        holder = QWidget()
        self._cards_column = QVBoxLayout(holder)
        self._cards_column.setContentsMargins(0, 0, 0, 0)
        self._cards_column.setSpacing(10)
        self._cards_column.addWidget(self.no_sources)
        self._cards_column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(holder)
        self._scroll = scroll
        scroll.setAccessibleName(tr("Sources"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(12)
        whole.addLayout(head)
        whole.addWidget(scroll)
        whole.addWidget(self._quarantine_panel(), 1)

    def _quarantine_panel(self) -> QFrame:
        panel = QFrame()
        panel.setProperty("role", "panel")
        self.retry.setEnabled(False)
        self.none_quarantined.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = QHBoxLayout()
        head.setContentsMargins(15, 0, 12, 0)
        head.setSpacing(12)
        head.addWidget(self.quarantine_title)
        head.addWidget(
            label(tr("Records that could not be understood; nothing of them is lost."), "secondary")
        )
        head.addStretch(1)
        head.addWidget(self.retry)
        column = QVBoxLayout(panel)
        column.setContentsMargins(1, 10, 1, 1)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self._records(), 1)
        column.addWidget(self.none_quarantined, 1)
        return panel

    def _records(self) -> QHBoxLayout:
        """The records at the left, the chosen one as it came at the right."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(_RAW_PX)
        self.raw.setFont(font)
        self.raw.setReadOnly(True)
        self.raw.setTabChangesFocus(True)
        self.raw.setAccessibleName(tr("The record as it came"))
        self.raw.setPlaceholderText(tr("Choose a record to see it as it came."))
        self.raw.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.quarantine, 3)
        row.addWidget(self.raw, 2)
        return row

    # ------------------------------------------------------------------ show
    def _show_sources(self) -> None:
        model = self._view_model
        while len(self.cards) < len(model.sources):
            card = SourceCard()
            card.sync_wanted.connect(model.sync_now)
            card.settings_wanted.connect(self.settings_wanted)
            self._cards_column.insertWidget(len(self.cards), card)
            self.cards.append(card)
        self.no_sources.setVisible(not model.sources)
        self.no_sources.setText(
            tr("Reading the sources …") if model.is_loading else tr("No sources are set up in this profile.")
        )
        self.sync_all.setEnabled(bool(model.sources))
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(model.sources))
            if number < len(model.sources):
                card.settings.setEnabled(model.settings_of(model.sources[number].source) is not None)
                card.show_source(model.sources[number], model.now, model.zone)
        self._fit_cards()

    def _show_settings(self) -> None:
        self.secrets.setText(tr("Credentials are kept in: {place}", place=self._view_model.secrets))
        self._show_sources()

    def _fit_cards(self) -> None:
        """Give the cards the room they take, at most a good half of the page."""
        shown = [card for card in self.cards if not card.isHidden()]
        wanted = sum(card.sizeHint().height() + _CARD_GAP_PX for card in shown) or _NO_CARDS_PX
        self._scroll.setFixedHeight(min(wanted, max(self.height() * 6 // 10, _NO_CARDS_PX)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the page anew."""
        super().resizeEvent(event)
        self._fit_cards()

    def _show_quarantine(self) -> None:
        rows = self._view_model.quarantine
        self.quarantine.setVisible(bool(rows))
        self.raw.setVisible(bool(rows))
        self.none_quarantined.setVisible(not rows)
        self.none_quarantined.setText(
            "" if self._view_model.is_loading else tr("Every record was understood.")
        )
        self.quarantine_title.setText(
            tr("Quarantine  {count}", count=count(len(rows))) if rows else tr("Quarantine")
        )
        self.quarantine.show_lines([self._line(row) for row in rows])
        self._show_raw()

    def _show_raw(self) -> None:
        key = self.quarantine.current_key()
        row = next((row for row in self._view_model.quarantine if row.quarantine_id == key), None)
        self.retry.setEnabled(row is not None)
        raw = "" if row is None else row.raw
        if self.raw.toPlainText() != raw:
            self.raw.setPlainText(raw)

    def _line(self, row: QuarantineRow) -> Line:
        return Line(
            key=row.quarantine_id,
            title=row.message,
            text=f"{row.source}  ·  {row.stream}  ·  {row.external_id}",
            right=row.code.replace("_", " "),
            right_text=moment(row.observed_at, self._view_model.now, self._view_model.zone),
        )

    def _retry(self) -> None:
        if self.quarantine.current_key():
            self._view_model.retry(self.quarantine.current_key())
