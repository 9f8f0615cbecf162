"""The sheets over the approvals page: several approvals at once, and lending the right to decide."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from views.approvals.batch_sheet import BatchSheet
from views.approvals.delegate_sheet import DelegateSheet
from views.approvals.delegation import LentRight
from views.approvals.view_model import ApprovalsViewModel
from views.rules.view_model import RulesViewModel
from views.tower.state import TowerSnapshot


class ApprovalSheets:
    """Opens the sheets for the approvals page, and writes what they give into a draft of the rights."""

    def __init__(self, window: QWidget, model: ApprovalsViewModel, rules: RulesViewModel) -> None:
        """Lie over a window, hidden."""
        self.batch = BatchSheet(window, model)
        self.delegate = DelegateSheet(window)
        self._model = model
        self._rules = rules
        self._snapshot: TowerSnapshot | None = None
        self._show_rules: Callable[[], object] = lambda: None
        self.delegate.wanted.connect(self._draft)

    def when_drafted(self, show_rules: Callable[[], object]) -> None:
        """Show the rules page once a draft is written."""
        self._show_rules = show_rules

    def apply(self, snapshot: TowerSnapshot) -> None:
        """Know who sits here and who else there is."""
        self._snapshot = snapshot

    def open_batch(self) -> None:
        """Open the sheet of several approvals; nothing happens while there are fewer than two."""
        if len(self._model.approvable()) > 1:
            self.batch.open_overlay()

    def ask_delegate(self) -> None:
        """Ask to whom the right to decide on the selected proposal shall go."""
        row, snapshot = self._model.selected, self._snapshot
        if row is not None and snapshot is not None:
            self.delegate.ask(
                snapshot.who,
                snapshot.people,
                now=snapshot.now,
                amount_cents=row.amount_cents,
                currency=snapshot.currency,
            )

    def _draft(self, lent: LentRight) -> None:
        self._rules.add_to_rights(lent.to_toml())
        self._show_rules()
