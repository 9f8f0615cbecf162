"""The garbage collector of the window's process: it does not walk through what stays until the end."""

from __future__ import annotations

import gc


def pause() -> None:
    """Collect nothing while the program is read: that makes very many objects, and no garbage."""
    gc.disable()


def keep_what_is_there() -> None:
    """Leave what is there now out of every later collection: each would hold the window up for it."""
    gc.freeze()
    gc.enable()
