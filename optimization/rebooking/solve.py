"""From an instance to a checked plan with its prices, its bound and its gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from domain.errors import TowerError
from optimization.bounds import require_range
from optimization.limits import StopFlag
from optimization.outcome import CostTerms, Status
from optimization.rebooking.bookings import (
    ROW,
    UNBOOKED,
    Bookings,
    booked_options,
    total_cents,
)
from optimization.rebooking.bound import bound_cents
from optimization.rebooking.candidates import Candidates, best_options
from optimization.rebooking.chains import chain_sweep, no_labels
from optimization.rebooking.checker import check_plan
from optimization.rebooking.columns import IntColumn
from optimization.rebooking.construct import construct, regret_units, typical_weight
from optimization.rebooking.exact import Finish, finish
from optimization.rebooking.exits import find_exits, no_exits
from optimization.rebooking.instance import Model, RebookingInstance
from optimization.rebooking.nodes import PRICE_UNITS_PER_CENT, UnitPrices, assign_nodes, index_nodes
from optimization.rebooking.prices import FIRST_STEP, PriceSearch

FEWEST_AT_ONCE = 100
SHARE_AT_ONCE = 400
"""Chains are tried for so small a part of the shipments before exits are looked for again."""
FADED = 20
"""A sweep ends when a part of it gains less than this share of what its first part gained."""
WEIGHTS_NEAR_FULL = 4
LEAST_GAIN = 50_000
SMALL_REGRET = PRICE_UNITS_PER_CENT
GREAT_REGRET = 50 * PRICE_UNITS_PER_CENT
EXACT_SHIPMENTS = 1_000
LARGE_SHIPMENTS = 30_000
Report = Callable[[str, int, int], None]


class CheckRefusedError(TowerError):
    """A bug: a plan fails the independent check; it is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work a solve may do; there is no clock, so a seed and an effort give one answer.

    ``passes`` assigns every node so often while prices settle; ``sweeps`` tries chains for every
    shipment with regret so often; ``keep`` options a shipment are looked at; instances of at most
    ``EXACT_SHIPMENTS`` are finished exactly within ``exact_time`` of the solver's work units.
    """

    passes: int = 14
    sweeps: int = 12
    keep: int = 10
    exact_time: float = 1.0
    threads: int = 2

    def __post_init__(self) -> None:
        """Refuse an effort of nothing."""
        require_range(self.passes, 1, 10_000, "passes")
        require_range(self.sweeps, 0, 10_000, "sweeps")
        require_range(self.keep, 1, 1_000, "keep")
        require_range(self.threads, 1, 64, "threads")


def effort_for(shipments: int) -> Effort:
    """The effort that keeps 10,000 shipments near a second and 100,000 near eight on two cores."""
    if shipments > LARGE_SHIPMENTS:
        return Effort(passes=4, sweeps=8, keep=8)
    return Effort()


class Answer(NamedTuple):
    """A checked plan: the option of each shipment (-1: next wave), its cost and proof, its prices."""

    chosen: IntColumn
    terms: CostTerms
    objective_cents: int
    bound_cents: int
    status: Status
    prices: UnitPrices

    @property
    def gap(self) -> float:
        """The distance from cost to bound as a share of the bound."""
        return (self.objective_cents - self.bound_cents) / max(1, abs(self.bound_cents))


def solve_instance(
    instance: RebookingInstance,
    effort: Effort,
    seed: int,
    *,
    stop: StopFlag | None = None,
    start: UnitPrices | None = None,
    report: Report | None = None,
) -> Answer:
    """The cheapest plan found and its bound; ``start`` are the prices of a similar instance.

    ``report`` is told the stage, the best cost and the bound; after ``stop`` is set the best plan
    so far is checked and given.

    Raises:
        CheckRefusedError: a bug: the plan fails the independent check.
    """
    model = instance.model
    prices, chosen = find_prices(instance, effort, stop=stop, start=start)
    bound = bound_cents(instance, prices)
    listed = best_options(model, prices, chosen, effort.keep)
    exits = no_exits(len(model.limit))
    bookings = construct(model, listed, chosen, exits)
    _tell(report, "constructed", total_cents(bookings), bound)
    improve(model, listed, bookings, effort.sweeps, stop=stop)
    left = left_behind(chosen, bookings)
    if left.size and not _stopped(stop):
        booked = booked_options(bookings)
        listed = best_options(model, prices, booked, effort.keep, wide=left)
        bookings = construct(model, listed, booked, exits)
        improve(model, listed, bookings, (effort.sweeps + 3) // 4, stop=stop)
    best = Finish(
        chosen=booked_options(bookings),
        objective_cents=total_cents(bookings),
        bound_cents=min(bound, total_cents(bookings)),
    )
    _tell(report, "improved", best.objective_cents, best.bound_cents)
    small = instance.shipment_count <= EXACT_SHIPMENTS and effort.exact_time > 0
    if small and best.objective_cents > best.bound_cents and not _stopped(stop):
        best = finish(instance, prices, best, effort.exact_time, seed, stop)
        _tell(report, "finished", best.objective_cents, best.bound_cents)
    return _checked(instance, best, prices, stopped=_stopped(stop))


def left_behind(chosen: IntColumn, bookings: Bookings) -> IntColumn:
    """The shipments that wait although at prices they should go: none of their few options has room."""
    found: IntColumn = np.flatnonzero((chosen != UNBOOKED) & (bookings.seat[:, ROW] == UNBOOKED))
    return found


def find_prices(
    instance: RebookingInstance,
    effort: Effort,
    *,
    stop: StopFlag | None = None,
    start: UnitPrices | None = None,
) -> tuple[UnitPrices, IntColumn]:
    """Prices of all scarce room, and every shipment's option at them (weight may be overdrawn)."""
    index = index_nodes(instance)
    search = PriceSearch(instance.model, index, effort.threads)
    if start is not None:
        search.start_from(start)
    search.run(effort.passes, FIRST_STEP if start is None else FIRST_STEP / 20, stop)
    prices = search.prices()
    return prices, assign_nodes(instance.model, index, prices, effort.threads)


