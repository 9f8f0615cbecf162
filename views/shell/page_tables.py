"""Which table of the page shown leaves the window by export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views.approvals.export import proposals_export
from views.case_queue.export import queue_export
from views.kpis.export import cases_export
from views.sources.export import quarantine_export

if TYPE_CHECKING:
    from views.export import ExportTable
    from views.shell.window import TowerWindow


def table_shown(window: TowerWindow, currency: str) -> ExportTable | None:
    """The table of the page shown; ``None`` where it has none now."""
    match window.page:
        case "tower":
            return queue_export(window.tower_model.queue.store, currency)
        case "approvals":
            ledger = window.approvals.ledger
            return ledger.table() if ledger.isVisible() else proposals_export(window.approvals_model)
        case "what_if":
            return window.what_if.table()
        case "kpis":
            return cases_export(window.kpis_model)
        case "sources":
            return quarantine_export(window.sources_model)
        case _:
            return None
