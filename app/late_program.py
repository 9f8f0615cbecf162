"""What the window asks before there is a program to ask: kept in order, and handed over once there is one.

The window is made and painted while the bridge and all it reads are not imported yet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from views.ports import TowerIntents


class LateProgram:
    """Stands for the program at the window; every intent goes to the program, be it later."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self._program: TowerIntents | None = None
        self._asked: list[Callable[[TowerIntents], object]] = []

    @property
    def intents(self) -> TowerIntents:
        """What the window speaks to."""
        return cast("TowerIntents", self)

    def __getattr__(self, intent: str) -> Callable[..., Any]:
        """Give a method that asks the program for this intent."""
        return partial(self._ask, intent)

    def begin(self, program: TowerIntents) -> None:
        """Hand everything asked so far to the program, and from now on everything at once."""
        self._program = program
        while self._asked:
            self._asked.pop(0)(program)

    def _ask(self, intent: str, *arguments: object, **named: object) -> Any:  # noqa: ANN401 - any intent's answer
        def ask(program: TowerIntents) -> object:
            return getattr(program, intent)(*arguments, **named)

        if self._program is not None:
            return ask(self._program)
        self._asked.append(ask)
        return None