def improve(
    model: Model, listed: Candidates, bookings: Bookings, sweeps: int, *, stop: StopFlag | None = None
) -> None:
    """Try chains for shipments with great regret, then for all, until a sweep gains next to nothing."""
    labels = no_labels(len(model.pickups), len(model.limit))
    typical = typical_weight(model)
    least = max(0, total_cents(bookings) // LEAST_GAIN)
    worth = GREAT_REGRET
    for _ in range(sweeps):
        regret = regret_units(model.unbooked, listed, bookings.seat[:, ROW])
        order = np.argsort(-regret, kind="stable")
        order = order[regret[order] >= worth]
        size = max(FEWEST_AT_ONCE, len(regret) // SHARE_AT_ONCE)
        gained = foremost = 0
        for at in range(0, len(order), size):
            if _stopped(stop):
                return
            find_exits(bookings, typical, WEIGHTS_NEAR_FULL * typical, labels.exits)
            part = -chain_sweep(bookings, labels, order[at : at + size])
            gained += part
            foremost = max(foremost, part)
            if part * FADED < foremost:
                break
        if gained > least:
            continue
        if worth == SMALL_REGRET:
            return
        worth = SMALL_REGRET


def _checked(instance: RebookingInstance, best: Finish, prices: UnitPrices, *, stopped: bool) -> Answer:
    """The answer, once the independent check has passed the plan and its cost."""
    check = check_plan(instance, best.chosen)
    if not check.passed or check.terms is None or check.terms.total_cents != best.objective_cents:
        what = f"A booking plan was refused by its check: {'; '.join(check.violations[:3]) or 'its cost'}."
        raise CheckRefusedError(what=what, remedy="Nothing was changed. Report it with the diagnostics.")
    proven = best.objective_cents <= best.bound_cents
    status = Status.CANCELLED if stopped else Status.FEASIBLE
    return Answer(
        chosen=best.chosen,
        terms=check.terms,
        objective_cents=best.objective_cents,
        bound_cents=best.bound_cents,
        status=Status.OPTIMAL if proven else status,
        prices=prices,
    )


def waiting(answer: Answer) -> IntColumn:
    """The shipments left for the next wave."""
    found: IntColumn = np.flatnonzero(answer.chosen == UNBOOKED)
    return found


def _stopped(stop: StopFlag | None) -> bool:
    return stop is not None and stop.is_set()


def _tell(report: Report | None, stage: str, objective_cents: int, bound: int) -> None:
    if report is not None:
        report(stage, objective_cents, bound)
