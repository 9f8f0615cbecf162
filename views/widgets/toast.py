"""Short notices at the bottom right: at most three, gone after five seconds unless the mouse rests."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from views.theme import RADIUS_PANEL_PX, ToneName, theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

SHOW_MS = 5_000
MOST_TOASTS = 3
_WIDTH_PX = 340
_GAP_PX = 8
_MARGIN_PX = 16


class Toast(QWidget):
    """One notice; ``closed`` when its time is over, it was dismissed or its action was taken."""

    closed = Signal()

    def __init__(
        self,
        text: str,
        tone: ToneName,
        action: str,
        on_action: Callable[[], None] | None,
        parent: QWidget,
    ) -> None:
        """Show ``text`` with an edge in ``tone``; ``action`` is the word of its link."""
        super().__init__(parent)
        self._tone: ToneName = tone
        self._on_action = on_action
        self._words = label(text, "body", self)
        self._words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.addWidget(self._words, 1)
        if action:
            link = TowerButton(action, "link", parent=self)
            link.clicked.connect(self._act)
            row.addWidget(link)
        close = TowerButton("", "icon", icon_name="x", name="Dismiss", icon_px=14, parent=self)
        close.clicked.connect(self.closed)
        row.addWidget(close)
        self.setFixedWidth(_WIDTH_PX)
        self.setAccessibleName(text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOW_MS)
        self._timer.timeout.connect(self.closed)
        self._timer.start()

    def text(self) -> str:
        """Return the notice's words."""
        return self._words.text()

    def is_counting(self) -> bool:
        """Say whether the notice will close by itself (not while the mouse rests on it)."""
        return self._timer.isActive()

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()
        self.closed.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Wait while the mouse is here."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Count again from the start."""
        super().leaveEvent(event)
        self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw a raised box with the tone at its left edge."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, RADIUS_PANEL_PX, RADIUS_PANEL_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tone(self._tone).mark)
        painter.drawRoundedRect(QRectF(5, 9, 3, self.height() - 18), 1.5, 1.5)


class ToastStack(QObject):
    """Shows toasts over a host widget, newest at the bottom; a fourth pushes the oldest out."""

    def __init__(self, host: QWidget) -> None:
        """Keep to the bottom right corner of ``host``, also when it is resized."""
        super().__init__(host)
        self._host = host
        self._toasts: list[Toast] = []
        host.installEventFilter(self)

    def toasts(self) -> tuple[Toast, ...]:
        """Return the notices shown, oldest first."""
        return tuple(self._toasts)

    def notify(
        self,
        text: str,
        tone: ToneName = "accent",
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> Toast:
        """Show a notice and announce it to a screen reader."""
        toast = Toast(text, tone, action, on_action, self._host)
        toast.closed.connect(lambda: self._drop(toast))
        self._toasts.append(toast)
        while len(self._toasts) > MOST_TOASTS:
            self._drop(self._toasts[0])
        toast.show()
        self._place()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._host, text))
        return toast

    def _drop(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._host.height() - _MARGIN_PX
        for toast in reversed(self._toasts):
            height = max(toast.heightForWidth(_WIDTH_PX), toast.sizeHint().height())
            toast.resize(QSize(_WIDTH_PX, height))
            toast.move(self._host.width() - _WIDTH_PX - _MARGIN_PX, bottom - height)
            toast.raise_()
            bottom -= height + _GAP_PX

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False
