"""The door to numba for small functions inside hot loops: their body is copied to where they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def inlined(function: F) -> F:
    """Compile a small function into its callers.

    A call that hands over a dozen arrays costs more than the few steps of such a function.
    """
    return cast("F", numba.njit(inline="always", nogil=True, error_model="numpy")(function))
