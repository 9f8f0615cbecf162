"""What a rule of a model is: a name, a level, why it is there, and the function that states it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

V = TypeVar("V")

CostLines: TypeAlias = "list[tuple[int, IntVar]]"
"""Cents times variables: what a soft rule adds to the objective. A hard rule returns none."""


class Level(StrEnum):
    """A hard rule holds in every plan; a soft one may be broken at its price."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[V]):
    """A rule over the variables ``V``; ``term`` names the cost term a soft rule pays into."""

    name: str
    level: Level
    justification: str
    state: Callable[[V], CostLines]
    term: str | None = None

    def __post_init__(self) -> None:
        """A soft rule has a price, a hard one has none."""
        if (self.level is Level.SOFT) != (self.term is not None):
            message = f"{self.name}: a soft rule names its cost term, a hard one has none"
            raise ValueError(message)
