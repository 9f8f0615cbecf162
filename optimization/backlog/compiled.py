"""The one door to numba: a typed decorator, so that the rest stays checked as plain Python."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])

NEEDLESS = ("scipy.linalg", "cffi")
"""What numba looks for in case a kernel does linear algebra or calls C; it takes a third of a start."""


@contextmanager
def without(names: tuple[str, ...]) -> Iterator[None]:
    """Let modules that nobody has loaded yet not be found for a while."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with without(NEEDLESS):
    numba = import_module("numba")
    import_module("numba.np.arraymath")
    import_module("numba.core.typing.cffi_utils")


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays; it runs without the interpreter's lock.

    Machine code is kept beside the source: ``python -m optimization.backlog.warm`` makes it once. Numba looks
    only at the file of the function itself, so that step also drops what was made from older sources.
    """
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
