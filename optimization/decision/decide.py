"""The options of one decision: the front of cost against lateness, and the least disturbing way out.

The front is walked from the cheapest option to the fastest: each step asks for the cheapest moves that are
less late than the option before, then for the least late among those of that cost, so that no option on it
is beaten in both (the epsilon-constraint method of Haimes, Lasdon and Wismer, 1971).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimization.audit import AuditRefusedError
from optimization.decision.measure import Effect, Move, measure
from optimization.decision.model import COST, DISTURBANCE, LATENESS, UNFILLED, DecisionModel
from optimization.decision.problem import PLANNED, DecisionProblem, WayKind
from optimization.outcome import OptionLabel

if TYPE_CHECKING:
    from optimization.limits import StopFlag

MOST_OPTIONS = 12
EFFORT_EACH = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOption:
    """A way out: its moves, what they come to, and what it is best at.

    ``kinds`` are the remedies it is made of; ``regret_cents`` is what it costs above the cheapest.
    """

    moves: tuple[Move, ...]
    effect: Effect
    labels: tuple[OptionLabel, ...]
    kinds: tuple[WayKind, ...]
    changes_carrier: bool
    on_front: bool
    regret_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOutcome:
    """The options in the order in which they should be read: recommended first.

    ``complete`` says that the whole front was walked; else it was cut off after so many options.
    """

    problem_digest: str
    options: tuple[DecisionOption, ...]
    complete: bool
    seed: int

    @property
    def recommended(self) -> DecisionOption:
        """The cheapest option, penalties counted."""
        return self.options[0]

    @property
    def front(self) -> tuple[DecisionOption, ...]:
        """The options that no other beats in both cost and lateness, the cheapest first."""
        return tuple(option for option in self.options if option.on_front)


def decide(problem: DecisionProblem, seed: int, stop: StopFlag | None = None) -> DecisionOutcome:
    """Every option worth showing, audited; the same seed gives the same options.

    Raises:
        AuditRefusedError: a bug: moves of the model break a rule or cost something else than it says.
    """
    model = DecisionModel(problem)
    front, complete = _front(problem, model, seed, stop)
    todays = _with_planned_only(problem)
    nothing = _walk_one(todays, DecisionModel(todays), COST, {}, seed) or ()
    calm = _least_disturbance(problem, model, front, seed)
    return DecisionOutcome(
        problem_digest=problem.digest,
        options=_ranked(problem, front, nothing, calm),
        complete=complete,
        seed=seed,
    )


def _front(
    problem: DecisionProblem, model: DecisionModel, seed: int, stop: StopFlag | None
) -> tuple[list[tuple[Move, ...]], bool]:
    """The front from the cheapest on; units that are not shipped are not late, so no more may stay behind."""
    found: list[tuple[Move, ...]] = []
    ceilings: dict[str, int] = {}
    while len(found) < MOST_OPTIONS:
        moves = _walk_one(problem, model, COST, ceilings, seed)
        if moves is None:
            return found, True
        effect = measure(problem, moves)
        sooner = _walk_one(problem, model, LATENESS, ceilings | {COST: effect.total_cents}, seed)
        moves = sooner if sooner is not None else moves
        effect = measure(problem, moves)
        found.append(moves)
        if effect.lateness_unit_days == 0 or (stop is not None and stop.is_set()):
            return found, effect.lateness_unit_days == 0
        left = measure(problem, found[0]).unfilled_units
        ceilings = {LATENESS: effect.lateness_unit_days - 1, UNFILLED: left}
    return found, False


def _walk_one(
    problem: DecisionProblem, model: DecisionModel, aim: str, ceilings: dict[str, int], seed: int
) -> tuple[Move, ...] | None:
    moves = model.minimise(aim, ceilings, seed, EFFORT_EACH)
    if moves is None:
        return None
    effect = measure(problem, moves)
    if effect.broken:
        raise AuditRefusedError(f"plan for {problem.order_id}: {effect.broken[0]}")
    return moves


def _least_disturbance(
    problem: DecisionProblem, model: DecisionModel, front: list[tuple[Move, ...]], seed: int
) -> tuple[Move, ...] | None:
    """The calmest moves that leave no more units behind than the cheapest option does."""
    if not front:
        return None
    held = {UNFILLED: measure(problem, front[0]).unfilled_units}
    calmest = _walk_one(problem, model, DISTURBANCE, held, seed)
    if calmest is None:
        return None
    ceiling = measure(problem, calmest).disturbance
    return _walk_one(problem, model, COST, held | {DISTURBANCE: ceiling}, seed)


def _with_planned_only(problem: DecisionProblem) -> DecisionProblem:
    """The same order if nothing is done: planned ways by the services that are booked."""
    booked = tuple(service for service in problem.services if service.current) or problem.services
    return replace(problem, ways=tuple(way for way in problem.ways if way.kind in PLANNED), services=booked)


def _ranked(
    problem: DecisionProblem,
    front: list[tuple[Move, ...]],
    nothing: tuple[Move, ...],
    calm: tuple[Move, ...] | None,
) -> tuple[DecisionOption, ...]:
    labels: dict[tuple[Move, ...], list[OptionLabel]] = {moves: [] for moves in front}
    if front:
        labels[front[0]].append(OptionLabel.CHEAPEST)
        labels[front[-1]].append(OptionLabel.FASTEST)
    if calm is not None:
        labels.setdefault(calm, []).append(OptionLabel.LEAST_DISTURBANCE)
    labels.setdefault(nothing, []).append(OptionLabel.DO_NOTHING)
    least = min(measure(problem, moves).total_cents for moves in labels)
    options = [_option(problem, moves, tuple(said), moves in front, least) for moves, said in labels.items()]
    return tuple(sorted(options, key=lambda o: (o.effect.total_cents, o.effect.lateness_unit_days, o.moves)))


def _option(
    problem: DecisionProblem,
    moves: tuple[Move, ...],
    labels: tuple[OptionLabel, ...],
    on_front: bool,
    least: int,
) -> DecisionOption:
    ways = {way.way_id: way for way in problem.ways}
    current = {(s.node_id, s.service_id) for s in problem.services if s.current}
    effect = measure(problem, moves)
    kinds = sorted({ways[move.way_id].kind for move in moves}, key=list(WayKind).index)
    return DecisionOption(
        moves=moves,
        effect=effect,
        labels=labels,
        kinds=tuple(kinds),
        changes_carrier=bool(current)
        and any((ways[m.way_id].node_id, m.service_id) not in current for m in moves),
        on_front=on_front,
        regret_cents=effect.total_cents - least,
    )
