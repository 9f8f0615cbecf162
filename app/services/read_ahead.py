"""Taking values in a thread of its own, ahead of whoever uses them, and never too many at once."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


@contextmanager
def read_ahead(values: Iterable[T], *, weight: Callable[[T], int], most: int) -> Iterator[Iterator[list[T]]]:
    """Give all values, in batches of what is there by then; what taking one raises comes at its place.

    A value waits to be used only while all that wait weigh at most ``most`` together, or alone. When the
    block is left early, the value being taken is waited for and dropped, and no other is taken.
    """
    shelf: _Shelf[T] = _Shelf(weight, most)
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as thread:
        filled = thread.submit(shelf.fill, values)
        try:
            yield shelf.batches()
        finally:
            shelf.close()
        filled.result()


class _Shelf(Generic[T]):
    """Where values wait between the thread that takes them and the one that uses them."""

    def __init__(self, weight: Callable[[T], int], most: int) -> None:
        self._weight = weight
        self._most = most
        self._waiting: deque[T] = deque()
        self._heavy = 0
        self._ended = False
        self._turn = Condition()

    def fill(self, values: Iterable[T]) -> None:
        """Take values until they or the shelf end."""
        try:
            for value in values:
                if not self._put(value):
                    return
        finally:
            self.close()

    def _put(self, value: T) -> bool:
        weight = self._weight(value)
        with self._turn:
            self._turn.wait_for(
                lambda: self._ended or not self._waiting or self._heavy + weight <= self._most
            )
            if self._ended:
                return False
            self._waiting.append(value)
            self._heavy += weight
            self._turn.notify_all()
        return True

    def batches(self) -> Iterator[list[T]]:
        """All that waits, again and again, until the end."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._ended or self._waiting)
                batch = list(self._waiting)
                self._waiting.clear()
                self._heavy = 0
                self._turn.notify_all()
            if not batch:
                return
            yield batch

    def close(self) -> None:
        """Take and give nothing more but what waits."""
        with self._turn:
            self._ended = True
            self._turn.notify_all()
