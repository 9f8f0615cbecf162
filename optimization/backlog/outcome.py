"""What the solving of a backlog answers, and its JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version

from optimization.backlog.audit import BacklogAudit, BacklogTerms
from optimization.backlog.certificate import Certificate
from optimization.backlog.plan import BacklogPlan
from optimization.backlog.warm_state import Warm
from optimization.outcome import Ending, Status

FORMAT = "backlog/1"
MODEL_VERSION = "1"
PARTS_PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """When a plan of a certain cost was there, and what was proven by then."""

    stage: str
    elapsed_ms: int
    objective_cents: int
    bound_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogOutcome:
    """The audited answer: plan, cost, a proven bound with its certificate, and how it came about.

    ``certificate`` holds the prices that prove ``price_bound_cents``; ``bound_cents`` is the better of it and
    of what a mixed-integer solver proved.
    """

    instance_digest: str
    status: Status
    ending: Ending
    plan: BacklogPlan
    audit: BacklogAudit
    bound_cents: int
    price_bound_cents: int
    certificate: Certificate
    warm: Warm
    erp_rule_cents: int
    milestones: tuple[Milestone, ...]
    moves: int
    seed: int
    solve_ms: int

    @property
    def terms(self) -> BacklogTerms:
        """The plan's cost, term by term."""
        return self.audit.terms

    @property
    def objective_cents(self) -> int:
        """What the plan costs."""
        return self.audit.terms.total_cents

    @property
    def gap_parts_per_million(self) -> int:
        """(objective - bound) / objective in millionths, rounded up: the optimum is no further below."""
        missing = self.objective_cents - self.bound_cents
        return -(-missing * PARTS_PER_MILLION // self.objective_cents) if missing > 0 else 0

    def as_json(self, seconds: float) -> dict[str, object]:
        """What the outcome file says; ``seconds`` is how long the whole command took."""
        return {
            "format": FORMAT,
            "digest": self.instance_digest,
            "plan_digest": self.plan.digest,
            "status": self.status.value,
            "ending": self.ending.value,
            "objective_cents": self.objective_cents,
            "bound_cents": self.bound_cents,
            "gap": self.gap_parts_per_million / PARTS_PER_MILLION,
            "gap_is": "(objective_cents - bound_cents) / objective_cents, rounded up to a millionth",
            "seconds": round(seconds, 3),
            "solve_seconds": self.solve_ms / 1000,
            "seed": self.seed,
            "terms": asdict(self.terms),
            "shipments": self.audit.shipments,
            "units_shipped": self.audit.units_shipped,
            "units_unfilled": self.audit.units_unfilled,
            "erp_rule_cents": self.erp_rule_cents,
            "moves": self.moves,
            "milestones": [asdict(each) for each in self.milestones],
            "certificate": self.certificate.as_json() | {"bound_cents": self.price_bound_cents},
            "versions": versions(),
        }


def versions() -> dict[str, str]:
    """Name and version of the model and of what it runs on."""
    return {"format": FORMAT, "model": MODEL_VERSION} | {
        name: version(name) for name in ("numba", "numpy", "scipy", "pyarrow")
    }
