"""Memory of the window's process: what stays is not walked through, and what was freed is given back."""

from __future__ import annotations

import ctypes
import gc
import sys

GIVE_BACK_SECONDS = 60.0


def pause() -> None:
    """Collect nothing while the program is read: that makes very many objects, and no garbage."""
    gc.disable()


def keep_what_is_there() -> None:
    """Leave what is there now out of every later collection: each would hold the window up for it."""
    gc.freeze()
    gc.enable()


def give_back() -> None:
    """Return freed memory to the system where its C library would keep it: a day leaves many gaps."""
    # Only glibc has such a call; elsewhere the library gives back by itself.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
