"""The truth of a world by paired runs: what is not so in the world without a disruption was caused by it.

Randomness is keyed by entity, so a world without one disruption of its plan meets the same orders,
pickers and trucks with the same luck. Whatever differs is that disruption's doing. What two of them would
each have caused is so in the world without either; a last run, without any, tells it from everyday faults.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context

from connectors.world.disruptions.disruption import Disruption, Plan
from connectors.world.disruptions.plan import without
from connectors.world.history import HISTORY_BEGINS_AT, begin_history, collector_paused
from connectors.world.sizes import WorldSize
from connectors.world.state import WorldState
from connectors.world.truth.agreement import Agreement
from connectors.world.truth.money import Outcome
from connectors.world.truth.observer import NO_STAKE, Identity, Observer, Spell
from connectors.world.truth.values import TrueDisruption, TrueException, WorldTruth
from domain.ids import EntityKind, EntityRef

LOOK_EVERY = timedelta(hours=1)
#: For so long after its end the effects of a disruption are followed up.
AFTER_EFFECTS = timedelta(days=9)
#: Its effects are over when nothing has differed for so long since its end.
AGREED_FOR = timedelta(hours=48)
#: What is only so much earlier or later than in the world without it is the same.
TOLERANCE = timedelta(hours=4)
DELAYED_BY = timedelta(hours=4)
#: Quiet stretches shorter than this say nothing about false alarms.
LEAST_NULL = timedelta(hours=24)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen of one run: spells from ``since`` to ``until``, and how the lines ended.

    ``there_at`` and ``loss_cents`` are by line; ``orders`` when each order was entered.
    """

    since: datetime
    until: datetime
    spells: tuple[Spell, ...]
    there_at: Mapping[str, datetime]
    loss_cents: Mapping[str, int]


def truth_of(
    seed: int,
    size: WorldSize,
    plan: Plan,
    *,
    begins_at: datetime = HISTORY_BEGINS_AT,
    workers: int = 1,
    progress: Progress = lambda _words: None,
) -> WorldTruth:
    """The truth of the history of that seed, size and plan; ``workers`` processes share the paired runs."""
    ends_at = begins_at + timedelta(days=size.span_days)
    progress("the world as it was")
    with collector_paused():
        state = begin_history(seed, size, plan, begins_at).state
        observer = Observer(state, appraises=True)
        watch_until(state, observer, ends_at)
        outcome = Outcome(state, observer.first_pickup)
        spells = observer.spells()
    causes: dict[int, list[str]] = defaultdict(list)
    effects: list[TrueDisruption] = []
    jointly: frozenset[int] = frozenset()
    for disruption, other in _other_runs(seed, size, plan, begins_at, spells, workers, progress):
        found = caused_by(spells, other)
        if disruption is None:
            jointly = frozenset(found) - causes.keys()
            continue
        for number in found:
            causes[number].append(disruption.disruption_id)
        effects.append(_effect(disruption, outcome, other))
    return WorldTruth(
        seed=seed,
        size=size.name,
        starts_at=begins_at,
        ends_at=ends_at,
        orders=len({fate.order_id for fate in outcome.fates.values()}),
        disruptions=tuple(effects),
        exceptions=_exceptions(spells, causes, jointly, outcome),
        null_spells=_null_spells(state, effects, spells, causes, jointly, begins_at),
    )


def watch_until(state: WorldState, observer: Observer, until: datetime) -> None:
    """Let a world go on, and look at it at every full step."""
    observer.look()
    while state.now < until:
        state.run_until(min(until, state.now + LOOK_EVERY))
        observer.look()


def run_without(
    disruption: Disruption,
    *,
    seed: int,
    size: WorldSize,
    plan: Plan,
    begins_at: datetime,
    spells: Sequence[Spell],
) -> Run:
    """The same world without one disruption, watched from its beginning until its effects are over.

    They are over once it agrees for ``AGREED_FOR`` with the ``spells`` of the world as it was.
    """
    ends_at = begins_at + timedelta(days=size.span_days)
    until = min(ends_at, disruption.ends_at + AFTER_EFFECTS)
    with collector_paused():
        state = begin_history(seed, size, without(plan, disruption.disruption_id), begins_at).state
        state.run_until(disruption.starts_at)
        observer = Observer(state)
        watch_until(state, observer, min(until, disruption.ends_at))
        agreement = Agreement(spells)
        while state.now < until and agreement.lasted(observer.books.held, state.now) < AGREED_FOR:
            state.run_until(min(until, state.now + LOOK_EVERY))
            observer.look()
        until = state.now
        seen = tuple(observer.spells())
        state.run_until(ends_at)
        fates = Outcome(state, observer.first_pickup).fates
    return Run(
        since=disruption.starts_at,
        until=until,
        spells=seen,
        there_at={line_id: fate.there_at for line_id, fate in fates.items()},
        loss_cents={line_id: fate.loss_cents() for line_id, fate in fates.items()},
    )


def run_undisturbed(*, seed: int, size: WorldSize, plan: Plan, begins_at: datetime) -> Run:
    """The same world without any disruption, watched from where the first one would have begun."""
    since = min(disruption.starts_at for disruption in plan)
    until = begins_at + timedelta(days=size.span_days)
    with collector_paused():
        state = begin_history(seed, size, (), begins_at).state
        state.run_until(since)
        observer = Observer(state)
        watch_until(state, observer, until)
        return Run(since=since, until=until, spells=tuple(observer.spells()), there_at={}, loss_cents={})


