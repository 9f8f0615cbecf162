"""Buttons by kind, with an icon that follows the theme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from views.icons import icon
from views.theme import theme_of

ButtonKind = Literal["primary", "normal", "danger", "link", "icon", "chip", "tool"]


class TowerButton(QPushButton):
    """A push button: ``primary`` for the one main act of a panel, ``chip`` a toggle, ``icon`` without words,
    ``tool`` an icon on a ground of its own, over a picture.

    It takes focus by Tab, not by a click: the focus ring is there for the keyboard and never in the way.
    """

    def __init__(
        self,
        text: str = "",
        kind: ButtonKind = "normal",
        *,
        icon_name: str = "",
        name: str = "",
        icon_px: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text``; ``name`` says it to a screen reader, and is needed when there is only an icon."""
        super().__init__(text, parent)
        self._kind: ButtonKind = kind
        self._icon_name = icon_name
        self._icon_px = icon_px
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(kind == "chip")
        self.setIconSize(QSize(icon_px, icon_px))
        if kind in {"icon", "tool"}:
            self.setToolTip(name)
        self.toggled.connect(self._recolour)
        self._recolour()

    def set_icon(self, icon_name: str) -> None:
        """Show another icon; an empty name shows none."""
        self._icon_name = icon_name
        self._recolour()

    def _recolour(self) -> None:
        if not self._icon_name:
            return
        theme = theme_of(self)
        colour = theme.text
        if self._kind == "primary":
            colour = theme.on_button
        elif self._kind == "link" or self.isChecked():
            colour = theme.accent
        self.setIcon(icon(self._icon_name, theme, self._icon_px, colour))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
