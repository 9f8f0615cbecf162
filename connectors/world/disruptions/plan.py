"""Draws a plan: busy spells in which disruptions overlap, and quiet weeks at the beginning and between."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connectors.world.disruptions.disruption import Disruption, Plan
from connectors.world.disruptions.kind import KindOfDisruption
from connectors.world.disruptions.registry import KINDS
from connectors.world.master import MasterData, build_master
from connectors.world.sizes import WorldSize

HOURS_PER_DAY = 24
#: Of every hundred hours of a world: quiet until, busy until, quiet until, busy until, quiet to the end.
SPELLS_PERCENT = ((18, 40), (54, 72))
PERCENT = 100
TRIES = 20
LARGE_PLAN = 10


def plan_for(seed: int, size: WorldSize, begins_at: datetime, *, master: MasterData | None = None) -> Plan:
    """A plan for a world of that seed and size that begins at ``begins_at`` and lasts its span.

    ``master`` is the world's master data, where it has been built already. Kinds come in an order drawn
    by the seed, none twice before each has come once; no target is hit by two disruptions of one kind at
    a time.
    """
    rng = Random(f"{seed}/plan")
    master = master or build_master(seed, size, begins_at)
    hours = HOURS_PER_DAY * size.span_days
    starts = sorted(_starts(rng, size.disruptions, hours))
    kinds = _kinds(rng, size.disruptions)
    plan: list[Disruption] = []
    for number, (start, kind) in enumerate(zip(starts, kinds, strict=True), start=1):
        plan.append(_drawn(rng, master, kind, number, begins_at + timedelta(hours=start), plan))
    return tuple(plan)


def without(plan: Plan, disruption_id: str) -> Plan:
    """The plan with one disruption taken away."""
    return tuple(disruption for disruption in plan if disruption.disruption_id != disruption_id)


def quiet_spells(plan: Plan, begins_at: datetime, ends_at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The times in which no disruption is on."""
    spells: list[tuple[datetime, datetime]] = []
    since = begins_at
    for disruption in sorted(plan, key=lambda kept: kept.starts_at):
        if disruption.starts_at > since:
            spells.append((since, min(disruption.starts_at, ends_at)))
        since = max(since, disruption.ends_at)
    if since < ends_at:
        spells.append((since, ends_at))
    return tuple(spells)


def _starts(rng: Random, count: int, hours: int) -> list[int]:
    """Hours at which disruptions begin, as many in each busy spell."""
    starts: list[int] = []
    for number in range(count):
        low, high = SPELLS_PERCENT[number % len(SPELLS_PERCENT)]
        starts.append(rng.randint(hours * low // PERCENT, hours * high // PERCENT))
    return starts


def _kinds(rng: Random, count: int) -> list[KindOfDisruption]:
    """Kinds in the order of their numbers; a large enough plan has every kind that is needed."""
    kinds = rng.sample(KINDS, len(KINDS))
    if count >= LARGE_PLAN:
        needed = [kind for kind in kinds if kind.is_needed]
        kinds = needed + [kind for kind in kinds if not kind.is_needed]
    while len(kinds) < count:
        kinds += rng.sample(KINDS, len(KINDS))
    chosen = kinds[:count]
    rng.shuffle(chosen)
    return chosen


def _drawn(
    rng: Random,
    master: MasterData,
    kind: KindOfDisruption,
    number: int,
    starts_at: datetime,
    before: list[Disruption],
) -> Disruption:
    ends_at = starts_at + timedelta(hours=rng.randint(*kind.hours))
    blow = kind.aim(rng, master)
    for _ in range(TRIES):
        taken = {t for d in before if d.kind is kind.kind and d.ends_at >= starts_at for t in d.targets}
        if not taken.intersection(blow.targets):
            break
        blow = kind.aim(rng, master)
    return Disruption(
        disruption_id=f"D{number:02d}-{kind.kind}",
        number=number,
        kind=kind.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        targets=blow.targets,
        parameters=blow.parameters,
    )
