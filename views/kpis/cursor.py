"""Where a key moves the cursor of a chart; free of widgets."""

from __future__ import annotations

from PySide6.QtCore import Qt


def moved(cursor: int, key: int, how_many: int, *, across: int = 1) -> int | None:
    """The bar that a key leads to, ``None`` for a key that leads nowhere.

    ``across`` is how many bars stand side by side in a grid; up and down go by it.
    """
    last = how_many - 1
    if last < 0:
        return None
    steps = {
        int(Qt.Key.Key_Left): -1,
        int(Qt.Key.Key_Right): 1,
        int(Qt.Key.Key_Up): -across,
        int(Qt.Key.Key_Down): across,
    }
    if key == Qt.Key.Key_Home:
        return 0
    if key == Qt.Key.Key_End:
        return last
    if key not in steps:
        return None
    if cursor < 0:
        return last if steps[key] < 0 else 0
    wanted = cursor + steps[key]
    if across > 1 and not 0 <= wanted <= last:
        return cursor
    return min(max(wanted, 0), last)
