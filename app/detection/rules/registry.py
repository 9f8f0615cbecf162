"""All rules in running order: a rule that rests on cases of another type runs after that type's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.rules.allocation.registry import RULES as ALLOCATION
from app.detection.rules.data_quality.registry import RULES as DATA_QUALITY
from app.detection.rules.governance.registry import RULES as GOVERNANCE
from app.detection.rules.invoicing.registry import RULES as INVOICING
from app.detection.rules.order_entry.registry import RULES as ORDER_ENTRY
from app.detection.rules.returns.registry import RULES as RETURNS
from app.detection.rules.transport.registry import RULES as TRANSPORT
from app.detection.rules.warehouse.registry import RULES as WAREHOUSE
from domain.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.detection.rule import Rule

#: The path of a change of cases is ``case:CODE>scope``; ``*`` for the code means any.
CASE_PATH = "case:"
ANY_CODE = "*"


def in_running_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules such that each comes after those whose cases wake it; otherwise in the order given.

    Raises:
        BadInputError: two rules wait for each other's cases.
    """
    waiting = list(rules)
    known = {rule.case_type.code for rule in waiting}
    placed: list[Rule] = []
    done: set[str] = set()
    while waiting:
        ready = next((rule for rule in waiting if _awaited(rule, known) <= done), None)
        if ready is None:
            codes = ", ".join(rule.case_type.code for rule in waiting)
            raise BadInputError(
                what=f"The rules {codes} wait for each other's cases.",
                remedy="Take one of the case: paths out of their wakes.",
            )
        waiting.remove(ready)
        placed.append(ready)
        done.add(ready.case_type.code)
    return tuple(placed)


def awaited_codes(rule: Rule) -> frozenset[str]:
    """The codes whose cases wake ``rule``; ``*`` for any."""
    heads = (path.partition(">")[0] for path in rule.wakes)
    return frozenset(head.removeprefix(CASE_PATH) for head in heads if head.startswith(CASE_PATH))


def _awaited(rule: Rule, known: set[str]) -> set[str]:
    own = rule.case_type.code
    awaited = awaited_codes(rule)
    if ANY_CODE in awaited:
        return known - {own}
    return (set(awaited) & known) - {own}


def join(stages: Sequence[Sequence[Rule]]) -> tuple[Rule, ...]:
    """The rules of all stages in running order."""
    return in_running_order(rule for stage in stages for rule in stage)


RULES: tuple[Rule, ...] = join(
    (ORDER_ENTRY, ALLOCATION, WAREHOUSE, TRANSPORT, INVOICING, RETURNS, DATA_QUALITY, GOVERNANCE)
)
