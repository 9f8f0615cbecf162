"""The icons of the window: SVG outlines drawn in any colour, sharp on every screen density."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources.loader import read_bytes
from views.theme import Theme

DEFAULT_PX = 18
_STROKE = b'stroke-width="2"'
_STROKE_WIDTH = "1.75"


@lru_cache(maxsize=256)
def _renderer(name: str, rgb: str, stroke: str) -> QSvgRenderer:
    source = read_bytes("icons", f"{name}.svg")
    coloured = source.replace(b"currentColor", rgb.encode()).replace(
        _STROKE, f'stroke-width="{stroke}"'.encode()
    )
    return QSvgRenderer(QByteArray(coloured))


def paint_icon(painter: QPainter, name: str, where: QRectF, colour: QColor) -> None:
    """Draw one icon into a rectangle; FileNotFoundError if no such icon ships."""
    _renderer(name, colour.name(), _STROKE_WIDTH).render(painter, where)


@lru_cache(maxsize=256)
def _drawn(name: str, rgb: str, px: int, ratio: float) -> QPixmap:
    # Read the icon first: an error with a painter at work on a pixmap would take the process down.
    renderer = _renderer(name, rgb, _STROKE_WIDTH)
    pixmap = QPixmap(round(px * ratio), round(px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, px, px))
    painter.end()
    return pixmap


def pixmap(name: str, colour: QColor, px: int = DEFAULT_PX, ratio: float = 1.0) -> QPixmap:
    """Return an icon drawn in one colour at a size in logical pixels and a device pixel ratio."""
    return _drawn(name, colour.name(), px, ratio)


def icon(name: str, theme: Theme, px: int = DEFAULT_PX, colour: QColor | None = None) -> QIcon:
    """Return a QIcon in ``colour`` (else the text colour), faint when disabled, for every screen there is."""
    densest = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return _icon(name, (colour or theme.text).name(), theme.faint.name(), px, math.ceil(densest))


@lru_cache(maxsize=512)
def _icon(name: str, rgb: str, faint: str, px: int, densest: int) -> QIcon:
    made = QIcon()
    for ratio in range(1, densest + 1):
        made.addPixmap(_drawn(name, rgb, px, ratio))
        made.addPixmap(_drawn(name, faint, px, ratio), QIcon.Mode.Disabled)
    return made
