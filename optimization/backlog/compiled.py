"""The one door to numba: a typed decorator, so that the rest stays checked as plain Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays; it runs without the interpreter's lock.

    Machine code is kept beside the source: ``python -m optimization.backlog.warm`` makes it once. Numba looks
    only at the file of the function itself, so that step also drops what was made from older sources.
    """
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
