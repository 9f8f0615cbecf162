"""A one-line label in a meaning's colour, at a given size."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from views.theme import MEDIUM_WEIGHT, ToneName, numeric_font, theme_of, ui_font
from views.widgets.labels import ElidedLabel


class ToneLabel(ElidedLabel):
    """Text in the theme's text colour, or in the words' colour of a tone; shortened where room is short."""

    def __init__(
        self,
        text: str = "",
        tone: ToneName | None = None,
        *,
        px: int = 13,
        weight: QFont.Weight = MEDIUM_WEIGHT,
        digits: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text``; ``digits`` gives all digits one width."""
        super().__init__(text, "body", parent)
        self._tone: ToneName | None = tone
        self._face = numeric_font(px, weight) if digits else ui_font(px, weight)
        self.setFont(self._face)

    def set_tone(self, tone: ToneName | None) -> None:
        """Show the text in another tone; ``None`` is plain text."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw what fits."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setFont(self._face)
        painter.setPen(theme.text if self._tone is None else theme.tone(self._tone).text)
        fitted = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        painter.drawText(self.contentsRect(), int(self.alignment()), fitted)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the size through changes of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
