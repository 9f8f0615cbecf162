"""The quarantined records as a table that leaves the window, each as it came."""

from __future__ import annotations

from views.export import ExportColumn, ExportTable
from views.language import tr
from views.sources.view_model import SourcesViewModel


def quarantine_export(model: SourcesViewModel) -> ExportTable:
    """The records that could not be understood, for whoever has to mend their system."""
    rows = model.quarantine
    return ExportTable(
        title=tr("Quarantine"),
        columns=(
            ExportColumn(title=tr("Source")),
            ExportColumn(title=tr("Stream")),
            ExportColumn(title=tr("Record")),
            ExportColumn(title=tr("Code")),
            ExportColumn(title=tr("What is wrong")),
            ExportColumn(title=tr("{title} (UTC)", title=tr("Last seen")), kind="time"),
            ExportColumn(title=tr("As it came")),
        ),
        count=len(rows),
        rows=lambda: (
            (row.source, row.stream, row.external_id, row.code, row.message, row.observed_at, row.raw)
            for row in rows
        ),
    )
