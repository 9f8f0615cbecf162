"""What the What-if page asks the program for; answers come as ``WhatIfContent`` or a toast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.what_if import WhatIf
    from views.what_if.state import PlannedMove


class WhatIfIntents(Protocol):
    """The What-if part of ``TowerIntents``."""

    def solve_what_if(self, what_ifs: tuple[WhatIf, ...]) -> None:
        """Solve the backlog of now and these scenarios, in a process of its own."""
        ...

    def explain_what_if(self, world: int, line_id: str) -> None:
        """Find out why a solved world (0: the baseline) treats a line as it does."""
        ...

    def promote_what_if(self, name: str, moves: tuple[PlannedMove, ...], reason: str) -> None:
        """Sign a proposal for each of these lines, as the scenario of that name has them."""
        ...

    def share_what_if(self, world: int, path: str) -> None:
        """Write a solved world to a signed file, customers and prices masked."""
        ...

    def open_what_if(self, path: str) -> None:
        """Verify a signed file and take its scenario over."""
        ...
