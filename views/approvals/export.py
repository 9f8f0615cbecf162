"""The proposals shown as a table that leaves the window."""

from __future__ import annotations

from views.approvals.state import stage_words
from views.approvals.view_model import ApprovalsViewModel
from views.export import ExportColumn, ExportTable
from views.language import tr


def proposals_export(model: ApprovalsViewModel) -> ExportTable:
    """The proposals of the filter in use, in the order of the list."""
    rows = tuple(model.rows())
    return ExportTable(
        title=tr("Proposals"),
        columns=(
            ExportColumn(title=tr("Action")),
            ExportColumn(title=tr("Proposal")),
            ExportColumn(title=tr("Case")),
            ExportColumn(title=tr("Exception")),
            ExportColumn(title=f"{tr('Amount of the proposal')} ({model.currency})", kind="cents"),
            ExportColumn(title=tr("Where it stands")),
            ExportColumn(title=tr("{title} (UTC)", title=tr("Proposed")), kind="time"),
            ExportColumn(title=tr("Decided by")),
            ExportColumn(title=tr("{title} (UTC)", title=tr("Decided")), kind="time"),
            ExportColumn(title=tr("Reason")),
        ),
        count=len(rows),
        rows=lambda: (
            (
                row.action_id,
                row.label,
                row.case_title,
                row.case_id,
                row.amount_cents,
                stage_words(row),
                row.proposed_at,
                row.decided_by,
                row.decided_at,
                row.decision_reason,
            )
            for row in rows
        ),
    )
