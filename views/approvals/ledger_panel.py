"""The ledger: every signed entry with how far it is proved, and what waits for the hub."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from views.approvals.ledger_state import LedgerLine, LedgerShown, Proof
from views.approvals.view_model import ApprovalsViewModel
from views.export import ExportColumn, ExportTable
from views.formatting import count, moment
from views.language import noted, tr
from views.shell.segments import Segments
from views.shell.tone_label import ToneLabel
from views.shell.two_line_list import Line, TwoLineList
from views.theme import ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import label


class LedgerFilter(StrEnum):
    """Which entries are listed."""

    WAITS = "waits"
    TROUBLE = "trouble"
    ALL = "all"


PROOF_TONES: Final[dict[Proof, ToneName]] = {
    Proof.BROKEN: "critical",
    Proof.WAITS: "medium",
    Proof.SIGNED: "neutral",
    Proof.RECORDED: "accent",
    Proof.VERIFIED: "ok",
    Proof.WITNESSED: "ok",
    Proof.REFUSED: "high",
}
FILTERS: Final = (
    (LedgerFilter.WAITS, noted("Wait for the hub")),
    (LedgerFilter.TROUBLE, noted("Refused or broken")),
    (LedgerFilter.ALL, noted("All entries")),
)
_OF_FILTER: Final[dict[LedgerFilter, frozenset[Proof]]] = {
    LedgerFilter.WAITS: frozenset({Proof.WAITS}),
    LedgerFilter.TROUBLE: frozenset({Proof.BROKEN, Proof.REFUSED}),
    LedgerFilter.ALL: frozenset(Proof),
}


class LedgerPanel(QFrame):
    """The list, its filters and what is known of the hub's log."""

    #: The action id whose proposal is to be shown.
    approval_wanted = Signal(str)
    back_wanted = Signal()
    #: A table to be written to a file.
    export_wanted = Signal(object)

    def __init__(self, view_model: ApprovalsViewModel, parent: QWidget | None = None) -> None:
        """Show the view model's ledger."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._view_model = view_model
        self._wanted = LedgerFilter.ALL
        self.filters = Segments(FILTERS, tr("Which entries"))
        self.log = ToneLabel("", px=12)
        self.list = TwoLineList(tr("Entries of the ledger"), selectable=True, pad_px=16)
        self.empty = label(tr("Nothing is signed yet."), "secondary")
        self.back = TowerButton(tr("Proposals"), icon_name="chevron-left", name=tr("Back to the proposals"))
        self.export = TowerButton(tr("Export"), icon_name="download", name=tr("Export the ledger"))
        self.open = TowerButton(tr("Show the proposal"), "link")
        self._lay_out()
        self.filters.chosen.connect(self._choose)
        self.list.chosen.connect(lambda _key: self.open.setEnabled(True))
        self.back.clicked.connect(self.back_wanted)
        self.open.clicked.connect(self._open)
        self.export.clicked.connect(lambda: self.export_wanted.emit(self.table()))
        view_model.ledger_changed.connect(self.show_ledger)
        self.show_ledger()

    def _lay_out(self) -> None:
        self.log.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open.setEnabled(False)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.setSpacing(12)
        head.addWidget(self.back)
        head.addWidget(label(tr("Ledger"), "heading"))
        head.addWidget(self.filters)
        head.addStretch(1)
        head.addWidget(self.open)
        head.addWidget(self.export)
        words = QHBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.addWidget(self.log, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 12, 1, 1)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(words)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)

    # ------------------------------------------------------------------ show
    def lines(self) -> tuple[LedgerLine, ...]:
        """The entries listed now."""
        shown = self._view_model.ledger
        wanted = _OF_FILTER[self._wanted]
        return () if shown is None else tuple(line for line in shown.lines if line.proof in wanted)

    def show_ledger(self) -> None:
        """Show what the view model knows."""
        shown = self._view_model.ledger or LedgerShown(lines=(), total=0)
        lines = self.lines()
        self.log.setText(shown.log_words)
        self.log.setVisible(bool(shown.log_words))
        self.log.set_tone("critical" if shown.is_rewritten else "neutral")
        self.list.setVisible(bool(lines))
        self.empty.setVisible(not lines)
        self.empty.setText(tr("Reading the ledger …") if self._view_model.ledger is None else self._none())
        self.list.show_lines([self._line(line) for line in lines])
        self.export.setEnabled(bool(lines))
        for wanted, _ in FILTERS:
            number = sum(line.proof in _OF_FILTER[wanted] for line in shown.lines)
            if wanted is LedgerFilter.ALL:
                number = shown.total
            self.filters.set_count(wanted, count(number))
        self.open.setEnabled(bool(self._chosen()))

    def _none(self) -> str:
        if self._wanted is LedgerFilter.WAITS:
            return tr("Nothing waits: the hub has recorded all that was signed here.")
        if self._wanted is LedgerFilter.TROUBLE:
            return tr("No entry was refused, and every signature and proof verifies.")
        return tr("Nothing is signed yet.")

    def _line(self, line: LedgerLine) -> Line:
        at = moment(line.at, self._view_model.now, self._view_model.zone)
        who = tr("{who}, entry {number}", who=line.signed_by, number=line.seq)
        return Line(
            key=line.sha256,
            title=f"{tr(line.kind)}  ·  {line.title}",
            text="  ·  ".join(part for part in (at, who, line.sha256[:12], line.why) if part),
            right="" if line.hub_index is None else f"#{line.hub_index}",
            right_text=line.proof_words,
            tone=PROOF_TONES[line.proof],
        )

    def table(self) -> ExportTable:
        """The entries listed, as a table to write."""
        lines = self.lines()
        columns = (
            tr("Kind"),
            tr("What"),
            tr("Signed by"),
            tr("Entry of the key"),
            tr("Signed at"),
            tr("Proof"),
            tr("Record"),
            tr("Digest"),
        )
        return ExportTable(
            title=tr("Ledger"),
            columns=tuple(
                ExportColumn(title=tr(name), kind="time" if name == tr("Signed at") else "text")
                for name in columns
            ),
            count=len(lines),
            rows=lambda: (
                (
                    each.kind,
                    each.title,
                    each.signed_by,
                    str(each.seq),
                    each.at,
                    each.proof_words,
                    "" if each.hub_index is None else str(each.hub_index),
                    each.sha256,
                )
                for each in lines
            ),
        )

    # ------------------------------------------------------------------ acts
    def _choose(self, key: str) -> None:
        self._wanted = LedgerFilter(key)
        self.show_ledger()

    def _chosen(self) -> str:
        key = self.list.current_key()
        return next((line.action_id for line in self.lines() if line.sha256 == key), "")

    def _open(self) -> None:
        action_id = self._chosen()
        if action_id:
            self.approval_wanted.emit(action_id)
