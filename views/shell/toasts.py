"""Short messages in the lower right corner: at most three, gone after five seconds, kept in a history.

A message under the pointer stays; an error stays until it is dismissed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from views.icons import paint_icon
from views.language import tr
from views.shell.state import ToastKind
from views.theme import ToneName, theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

SHOWN_MS: Final = 5_000
MOST: Final = 3
KEPT: Final = 50
_WIDTH_PX: Final = 360
_GAP_PX: Final = 8
_EDGE_PX: Final = (24, 40)
_LOOKS: Final[dict[ToastKind, tuple[str, ToneName]]] = {
    "info": ("info-circle", "accent"),
    "ok": ("circle-check", "ok"),
    "warning": ("alert-triangle", "medium"),
    "error": ("alert-circle", "critical"),
}


class Toast(QFrame):
    """One message."""

    def __init__(
        self,
        text: str,
        kind: ToastKind,
        parent: QWidget,
        *,
        shown_ms: int = SHOWN_MS,
        undo: Callable[[], object] | None = None,
    ) -> None:
        """Show ``text`` for ``shown_ms`` milliseconds, an error until dismissed; ``undo`` takes it back."""
        super().__init__(parent)
        self.kind: ToastKind = kind
        self.text = text
        self.setFixedWidth(_WIDTH_PX)
        self.setAccessibleName(f"{kind}: {text}")
        words = label(text, "body")
        words.setWordWrap(True)
        self.dismiss = TowerButton(kind="icon", icon_name="x", name=tr("Dismiss"), icon_px=14)
        self.dismiss.clicked.connect(self.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(42, 8, 8, 8)
        row.addWidget(words, 1)
        self.undo = TowerButton(tr("Undo"), "link", name=tr("Undo: {text}", text=text))
        self.undo.clicked.connect(lambda: self._take_back(undo))
        row.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        # Only now that it has a parent: shown before, it would be a window of its own for a moment.
        self.undo.setVisible(undo is not None)
        row.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self.ensurePolished()
        self.setFixedHeight(max(row.totalHeightForWidth(_WIDTH_PX), row.totalSizeHint().height()))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(shown_ms)
        self._timer.timeout.connect(self.close)
        if kind != "error":
            self._timer.start()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _take_back(self, undo: Callable[[], object] | None) -> None:
        self.close()
        if undo is not None:
            undo()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while it is read."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Count down again."""
        super().leaveEvent(event)
        if self.kind != "error":
            self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw frame and sign."""
        theme = theme_of(self)
        icon_name, tone = _LOOKS[self.kind]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        paint_icon(painter, icon_name, QRectF(14, (self.height() - 18) / 2, 18, 18), theme.tone(tone).mark)


class ToastStack(QWidget):
    """The messages, newest at the bottom, over whatever page is shown."""

    def __init__(self, parent: QWidget, *, shown_ms: int = SHOWN_MS) -> None:
        """Lie in a window's lower right corner."""
        super().__init__(parent)
        self._shown_ms = shown_ms
        self.history: list[tuple[ToastKind, str]] = []
        self.toasts: list[Toast] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP_PX)
        self.hide()

    def show_toast(self, text: str, kind: ToastKind, undo: Callable[[], object] | None = None) -> None:
        """Say a sentence; the oldest makes room when there are too many."""
        self.history = [*self.history[-(KEPT - 1) :], (kind, text)]
        while len(self.toasts) >= MOST:
            self.toasts[0].close()
        toast = Toast(text, kind, self, shown_ms=self._shown_ms, undo=undo)
        toast.installEventFilter(self)
        self.toasts.append(toast)
        self._column.addWidget(toast)
        toast.show()
        self.show()
        self.place()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Forget a message that was closed."""
        if event.type() == QEvent.Type.Close and isinstance(watched, Toast) and watched in self.toasts:
            self.toasts.remove(watched)
            self._column.removeWidget(watched)
            self.setVisible(bool(self.toasts))
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Keep to the corner of the window."""
        window = self.parentWidget()
        if window is None:
            return
        height = sum(toast.height() for toast in self.toasts) + _GAP_PX * max(len(self.toasts) - 1, 0)
        self.setGeometry(
            window.width() - _WIDTH_PX - _EDGE_PX[0],
            window.height() - height - _EDGE_PX[1],
            _WIDTH_PX,
            height,
        )
        self.raise_()
