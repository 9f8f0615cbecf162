"""A CP-SAT model seen by the engine: what may be minimised, and how plans go in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from optimization.constraints.rule import CostLines

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

P = TypeVar("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanModel(Generic[P]):
    """A model with its objectives; every objective is a list of integers times variables.

    ``cost`` is in cents; ``service`` the part of it that customers feel; ``lateness`` counts late
    unit-days, a unit that never comes as later than any that does; ``disturbance`` counts moved
    units. ``hint`` gives a full assignment for a plan, ``read`` makes a plan from values.
    """

    model: CpModel
    cost: CostLines
    service: CostLines
    lateness: CostLines
    disturbance: CostLines
    hint: Callable[[P], list[tuple[IntVar, int]]]
    read: Callable[[Callable[[IntVar], int]], P]
