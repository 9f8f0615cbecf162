"""What a solved world comes to: cost, service, volume by node, and where every line goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.checks import BASIS_POINTS, require

if TYPE_CHECKING:
    # The window and the sync worker read answers; the solver behind them takes 80 MiB to load.
    from datetime import datetime

    from app.services.what_if.baseline import Baseline
    from app.services.what_if.rebooking import Rebooking
    from domain.what_if import Change, WhatIf
    from optimization.backlog.audit import BacklogAudit
    from optimization.backlog.plan import BacklogPlan
    from optimization.backlog.tables import Tables

#: Cost terms of a plan by their name in the solver, in the order in which they are told.
TERMS: tuple[tuple[str, str], ...] = (
    ("fixed_cents", "Freight, by shipment"),
    ("variable_cents", "Freight, by weight"),
    ("late_cents", "Lateness penalties"),
    ("unfilled_cents", "Lost on backorders"),
    ("change_cents", "Price of change"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units of a line from one node, shipped and arriving on days after today (0)."""

    node_id: str
    units: int
    ship_day: int
    arrival_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """What a plan does with a line; ``late_days`` of its last part (0: none is late)."""

    line_id: str
    parts: tuple[Part, ...]
    short_units: int
    late_days: int

    @property
    def nodes(self) -> tuple[str, ...]:
        """Where it ships from, the first to ship first."""
        return tuple(dict.fromkeys(part.node_id for part in self.parts))

    @property
    def on_time(self) -> bool:
        """Whether it is whole and not late."""
        return not self.short_units and not self.late_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """The figures of one world; ``on_time_bp`` is the share of orders on time and in full."""

    total_cents: int
    terms: tuple[tuple[str, int], ...]
    bound_cents: int
    orders: int
    on_time_bp: int
    late_lines: int
    backorder_units: int
    shipments: int
    node_units: tuple[tuple[str, int], ...]
    lane_units: tuple[tuple[str, str, int], ...]

    @property
    def freight_cents(self) -> int:
        """What all shipments cost."""
        told = dict(self.terms)
        return told["fixed_cents"] + told["variable_cents"]

    @property
    def gap_bp(self) -> int:
        """How far the cost may be above the least possible, in basis points of the cost, rounded up."""
        if self.total_cents <= 0:
            return 0
        return -(-(self.total_cents - self.bound_cents) * BASIS_POINTS // self.total_cents)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorldAnswer:
    """A world as solved: which, what was left out of it and why, its figures, its lines.

    ``status`` is the solver's word; ``stopped`` says that this is the best plan so far of a solve that was
    ended. ``digest`` names the instance.
    ``rebooking`` is what becomes of booked shipments where a carrier or a lane is lost; their freight is no
    part of the plan's cost.
    ``line_orders`` gives the order of each line, ``order_cents`` what each order costs.
    """

    what_if: WhatIf
    dropped: tuple[tuple[Change, str], ...]
    status: str
    stopped: bool
    seed: int
    moves: int
    solve_ms: int
    digest: str
    as_of: datetime
    kpis: Kpis
    lines: tuple[LineAnswer, ...]
    line_orders: tuple[int, ...]
    order_cents: tuple[int, ...]
    rebooking: Rebooking | None = None

    def order_cents_of(self, line: int) -> int:
        """What the order of the line at that place costs in this world."""
        return self.order_cents[self.line_orders[line]]

    def __post_init__(self) -> None:
        """Refuse terms that do not sum up, and a bound above the cost."""
        total = sum(cents for _, cents in self.kpis.terms)
        require(total == self.kpis.total_cents, f"the terms of {self.what_if.name} sum up to {total}.")
        require(sum(self.order_cents) == total, f"the orders of {self.what_if.name} sum up to another cost.")
        require(self.kpis.bound_cents <= total, f"the bound of {self.what_if.name} is above its cost.")


def line_answers(baseline: Baseline, tables: Tables, plan: BacklogPlan) -> tuple[LineAnswer, ...]:
    """What the plan for ``tables`` does with every line, in the order of the lines."""
    zone = tables.orders["zone"][tables.lines["order"][plan.line]]
    arrival = plan.ship_day + tables.lanes["transit_days"][zone * tables.sizes.nodes + plan.node]
    parts: dict[int, list[Part]] = {}
    columns = (plan.line, plan.node, plan.qty, plan.ship_day, arrival)
    for line, node, units, day, arrives in zip(*(each.tolist() for each in columns), strict=True):
        node_id = str(baseline.nodes[node].node_id)
        parts.setdefault(line, []).append(
            Part(node_id=node_id, units=units, ship_day=day, arrival_day=arrives)
        )
    promised = tables.orders["promised_day"][tables.lines["order"]].tolist()
    wanted = tables.lines["confirmable_qty"].tolist()
    found = []
    for number, line in enumerate(baseline.lines):
        rows = tuple(sorted(parts.get(number, ()), key=lambda part: (part.ship_day, part.node_id)))
        found.append(
            LineAnswer(
                line_id=str(line.line_id),
                parts=rows,
                short_units=wanted[number] - sum(part.units for part in rows),
                late_days=max([0, *(part.arrival_day - promised[number] for part in rows)]),
            )
        )
    return tuple(found)


def kpis_of(
    baseline: Baseline,
    tables: Tables,
    plan: BacklogPlan,
    audit: BacklogAudit,
    bound_cents: int,
    lines: tuple[LineAnswer, ...],
) -> Kpis:
    """The figures of an audited plan."""
    orders = tables.sizes.orders
    bad = np.zeros(orders, np.bool_)
    for number, line in enumerate(lines):
        if not line.on_time:
            bad[int(tables.lines["order"][number])] = True
    units = np.bincount(plan.node, plan.qty, minlength=tables.sizes.nodes).astype(np.int64)
    zone = tables.orders["zone"][tables.lines["order"][plan.line]]
    zones = tables.sizes.zones
    flows = np.bincount(plan.node * zones + zone, plan.qty).astype(np.int64)
    return Kpis(
        total_cents=audit.terms.total_cents,
        terms=tuple((name, int(getattr(audit.terms, name))) for name, _ in TERMS),
        bound_cents=max(0, min(bound_cents, audit.terms.total_cents)),
        orders=orders,
        on_time_bp=int((orders - int(bad.sum())) * BASIS_POINTS // orders),
        late_lines=sum(1 for line in lines if line.late_days),
        backorder_units=audit.units_unfilled,
        shipments=audit.shipments,
        node_units=tuple(
            (str(node.node_id), int(count)) for node, count in zip(baseline.nodes, units, strict=True)
        ),
        lane_units=tuple(
            (str(baseline.nodes[cell // zones].node_id), baseline.zones[cell % zones], int(flows[cell]))
            for cell in np.flatnonzero(flows).tolist()
        ),
    )
