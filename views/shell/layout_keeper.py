"""The window's layout between days: taken when it opens, kept a moment after it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt

from views.shell.layout import Layout

if TYPE_CHECKING:
    from views.shell.window import TowerWindow


def restore_layout(window: TowerWindow, layout: Layout) -> None:
    """Give a window the sizes of a layout, as far as the screen has room."""
    window.tower.keep_sizes(layout.rows_px, layout.columns_px)
    if layout.width_px and layout.height_px:
        room = window.screen().availableSize()
        wanted = QSize(layout.width_px, layout.height_px)
        window.resize(wanted.boundedTo(room).expandedTo(window.minimumSize()))
    if layout.maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def layout_of(window: TowerWindow) -> Layout:
    """The layout of a window as it is."""
    rows_px, columns_px = window.tower.sizes()
    size = window.normalGeometry().size() if window.isMaximized() else window.size()
    return Layout(
        width_px=size.width(),
        height_px=size.height(),
        maximised=window.isMaximized(),
        rows_px=rows_px,
        columns_px=columns_px,
        density=window.tower.queue.table.density,
    )
