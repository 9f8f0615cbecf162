"""When firm commitments cannot hold together: a smallest set of them that already cannot."""

from __future__ import annotations

from dataclasses import replace

from optimization.lookup import ProblemLookup
from optimization.outcome import Conflict
from optimization.problem import ReallocationProblem
from optimization.reallocation_model import build_reallocation_model
from optimization.search import Search, Verdict
from optimization.sources import build_sources

SHARE_CHECK = 0.02
STAGE = "conflict"


def firm_conflict(problem: ReallocationProblem, search: Search) -> Conflict | None:
    """A set of firm lines of which each is needed for the contradiction; None if not found in time.

    Found by deletion: a line is dropped when the rest alone is still impossible. Every answer is
    confirmed by solving with only the remaining commitments.
    """
    kept = [line.line_id for line in problem.lines if line.firm_quantity]
    if not _impossible(problem, kept, search):
        return None
    chunk = max(1, len(kept) // 2)
    while True:
        position = 0
        while position < len(kept) and not search.stopped:
            rest = kept[:position] + kept[position + chunk :]
            if rest and _impossible(problem, rest, search):
                kept = rest
            else:
                position += chunk
        if chunk == 1 or search.stopped:
            break
        chunk = max(1, chunk // 2)
    lines = {line.line_id: line for line in problem.lines}
    firm = [lines[line_id] for line_id in kept]
    listed = ", ".join(f"{f.line_id} ({f.firm_quantity} of {f.sku_id} at {f.current_node_id})" for f in firm)
    return Conflict(subjects=tuple(kept), text=f"firm quantities cannot all leave as planned: {listed}")


def _impossible(problem: ReallocationProblem, firm: list[str], search: Search) -> bool:
    """Whether the problem has no plan at all when only the given lines are firm."""
    relaxed = replace(
        problem,
        lines=tuple(
            line if line.line_id in firm else replace(line, firm_quantity=0) for line in problem.lines
        ),
    )
    lookup = ProblemLookup(relaxed)
    model = build_reallocation_model(lookup, build_sources(lookup))
    found = search.minimise(model.model, [], stage=STAGE, share=SHARE_CHECK, listen=False)
    return found.verdict is Verdict.INFEASIBLE
