"""Remedies a solver or rule worked out for a case, ranked, with what each costs and saves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import BASIS_POINTS, require, require_text, require_utc
from domain.commands import Action
from domain.ids import CaseId


class Remedy(StrEnum):
    """The kinds of remedy decision rights speak of."""

    DO_NOTHING = "do_nothing"
    REALLOCATE = "reallocate"
    SPLIT = "split"
    SUBSTITUTE = "substitute"
    REBOOK_CARRIER = "rebook_carrier"
    RELEASE_CREDIT_HOLD = "release_credit_hold"
    CORRECT_PRICE = "correct_price"
    COMPLETE_ORDER = "complete_order"
    PROMISE_DATE = "promise_date"
    REPICK = "repick"
    CREDIT_INVOICE = "credit_invoice"
    EXPEDITE = "expedite"
    TRANSFER = "transfer"
    CHANGE_POLICY = "change_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to treat a case: what would be done, and its effect against doing nothing.

    Costs in cents over the plan's horizon; ``cost_delta_cents`` is total cost minus the total of
    doing nothing (negative saves money); ``otif_bp`` is the share of the lines looked at that are
    on time and in full, in basis points.
    """

    option_id: str
    remedy: Remedy
    label: str
    actions: tuple[Action, ...]
    cost_delta_cents: int
    freight_cents: int = 0
    penalty_cents: int = 0
    late_orders: int = 0
    otif_bp: int = BASIS_POINTS
    recommended: bool = False
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an option without identity, or doing nothing with actions."""
        require_text(self.option_id, "option_id")
        require(
            (self.remedy is Remedy.DO_NOTHING) == (not self.actions), "only doing nothing has no actions."
        )


def doing_nothing(
    label: str = "Do nothing",
    *,
    penalty_cents: int = 0,
    late_orders: int = 0,
    otif_bp: int = BASIS_POINTS,
    recommended: bool = False,
    reasons: tuple[str, ...] = (),
) -> Option:
    """The option every other is measured against."""
    return Option(
        option_id="do-nothing",
        remedy=Remedy.DO_NOTHING,
        label=label,
        actions=(),
        cost_delta_cents=0,
        penalty_cents=penalty_cents,
        late_orders=late_orders,
        otif_bp=otif_bp,
        recommended=recommended,
        reasons=reasons,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverTrail:
    """How the options were found, so that the run can be repeated and its proof shown.

    ``outcome_sha256`` digests the solver's whole answer; empty where there was no search.
    """

    model: str
    status: str
    objective_cents: int
    bound_cents: int
    gap_bp: int
    seed: int
    solve_ms: int
    problem_sha256: str
    versions: tuple[tuple[str, str], ...] = ()
    outcome_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The options for a case as computed at a time; never changed, only superseded."""

    recommendation_id: str
    case_id: CaseId
    computed_at: datetime
    options: tuple[Option, ...]
    trail: SolverTrail

    def __post_init__(self) -> None:
        """Refuse an empty recommendation or two recommended options."""
        require_utc(self.computed_at, "computed_at")
        require(bool(self.options), "a recommendation has no option.")
        require(sum(o.recommended for o in self.options) <= 1, "two options are recommended.")
        require(len({o.option_id for o in self.options}) == len(self.options), "two options share an id.")

    def option(self, option_id: str) -> Option | None:
        """The option of that id, if there is one."""
        return next((o for o in self.options if o.option_id == option_id), None)
