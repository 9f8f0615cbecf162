"""A scenario moved to fresh data: what still fits is kept, what names something gone is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.errors import BadInputError
from optimization.rebooking.instance import RebookingInstance
from optimization.scenarios.on_backlog import apply_to_backlog
from optimization.scenarios.on_rebooking import apply_to_rebooking
from optimization.scenarios.overrides import Override, Scenario
from optimization.scenarios.tasks import Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebased:
    """A scenario as it applies to a fresh baseline, and why some overrides were left out."""

    scenario: Scenario
    dropped: tuple[tuple[Override, str], ...]


def rebase(scenario: Scenario, fresh: Baseline) -> Rebased:
    """Keep the overrides that apply to fresh data, in their order."""
    kept: list[Override] = []
    dropped: list[tuple[Override, str]] = []
    for override in scenario.overrides:
        tried = replace(scenario, overrides=(*kept, override))
        try:
            if isinstance(fresh, RebookingInstance):
                apply_to_rebooking(fresh, tried)
            else:
                apply_to_backlog(fresh, tried)
        except BadInputError as error:
            dropped.append((override, error.what))
        else:
            kept.append(override)
    return Rebased(scenario=replace(scenario, overrides=tuple(kept)), dropped=tuple(dropped))
