"""A history small enough for a test: three centres, a few customers, nothing going wrong by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from connectors.world.disruptions.disruption import Disruption, DisruptionKind, Plan
from connectors.world.disruptions.registry import KIND_OF
from connectors.world.history import HISTORY_BEGINS_AT
from connectors.world.master import build_master
from connectors.world.nature import QUIET, Nature
from connectors.world.sizes import SIZES, WorldSize

SEED = 3
NEVER = 1_000_000_000
STARTS_AT = HISTORY_BEGINS_AT + timedelta(days=2, hours=5)

SPECK: WorldSize = replace(
    SIZES["tiny"],
    name="speck",
    items=24,
    customers=12,
    nodes=3,
    nodes_per_item=2,
    orders_per_day=24,
    span_days=7,
    troubled_customer_every=NEVER,
    nature=QUIET,
)
#: The same, with ordinary faults.
LIVELY_SPECK: WorldSize = replace(SPECK, nature=Nature())


def one(
    kind: DisruptionKind,
    *,
    number: int = 1,
    starts_at: datetime = STARTS_AT,
    targets: tuple[str, ...] | None = None,
) -> Disruption:
    """One disruption of a kind, aimed by the seed unless ``targets`` are given."""
    recipe = KIND_OF[kind]
    blow = recipe.aim(Random(SEED), build_master(SEED, SPECK, HISTORY_BEGINS_AT))
    return Disruption(
        disruption_id=f"D{number:02d}-{kind}",
        number=number,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=recipe.hours[1]),
        targets=blow.targets if targets is None else targets,
        parameters=blow.parameters,
    )


def plan_of(*disruptions: Disruption) -> Plan:
    """A plan of these."""
    return disruptions
