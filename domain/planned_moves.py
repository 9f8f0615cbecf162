"""A move that a scenario plans, on its way to becoming a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvidence:
    """The scenario that a move comes from: its name, what it changes, and how it was solved."""

    scenario: str
    changes: str
    status: str
    objective_cents: int
    bound_cents: int
    gap_bp: int
    seed: int
    solve_ms: int
    problem_sha256: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMove:
    """Units of a line by node as a scenario has them; the rest of it stays where it is.

    ``order_delta_cents`` is what its order costs more in the scenario than in the baseline.
    """

    line_id: str
    from_node: str
    parts: tuple[tuple[str, int], ...]
    case_id: str = ""
    order_delta_cents: int = 0
