"""A past decision worked out again from its recorded inputs: the same plan to the last bit, or not.

What the solver was given, its seed and the digest of everything it answered are named by the signed terms.
The input is read from the ledger's evidence, so neither the mirror of today nor its clock plays a part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.services.recommend.question import Problem
from domain.errors import BadInputError
from optimization.carrier_problem import RebookingProblem
from optimization.split_problem import SplitProblem

if TYPE_CHECKING:
    from app.store.ledger_reads import LedgerReads
    from optimization.outcome import Outcome

_KINDS: dict[bytes, type[Problem]] = {
    b"SplitProblem/1": SplitProblem,
    b"RebookingProblem/1": RebookingProblem,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What was recorded and what comes out now: digests of the whole answer, and whether they agree.

    An answer by rule needed no search: its input is checked, and both digests are the input's.
    """

    action_id: str
    model: str
    problem_sha256: str
    recorded_sha256: str
    replayed_sha256: str
    searched: bool

    @property
    def same(self) -> bool:
        """Whether every bit agrees."""
        return self.recorded_sha256 == self.replayed_sha256


def replay(ledger: LedgerReads, action_id: str, solve: Callable[[Problem], Outcome]) -> Replay:
    """Work out the recommendation behind an action again; ``solve`` has the seed and limits of the program.

    Raises:
        BadInputError: there is no such action, its input was not kept, or its answer was not named.
        CorruptError: the kept input is damaged.
    """
    terms = ledger.approval(action_id).proposal.terms
    trail = terms.recommendation.trail
    data = ledger.blob(trail.problem_sha256)
    if data is None:
        raise BadInputError(
            what=f"What {action_id} was worked out from is not in this ledger.",
            remedy="Replay it at the desk that proposed it.",
        )
    head, _, body = data.partition(b"\n")
    kind = _KINDS.get(head)
    if kind is None:
        recorded = replayed = trail.problem_sha256
    else:
        if not trail.outcome_sha256:
            raise BadInputError(
                what=f"{action_id} does not name the digest of its answer.",
                remedy="It was proposed by an earlier program; compare its costs by hand.",
            )
        problem: Problem = msgspec.convert(msgspec.json.decode(body), kind)
        recorded, replayed = trail.outcome_sha256, solve(problem).digest
    return Replay(
        action_id=action_id,
        model=trail.model,
        problem_sha256=trail.problem_sha256,
        recorded_sha256=recorded,
        replayed_sha256=replayed,
        searched=kind is not None,
    )
