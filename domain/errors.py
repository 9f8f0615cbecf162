"""Known errors: each says what happened and what to do about it."""

from __future__ import annotations


class TowerError(Exception):
    """A known failure: ``what`` happened, and the ``remedy`` a person can apply."""

    def __init__(self, *, what: str, remedy: str) -> None:
        """Keep both sentences; the message shown is their concatenation."""
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the trip between processes, where exceptions are pickled by position."""
        return (_rebuild, (type(self), self.what, self.remedy))


def _rebuild(kind: type[TowerError], what: str, remedy: str) -> TowerError:
    return kind(what=what, remedy=remedy)


class BadInputError(TowerError):
    """Data or a file given by a person is wrong; nothing was changed."""


class BadValueError(BadInputError, ValueError):
    """A domain value was built from facts that cannot be true (negative quantity, naive time …)."""


class UnavailableError(TowerError):
    """A system, file or process cannot be reached now; trying later may work.

    ``retry_after_seconds`` is the pause that the other side asks for, if it does.
    """

    retry_after_seconds: float | None = None


class RefusedError(TowerError):
    """A system, policy or person said no; trying again unchanged will not help."""


class ConflictError(TowerError):
    """The facts changed since they were read; look again before deciding."""


class CorruptError(TowerError):
    """Stored data is damaged; it was left untouched."""
