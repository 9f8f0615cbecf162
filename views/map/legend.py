"""The legend at the map's foot: each severity's shape, word and count; a click shows or hides it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from views.language import tr
from views.map.state import ALL_SEVERITIES
from views.theme import MEDIUM_WEIGHT, RADIUS_CONTROL_PX, SEMI_BOLD, SEVERITY_WORDS, theme_of, ui_font
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.severity_mark import paint_severity_mark, severity_path

_HEIGHT_PX = 26
_MARK_SLOT_PX = 24
_GAP_PX = 6
_PAD_PX = 8


class LegendEntry(QAbstractButton):
    """One severity of the legend; checked while it is shown."""

    def __init__(self, level: int, parent: QWidget) -> None:
        """Show severity ``level`` with a count of nought."""
        super().__init__(parent)
        self._level = level
        self._count = 0
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._say)
        self._say()

    def set_count(self, count: int) -> None:
        """Show another count."""
        if count == self._count:
            return
        self._count = count
        self._say()
        self.updateGeometry()
        self.update()

    def _say(self) -> None:
        word = SEVERITY_WORDS[self._level]
        self.setAccessibleName(
            tr(
                "{word}: {value:,} {value2} on the map",
                word=word,
                value=self._count,
                value2="shown" if self.isChecked() else "hidden",
            )
        )
        self.setToolTip(f"{tr('Hide') if self.isChecked() else tr('Show')} {word.lower()}")

    def sizeHint(self) -> QSize:
        """Return the room of shape, word and count."""
        word = QFontMetricsF(ui_font(12, MEDIUM_WEIGHT)).horizontalAdvance(SEVERITY_WORDS[self._level])
        count = QFontMetricsF(ui_font(12, SEMI_BOLD)).horizontalAdvance(f"{self._count:,}")
        return QSize(round(_MARK_SLOT_PX + word + _GAP_PX + count + _PAD_PX), _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the entry; a hidden severity has a hollow shape and faint words."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(_MARK_SLOT_PX / 2, self.height() / 2)
        if self.isChecked():
            paint_severity_mark(painter, self._level, centre, 11, theme)
        else:
            painter.setPen(QPen(theme.faint, 1.2))
            painter.drawPath(severity_path(self._level, centre, 10))
        painter.setFont(ui_font(12, MEDIUM_WEIGHT))
        painter.setPen(theme.muted if self.isChecked() else theme.faint)
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        words = QRectF(_MARK_SLOT_PX, 0, self.width(), self.height())
        painter.drawText(words, align, SEVERITY_WORDS[self._level])
        shift = painter.fontMetrics().horizontalAdvance(SEVERITY_WORDS[self._level]) + _GAP_PX
        painter.setFont(ui_font(12, SEMI_BOLD))
        painter.setPen(theme.text if self.isChecked() else theme.faint)
        painter.drawText(words.adjusted(shift, 0, 0, 0), align, f"{self._count:,}")
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme, RADIUS_CONTROL_PX)


class MapLegend(QFrame):
    """Four entries, critical first. Hiding the last one shows all again: an empty map would only puzzle."""

    filterChanged = Signal(frozenset)  # noqa: N815 - a Qt signal

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show all severities."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(tr("Map legend and severity filter"))
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(0)
        self._entries = {level: LegendEntry(level, self) for level in sorted(ALL_SEVERITIES, reverse=True)}
        for entry in self._entries.values():
            row.addWidget(entry)
            entry.clicked.connect(self._changed)

    def entry(self, level: int) -> LegendEntry:
        """Return one severity's entry."""
        return self._entries[level]

    def shown(self) -> frozenset[int]:
        """Return the severities that are shown."""
        return frozenset(level for level, entry in self._entries.items() if entry.isChecked())

    def show_only(self, severities: frozenset[int]) -> None:
        """Show these severities, all if none is given, without emitting."""
        for level, entry in self._entries.items():
            entry.setChecked(level in (severities or ALL_SEVERITIES))

    def set_counts(self, counts: Mapping[int, int]) -> None:
        """Show how many open cases each severity has."""
        for level, entry in self._entries.items():
            entry.set_count(counts.get(level, 0))
        self.adjustSize()

    def _changed(self) -> None:
        if not self.shown():
            self.show_only(ALL_SEVERITIES)
        self.filterChanged.emit(self.shown())
