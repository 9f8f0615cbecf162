"""Solving a backlog: prices, a first plan, search, for small ones a mixed-integer solver; always audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimization.audit import AuditRefusedError
from optimization.backlog.audit import audit_plan
from optimization.backlog.bound_model import spread_of
from optimization.backlog.candidates import choose_entries
from optimization.backlog.certificate import Certificate
from optimization.backlog.construct import construct
from optimization.backlog.dual import Pricer, Prices, Stage, improve_prices
from optimization.backlog.erp_rule import erp_plan
from optimization.backlog.holdings import empty_holdings
from optimization.backlog.instance import Instance
from optimization.backlog.limits import BacklogLimits
from optimization.backlog.mip_model import Columns, plan_of_columns
from optimization.backlog.mip_process import MipProcess
from optimization.backlog.outcome import BacklogOutcome
from optimization.backlog.patterns import new_scratch
from optimization.backlog.plan import BacklogPlan, PairPlan, pairs_of_plan, plan_of_pairs
from optimization.backlog.polish import Polisher, can_polish
from optimization.backlog.pricing import room_for_ideal
from optimization.backlog.relaxation import Written, ask_relaxation, written
from optimization.backlog.run import Clock, Listener, Run
from optimization.backlog.scarcity import scarcity_prices
from optimization.backlog.search import Led, Searcher, cooling, hottest
from optimization.backlog.standing import Standing
from optimization.backlog.tables import Integers
from optimization.backlog.warm_state import Warm
from optimization.limits import StopFlag
from optimization.outcome import Ending, Status

LARGE_LINES = 40_000
STAGES_SMALL = (Stage(steps=70, size=0.06), Stage(steps=40, size=0.03))
STAGES_EARLY = (Stage(steps=12, size=0.06),)
STAGES_LARGE = (Stage(steps=50, size=0.06), Stage(steps=30, size=0.03))
REFINING = (Stage(steps=50, size=0.012), Stage(steps=50, size=0.006))
FIRST_SHARE, REFINING_SHARE = 0.4, 0.15
TRIAL_STEPS = (2, 4)
FEWEST_STEPS = 4
ORDERS_A_MOVE = 8
FEWEST_MOVES, MOST_MOVES = 250, 20_000
TOLD_EVERY_SECONDS = 0.5
SEARCH_SHARE, UNLED_SEARCH_SHARE = 0.15, 0.4
"""What part of the time the search has where exact plans come after it: led by the relaxation, or not."""
RELAXING_SHARE, CORE_SHARE = 0.3, 0.4
LEAST_POLISH_SECONDS = 0.3
TINY_LINES = 60
MIP_FROM_SECONDS = 5.0
MIP_NEWS_SECONDS = 0.2
MIP_PLAN_LINES = 300
"""Up to so many lines the mixed-integer solver looks for plans too; with more, the search finds better."""


def solve_backlog(
    instance: Instance,
    limits: BacklogLimits,
    seed: int,
    *,
    monotonic: Clock,
    stop: StopFlag | None = None,
    listener: Listener | None = None,
) -> BacklogOutcome:
    """Plan a backlog; the outcome is audited and its bound is valid however early it was stopped.

    Raises:
        AuditRefusedError: a bug: the plan found breaks a law.
    """
    instance = instance.with_own_rewards()
    run = Run(limits, instance.n_lines, monotonic, stop, listener)
    asked, polished = wants_mip(instance, run), wants_polish(instance, run)
    small = written(instance) if asked or polished else None
    mip = start_mip(instance, run, small) if asked and small is not None else None
    proven = False
    try:
        plan, warm, moves = plan_by_prices(instance, run, seed, mip, small if polished else None)
        if mip is not None:
            plan, proven = take_answer(instance, run, plan, mip)
    finally:
        if mip is not None:
            mip.process.close()
    return close(instance, run, seed, plan, warm, moves, proven)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mip:
    """A mixed-integer solver at work beside the search, and what its columns stand for."""

    process: MipProcess
    columns: Columns


def start_mip(instance: Instance, run: Run, small: Written) -> Mip:
    """Let a mixed-integer solver begin: on the small for a plan and its proof, else for the bound alone."""
    spread = spread_of(instance, small.columns) if instance.n_lines > MIP_PLAN_LINES else None
    return Mip(process=MipProcess(small.model, max(0.5, run.left()), spread), columns=small.columns)


def wants_mip(instance: Instance, run: Run) -> bool:
    """Whether there is use and time for a mixed-integer solver."""
    lines = instance.n_lines
    if run.limits.moves or not 0 < lines <= run.limits.mip_lines:
        return False
    return lines <= TINY_LINES or run.limits.seconds >= MIP_FROM_SECONDS


def plan_by_prices(
    instance: Instance, run: Run, seed: int, mip: Mip | None, small: Written | None
) -> tuple[BacklogPlan, Warm, int]:
    """Prices, the first plan and the search; gives the plan, what to go on from, and the moves.

    What is ``small`` is planned exactly in the end.
    """
    rule = erp_plan(instance)
    rule_cents = audit_plan(instance.tables, plan_of_pairs(instance, rule)).terms.total_cents
    run.tell("rule", rule_cents)
    pricer = Pricer(instance, run.limits.threads)
    try:
        prices = first_prices(instance)
        large = instance.n_lines > LARGE_LINES
        if large:
            # A large backlog shows a plan early, at prices that are only roughly right.
            prices = improve_prices(pricer, prices, STAGES_EARLY, run.until(FIRST_SHARE))
            tell_first_plan(instance, run, lead(pricer, run, prices), seed)
        stages: tuple[Stage, ...] = STAGES_LARGE if large else STAGES_SMALL
        prices, a_step = timed(pricer, prices, run, stages[0].size)
        stages = fitted(stages, run, FIRST_SHARE, a_step)
        prices = improve_prices(pricer, prices, stages, run.until(FIRST_SHARE))
        led = lead(pricer, run, prices)
        if not large:
            tell_first_plan(instance, run, led, seed)
        prices, led = refine(pricer, run, prices, led, fitted(REFINING, run, REFINING_SHARE, a_step))
        led, worth_having = relax(pricer, run, prices, led, small)
    finally:
        pricer.close()
    again = first_plan(instance, led)
    searcher = Searcher(instance, led, again, seed, run.limits.threads)
    try:
        share = UNLED_SEARCH_SHARE if worth_having is None else SEARCH_SHARE
        search_on(instance, run, searcher, mip, 1.0 if small is None else share)
        found = searcher.pairs()
        if small is not None:
            found = polish(run, searcher, found, mip, (instance, small, worth_having))
    finally:
        searcher.close()
    best = found if min(searcher.best_cents, run.milestones[-1].objective_cents) <= rule_cents else rule
    return plan_of_pairs(instance, best), Warm(led=led, pairs=best), searcher.moves


def timed(pricer: Pricer, prices: Prices, run: Run, size: float) -> tuple[Prices, float]:
    """A few steps, and how many seconds one takes; a budget of moves knows no time and takes none."""
    if run.limits.moves:
        return prices, 0.0
    begun = run.elapsed()
    for steps in TRIAL_STEPS:
        # The first trial loads the machine code; the second tells how long a step takes.
        begun = run.elapsed()
        prices = improve_prices(pricer, prices, (Stage(steps=steps, size=size),), run.until(FIRST_SHARE))
    return prices, max(1e-6, run.elapsed() - begun) / TRIAL_STEPS[-1]


def fitted(stages: Sequence[Stage], run: Run, share: float, a_step: float) -> tuple[Stage, ...]:
    """Stages that are done in a share of the time left: a short one that cools proves more than a cut one."""
    if run.limits.moves:
        return tuple(stages)
    fits = share * max(0.0, run.left()) / (a_step * sum(stage.steps for stage in stages))
    steps = [max(FEWEST_STEPS, int(min(1.0, fits) * stage.steps)) for stage in stages]
    return tuple(Stage(steps=count, size=stage.size) for count, stage in zip(steps, stages, strict=True))


def tell_first_plan(instance: Instance, run: Run, led: Led, seed: int) -> None:
    """Say what the plan made at these prices costs."""
    searcher = Searcher(instance, led, first_plan(instance, led), seed, run.limits.threads)
    run.tell("first plan", searcher.best_cents)
    searcher.close()


def first_prices(instance: Instance) -> Prices:
    """Scarcity prices on the last day, so that they hold for all; hands cost nothing yet."""
    arrays = instance.arrays
    stock = np.zeros((arrays.row_sku.size, arrays.n_days))
    stock[:, -1] = scarcity_prices(instance)
    reward = np.zeros(instance.floors.units.size)
    return Prices(stock=stock.reshape(-1), pick=np.zeros(arrays.pick.size), reward=reward)


def lead(pricer: Pricer, run: Run, prices: Prices) -> Led:
    """Price every order over all its nodes: a bound, and what leads the search."""
    led = led_by(pricer, *prices.whole(pricer.instance.arrays.n_days), prices.whole_reward())
    run.bound_thousandths = max(run.bound_thousandths, led.bound_thousandths)
    return led


def led_by(pricer: Pricer, stock: Integers, pick: Integers, reward: Integers) -> Led:
    """The same for whole prices, whoever found them."""
    ideal = room_for_ideal(pricer.instance.arrays)
    priced = pricer.price(stock, pick, pricer.every, ideal, reward)
    return Led(
        stock=stock,
        pick=pick,
        reward=reward,
        values=priced.values,
        ideal=ideal,
        lists=choose_entries(pricer.instance, stock, pick),
        bound_thousandths=priced.bound_thousandths,
    )


def standing_at(instance: Instance, certificate: Certificate, plan: BacklogPlan) -> Standing:
    """A plan that was written, laid out for questions at the prices that were written with it.

    Raises:
        BadInputError: the plan is of another backlog.
    """
    pairs = pairs_of_plan(instance, plan)
    pricer = Pricer(instance)
    try:
        led = led_by(pricer, certificate.stock, certificate.pick, certificate.reward)
    finally:
        pricer.close()
    return Standing(instance, led, pairs)


def refine(pricer: Pricer, run: Run, prices: Prices, led: Led, stages: Sequence[Stage]) -> tuple[Prices, Led]:
    """Smaller steps while there is time; only what proves more is kept."""
    over = run.until(REFINING_SHARE)
    for stage in stages:
        if over():
            break
        tried = improve_prices(pricer, prices, (stage,), over)
        better = lead(pricer, run, tried)
        if better.bound_thousandths > led.bound_thousandths:
            prices, led = tried, better
    return prices, led


def relax(
    pricer: Pricer, run: Run, prices: Prices, led: Led, small: Written | None
) -> tuple[Led, NDArray[np.bool_] | None]:
    """Of what is small, the columns that its relaxation says are worth having; and better prices."""
    seconds = RELAXING_SHARE * run.left()
    # In a few seconds the relaxation would take the search's time, which does more with it.
    brief = run.limits.seconds < MIP_FROM_SECONDS
    if small is None or run.stopped() or brief or seconds < LEAST_POLISH_SECONDS:
        return led, None
    told = ask_relaxation(pricer, small, (prices, led.bound_thousandths), seconds)
    if told is None:
        return led, None
    better = lead(pricer, run, told.prices)
    return (better if better.bound_thousandths > led.bound_thousandths else led), told.worth_having


def first_plan(instance: Instance, led: Led) -> PairPlan:
    """The plan made order by order at the prices."""
    instance.reward(led.reward)
    holdings = empty_holdings(instance.arrays)
    construct(instance, holdings, (led.stock, led.pick), led.values, led.lists, new_scratch(instance.arrays))
    return PairPlan(qty=holdings.qty.astype(np.int64), day=holdings.day.astype(np.int64))


def wants_polish(instance: Instance, run: Run) -> bool:
    """Whether the end of the search is left to exact plans of a few orders: on the small, with time."""
    small = TINY_LINES < instance.n_lines <= run.limits.mip_lines
    return small and not run.limits.moves and can_polish(instance)


def polish(
    run: Run,
    searcher: Searcher,
    found: PairPlan,
    mip: Mip | None,
    what: tuple[Instance, Written, NDArray[np.bool_] | None],
) -> PairPlan:
    """Plan a few orders at a time exactly until the time is over; kept if its audit finds nothing.

    Before that all orders are planned with the columns worth having, where these are known.
    """
    if run.left() < LEAST_POLISH_SECONDS:
        return found
    instance, small, worth_having = what
    led = searcher.led
    polisher = Polisher(instance, small, found, (led.stock, led.pick), searcher.regrets(), searcher.seed)

    def left() -> float:
        """No time is left once it is over, either way."""
        return 0.0 if run.stopped() or (mip is not None and mip.process.proven()) else run.left()

    if worth_having is not None:
        polisher.plan_among(worth_having, CORE_SHARE * left())
    polisher.run(left)
    better = polisher.pairs()
    audit = audit_plan(instance.tables, plan_of_pairs(instance, better))
    if audit.errors or audit.terms.total_cents >= searcher.best_cents:
        return found
    run.tell("polish", audit.terms.total_cents)
    return better


def search_on(instance: Instance, run: Run, searcher: Searcher, mip: Mip | None, share: float = 1.0) -> None:
    """Rounds of search until a share of the time or the moves are over, or nothing can be better."""
    per_round = min(MOST_MOVES, max(FEWEST_MOVES, instance.n_orders // ORDERS_A_MOVE))
    hot = hottest(instance.n_orders, share * run.left(), run.limits.moves)
    begun, told, spent = run.elapsed(), run.elapsed(), 0.0
    whole = max(1e-3, share * run.left())
    while not run.stopped():
        now = run.elapsed()
        progress = searcher.moves / run.limits.moves if run.limits.moves else (now - begun + spent) / whole
        if progress >= 1.0 or (mip is not None and mip.process.proven()):
            break
        heat = cooling(hot, progress)
        searcher.run_round(per_round, heat, heat)
        spent = run.elapsed() - now
        if run.elapsed() - told >= TOLD_EVERY_SECONDS:
            told = run.elapsed()
            run.tell("search", searcher.best_cents)
    run.tell("search", searcher.best_cents)


def take_answer(instance: Instance, run: Run, plan: BacklogPlan, mip: Mip) -> tuple[BacklogPlan, bool]:
    """Take the better plan and bound of the mixed-integer solver; gives the plan, and if nothing beats it."""
    cents = audit_plan(instance.tables, plan).terms.total_cents
    answer = mip.process.answer()
    while mip.process.working() and run.left() > 0 and not run.stopped():
        answer = mip.process.answer(min(MIP_NEWS_SECONDS, max(0.0, run.left())))
    if answer.found is not None:
        other = plan_of_columns(instance, mip.columns, answer.found)
        audit = audit_plan(instance.tables, other)
        if not audit.errors and audit.terms.total_cents < cents:
            plan, cents = other, audit.terms.total_cents
    run.mip_bound_cents = min(cents, answer.bound_cents)
    run.tell("mip", cents)
    return plan, run.bound_cents >= cents


def close(
    instance: Instance, run: Run, seed: int, plan: BacklogPlan, warm: Warm, moves: int, proven: bool
) -> BacklogOutcome:
    """Audit the plan and put the answer together.

    Raises:
        AuditRefusedError: a bug: the plan breaks a law.
    """
    audit = audit_plan(instance.tables, plan)
    if audit.errors:
        raise AuditRefusedError(audit.errors[0])
    rule_cents = run.milestones[0].objective_cents
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    if moves == 0 and not proven and audit.terms.total_cents == rule_cents:
        status = Status.FALLBACK
    elif run.stopped() and not proven:
        status = Status.CANCELLED
    certificate = Certificate(
        stock=warm.led.stock,
        pick=warm.led.pick,
        reward=warm.led.reward,
        bound_thousandths=warm.led.bound_thousandths,
    )
    return BacklogOutcome(
        instance_digest=instance.digest,
        status=status,
        ending=Ending.PROVEN if proven else run.ending,
        plan=plan,
        audit=audit,
        bound_cents=run.bound_cents,
        price_bound_cents=certificate.bound_cents,
        certificate=certificate,
        warm=warm,
        erp_rule_cents=rule_cents,
        milestones=tuple(run.milestones),
        moves=moves,
        seed=seed,
        solve_ms=round(1000 * run.elapsed()),
    )
