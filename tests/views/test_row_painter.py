"""The queue's rows are drawn cell by cell from kept pictures: at every scale they look drawn in one piece."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from views.case_queue.row_painter import RowLook, RowPainter
from views.case_queue.row_texts import RowTexts
from views.case_queue.table import column_widths
from views.theme import dark

WIDTH_PX, ROWS = 1_001, 3
WORDS = RowTexts(
    case_id="EX-1",
    severity=3,
    type_title="Stock short",
    subject="SO-1 · MEM→DFW",
    status="New",
    status_tone="neutral",
    loss="$1,200",
    breach="2 h",
    breach_share=0.5,
    breach_tone="medium",
    owner="—",
    best_option="Reallocate to DFW",
    best_delta="-$300",
    saves=True,
    spoken="High, EX-1",
    fold="",
)
PLAIN = RowLook(selected=False, hovered=False, marked=False, height=26)


def columns() -> tuple[tuple[int, int, int], ...]:
    widths = sorted(column_widths(WIDTH_PX).items())
    return tuple((column, sum(w for c, w in widths if c < column), width) for column, width in widths)


def drawn(rows: RowPainter, words: RowTexts, ratio: float = 1.0, look: RowLook = PLAIN) -> QImage:
    """Some rows, one below the other."""
    size = round(WIDTH_PX * ratio), round(ROWS * look.height * ratio)
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("magenta"))
    painter = QPainter(image)
    for row in range(ROWS):
        rows.paint(painter, row * look.height, columns(), words, look, dark())
    painter.end()
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_cells_meet_without_a_seam_at_every_scale(qapp: QApplication, ratio: float) -> None:
    assert qapp is not None
    image = drawn(RowPainter(), WORDS, ratio)
    magenta = QColor("magenta").rgb()
    seams = [
        (x, y) for y in range(image.height()) for x in range(image.width()) if image.pixel(x, y) == magenta
    ]
    assert not seams


def test_a_kept_cell_is_not_shown_for_other_words_or_another_ground(qapp: QApplication) -> None:
    assert qapp is not None
    kept = RowPainter()
    before = drawn(kept, WORDS)
    others: dict[str, Any] = {
        "severity": 4,
        "case_id": "EX-2",
        "type_title": "Short pick",
        "subject": "SO-2",
        "status": "Seen",
        "loss": "$1,300",
        "breach": "3 h",
        "breach_share": 0.9,
        "owner": "A. Moreno",
        "best_option": "Wait",
        "best_delta": "-$400",
        "saves": False,
        "fold": "folded",
    }
    for name, value in others.items():
        words = replace(WORDS, **{name: value})
        assert drawn(kept, words) == drawn(RowPainter(), words), name
        assert drawn(kept, words) != before, name
    for name in ("selected", "hovered", "marked"):
        look = replace(PLAIN, **{name: True})
        assert drawn(kept, WORDS, look=look) == drawn(RowPainter(), WORDS, look=look), name
        assert drawn(kept, WORDS, look=look) != before, name
    assert drawn(kept, WORDS) == before
