"""A table on paper: painted page by page on any paged device, a PDF file or a printer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from views.export import Cell, ColumnKind, ExportTable
from views.formatting import full_moment, money_exact
from views.language import tr
from views.theme import SEMI_BOLD, ui_font

#: Nobody reads more on paper; the page says how many there are in all.
MOST_ROWS: Final = 5_000
_DPI: Final = 144
_MARGIN_MM: Final = 12.0
_TEXT_PX: Final = 15
_ROW_PX: Final = 26.0
_HEAD_PX: Final = 60.0
_FOOT_PX: Final = 30.0
_PAD_PX: Final = 6.0
_SAMPLE: Final = 200
_MOST_SHARE: Final = 0.4
_FIGURES: Final[frozenset[ColumnKind]] = frozenset({"cents", "count"})
_INK, _FAINT, _RULE = QColor("#18202c"), QColor("#566173"), QColor("#c3cdda")


def set_up_page(device: QPagedPaintDevice) -> None:
    """A4 on its side with even margins."""
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    device.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Landscape,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )


def write_pdf(file: Path, table: ExportTable) -> int:
    """Write a table as a PDF file; gives how many pages it has.

    Raises:
        OSError: the file cannot be written.
    """
    # QPdfWriter only warns where it cannot write, so the place is tried first.
    with file.open("wb"):
        pass
    writer = QPdfWriter(str(file))
    writer.setResolution(_DPI)
    writer.setTitle(table.title)
    set_up_page(writer)
    return paint_table(writer, table)


def paint_table(device: QPagedPaintDevice, table: ExportTable) -> int:
    """Paint a table page by page; gives how many pages it took."""
    rows = [[_text(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
            for row in islice(table.rows(), MOST_ROWS)]  # fmt: skip
    painter = QPainter(device)
    try:
        return _Pages(painter, device, table, rows).paint()
    finally:
        painter.end()


def _text(cell: Cell, kind: ColumnKind) -> str:
    if cell is None:
        return ""
    if kind == "cents" and isinstance(cell, int):
        return money_exact(cell, "").strip()
    if isinstance(cell, (str, int)):
        return str(cell)
    return full_moment(cell, cell.tzinfo) if cell.tzinfo is not None else str(cell)


class _Pages:
    """One table on its way through the pages of a device."""

    def __init__(
        self, painter: QPainter, device: QPagedPaintDevice, table: ExportTable, rows: Sequence[Sequence[str]]
    ) -> None:
        self._painter = painter
        self._device = device
        self._table = table
        self._rows = rows
        # A printer may be finer than the pixels the sizes are meant in.
        scale = device.logicalDpiX() / _DPI
        painter.scale(scale, scale)
        self._width, self._height = device.width() / scale, device.height() / scale
        self._widths = self._column_widths()
        self._per_page = max(int((self._height - _HEAD_PX - _FOOT_PX) / _ROW_PX) - 1, 1)

    def paint(self) -> int:
        """Paint all pages."""
        pages = max(-(-len(self._rows) // self._per_page), 1)
        for page in range(pages):
            if page:
                self._device.newPage()
            self._paint_head(page + 1, pages)
            for number, row in enumerate(self._rows[page * self._per_page : (page + 1) * self._per_page]):
                self._paint_row(row, _HEAD_PX + (number + 1) * _ROW_PX)
        return pages

    def _column_widths(self) -> list[float]:
        metrics = QFontMetricsF(ui_font(_TEXT_PX))
        wanted = []
        for place, column in enumerate(self._table.columns):
            texts = [row[place] for row in self._rows[:_SAMPLE]] + [column.title]
            widest = max(metrics.horizontalAdvance(text) for text in texts) + 2 * _PAD_PX
            wanted.append(min(widest, self._width * _MOST_SHARE))
        shrink = min(self._width / sum(wanted), 1.0) if wanted else 1.0
        return [width * shrink for width in wanted]

    def _paint_head(self, page: int, pages: int) -> None:
        painter = self._painter
        painter.setFont(ui_font(22, SEMI_BOLD))
        painter.setPen(_INK)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        painter.drawText(QRectF(0, 0, self._width, _HEAD_PX), left, self._table.title)
        painter.setFont(ui_font(_TEXT_PX))
        painter.setPen(_FAINT)
        words = tr("{shown} of {total} rows  ·  page {page} of {pages}",
                   shown=len(self._rows), total=self._table.count, page=page, pages=pages)  # fmt: skip
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        painter.drawText(QRectF(0, 0, self._width, _HEAD_PX), right, words)
        painter.setFont(ui_font(_TEXT_PX, SEMI_BOLD))
        self._paint_cells([column.title for column in self._table.columns], _HEAD_PX)
        painter.setFont(ui_font(_TEXT_PX))

    def _paint_row(self, row: Sequence[str], top: float) -> None:
        self._painter.setPen(_INK)
        self._paint_cells(row, top)

    def _paint_cells(self, texts: Sequence[str], top: float) -> None:
        painter, left = self._painter, 0.0
        metrics = QFontMetricsF(painter.font())
        for text, width, column in zip(texts, self._widths, self._table.columns, strict=True):
            area = QRectF(left + _PAD_PX, top, width - 2 * _PAD_PX, _ROW_PX)
            side = Qt.AlignmentFlag.AlignRight if column.kind in _FIGURES else Qt.AlignmentFlag.AlignLeft
            shown = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
            left += width
        painter.fillRect(QRectF(0, top + _ROW_PX - 1, self._width, 1), _RULE)