def _other_runs(
    seed: int,
    size: WorldSize,
    plan: Plan,
    begins_at: datetime,
    spells: Sequence[Spell],
    workers: int,
    progress: Progress,
) -> Iterable[tuple[Disruption | None, Run]]:
    """Each disruption with the run without it, in the order of the plan; at last the run without any.

    One disruption has nothing to share, so its world needs no run without any.
    """
    known = [replace(spell, stake=NO_STAKE) for spell in spells]
    run = partial(run_without, seed=seed, size=size, plan=plan, begins_at=begins_at, spells=known)
    undisturbed = partial(run_undisturbed, seed=seed, size=size, plan=plan, begins_at=begins_at)
    if workers <= 1 or len(plan) <= 1:
        for disruption in plan:
            progress(f"without {disruption.disruption_id}")
            yield disruption, run(disruption)
        if len(plan) > 1:
            progress("without any disruption")
            yield None, undisturbed()
        return
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        last = pool.submit(undisturbed)
        for disruption, found in zip(plan, pool.map(run, plan), strict=True):
            progress(f"without {disruption.disruption_id}")
            yield disruption, found
        progress("without any disruption")
        yield None, last.result()


def caused_by(spells: Sequence[Spell], other: Run) -> list[int]:
    """Places of the spells that are not there, or are mostly not there, in the other run."""
    there: dict[Identity, list[Spell]] = defaultdict(list)
    for spell in other.spells:
        there[spell.identity].append(spell)
    found: list[int] = []
    for number, spell in enumerate(spells):
        start = max(spell.onset, other.since)
        end = min(spell.clear or other.until, other.until)
        if end <= start:
            continue
        alone = end - start
        near = False
        for twin in there.get(spell.identity, ()):
            twin_end = twin.clear or other.until
            overlap = min(end, twin_end) - max(start, twin.onset)
            near = near or overlap >= -TOLERANCE
            alone -= max(timedelta(), overlap)
        if not near or (alone > TOLERANCE and 2 * alone > end - spell.onset):
            found.append(number)
    return found


def _effect(disruption: Disruption, outcome: Outcome, other: Run) -> TrueDisruption:
    """The orders it delayed, and what all lines cost more than they would have without it."""
    delayed: set[str] = set()
    loss = 0
    for line_id, fate in outcome.fates.items():
        before = other.there_at.get(line_id)
        if before is not None and fate.is_wanted and fate.there_at - before > DELAYED_BY:
            delayed.add(fate.order_id)
        loss += fate.loss_cents() - other.loss_cents.get(line_id, 0)
    return TrueDisruption(
        disruption_id=disruption.disruption_id,
        kind=disruption.kind,
        starts_at=disruption.starts_at,
        ends_at=disruption.ends_at,
        delayed_orders=len(delayed),
        loss_cents=loss,
    )


def _exceptions(
    spells: Sequence[Spell], causes: Mapping[int, list[str]], jointly: frozenset[int], outcome: Outcome
) -> tuple[TrueException, ...]:
    found = []
    for number, spell in enumerate(spells):
        kind, _, entity_id = spell.entity.partition("/")
        stake = spell.stake
        worth = outcome.worth(spell.code, stake.line_ids, stake.cents, spell.onset, spell.clear)
        found.append(
            TrueException(
                code=spell.code,
                entity=EntityRef(kind=EntityKind(kind), entity_id=entity_id),
                onset=spell.onset,
                clear=spell.clear,
                causes=tuple(causes.get(number, ())),
                jointly=number in jointly,
                loss_cents=worth.loss_cents,
                avoidable_cents=worth.avoidable_cents,
                act_by=worth.act_by,
            )
        )
    return tuple(found)


def _null_spells(
    state: WorldState,
    disruptions: Sequence[TrueDisruption],
    spells: Sequence[Spell],
    causes: Mapping[int, list[str]],
    jointly: frozenset[int],
    begins_at: datetime,
) -> tuple[tuple[datetime, datetime, int], ...]:
    """Stretches without a disruption and without anything that one caused, with the orders they brought."""
    ends_at = state.now
    last_of: dict[str, datetime] = {each.disruption_id: each.ends_at for each in disruptions}
    begun = {
        number: [each.disruption_id for each in disruptions if each.starts_at <= spells[number].onset]
        for number in jointly
    }
    for number, found in (*causes.items(), *begun.items()):
        for disruption_id in found:
            cleared = spells[number].clear or ends_at
            last_of[disruption_id] = max(last_of[disruption_id], cleared)
    busy = sorted(
        (each.starts_at, min(last_of[each.disruption_id], each.ends_at + AFTER_EFFECTS))
        for each in disruptions
    )
    stretches: list[tuple[datetime, datetime]] = []
    since = begins_at
    for start, end in (*busy, (ends_at, ends_at)):
        if start - since >= LEAST_NULL:
            stretches.append((since, start))
        since = max(since, end)
    entered = [order.ordered_at for order in (*state.orders.values(), *state.archive.values())]
    return tuple((start, end, sum(start <= at < end for at in entered)) for start, end in stretches)
