"""The What-if page: what can be changed now, and solved worlds in words, figures, lines and maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.read_models.geography import degrees
from app.read_models.network import lane_key, read_zones
from app.read_models.what_if_bookings import booking_figures, booking_flips, booking_words
from app.read_models.what_if_flips import flip_row
from app.services.what_if.compare import Difference, compare_worlds
from app.services.what_if.mirror_baseline import carrier_services, masters_of, waiting_shipments
from app.services.what_if.outcome import TERMS, Kpis, WorldAnswer
from domain.what_if import Change
from views.formatting import count, counted, money, money_delta, percent
from views.language import noted, tr
from views.map.state import MapLane, MapNode, MapState
from views.phrases import said
from views.what_if.state import (
    Choice,
    Figure,
    FigureRow,
    Turn,
    WhatIfChoices,
    WhatIfProgress,
    WhatIfSolved,
    WorldView,
)
from views.what_if.words import change_words

if TYPE_CHECKING:
    from app.services.what_if.brief import BaselineBrief
    from app.store.mirror import Mirror
    from app.workers.what_if import Solved, Solving

_TERM_TITLES: Final = {
    "fixed_cents": noted("Freight, by shipment"),
    "variable_cents": noted("Freight, by weight"),
    "late_cents": noted("Lateness penalties"),
    "unfilled_cents": noted("Lost on backorders"),
    "change_cents": noted("Price of change"),
}
_LEFT_OUT: Final = (noted("packed or on the way"), noted("item or customer unknown"))
MOST_HIGHLIGHTED: Final = 14
STAGE_WORDS: Final = {
    "rule": noted("the nearest node for every line"),
    "first plan": noted("a first plan at fair prices"),
    "repaired": noted("the plan as it is, mended for it"),
    "search": noted("searching"),
    "mip": noted("checked by the exact solver"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where nodes and zones lie, and what people call ids."""

    nodes: tuple[MapNode, ...]
    zones: Mapping[str, tuple[float, float]]
    names: Mapping[str, str]


def what_if_choices(mirror: Mirror, *, now: datetime) -> WhatIfChoices:
    """What can be named in a change, the busiest first among customers."""
    masters = masters_of(mirror)
    lines = [line for line in mirror.backlog_rows().lines if not line.packed]
    units: Counter[str] = Counter()
    orders: dict[str, set[str]] = {}
    booked = Counter(shipment.scac for shipment in waiting_shipments(mirror) if shipment.scac)
    carriers = carrier_names(mirror)
    for line in lines:
        orders.setdefault(str(line.customer_id), set()).add(str(line.order_id))
        if line.at_nodes:
            units[str(line.at_nodes[0][0])] += line.open_quantity
    zones = sorted({str(customer.zone_id) for customer in masters.customers.values()})
    customers = sorted(orders, key=lambda each: (-len(orders[each]), each))
    known = {str(key): value for key, value in masters.customers.items()}
    busiest = max(units, key=lambda node: (units[node], node), default="")
    nodes = sorted(masters.nodes, key=lambda node: (-units[str(node.node_id)], node.name))
    return WhatIfChoices(
        now=now,
        open_lines=len(lines),
        nodes=tuple(
            Choice(
                key=str(n.node_id),
                title=n.name,
                note=tr("{number} open units", number=count(units[str(n.node_id)])),
            )
            for n in nodes
        ),
        zones=tuple(Choice(key=zone, title=zone_name(zone)) for zone in zones),
        customers=tuple(
            Choice(key=each, title=known[each].name, note=counted(len(orders[each]), "order"))
            for each in customers
            if each in known
        ),
        carriers=tuple(
            Choice(key=scac, title=carriers[scac], note=counted(booked[scac], "booking"))
            for scac in sorted(carriers, key=lambda each: (-booked[each], each))
        ),
        busiest=busiest,
    )


def carrier_names(mirror: Mirror) -> dict[str, str]:
    """What people call each carrier (SCAC): what the names of its services all begin with, else the SCAC."""
    services: dict[str, list[list[str]]] = {}
    for service in carrier_services(mirror):
        services.setdefault(service.scac, []).append(service.name.split())
    found = {}
    for scac, names in services.items():
        shared = [words[0] for words in zip(*names, strict=False) if len(set(words)) == 1]
        found[scac] = f"{' '.join(shared)} ({scac})" if shared and len(names) > 1 else scac
    return found


def zone_name(zone_id: str) -> str:
    """What people call a zone: ``zone MAT``."""
    return tr("zone {name}", name=zone_id.removeprefix("Z-"))


def places_of(mirror: Mirror) -> Places:
    """Nodes, zones and names for maps and words."""
    masters = masters_of(mirror)
    nodes = tuple(
        MapNode(
            id=str(node.node_id),
            name=node.name,
            lon=degrees(node.place.longitude_micro),
            lat=degrees(node.place.latitude_micro),
        )
        for node in masters.nodes
    )
    middle = {str(zone): point for zone, point in read_zones(mirror).middle.items()}
    names = {node.id: node.name for node in nodes} | {zone: zone_name(zone) for zone in middle}
    names |= {str(key): customer.name for key, customer in masters.customers.items()}
    names |= carrier_names(mirror)
    return Places(nodes=nodes, zones=middle, names=names)


def progress_of(told: Solving) -> WhatIfProgress:
    """Where a solve stands, in words."""
    best, stage = money(told.objective_cents), tr(STAGE_WORDS.get(told.stage, told.stage))
    words = tr("best so far {money}, {stage}", money=best, stage=stage)
    if told.bound_cents > 0:
        words += "; " + tr("no plan costs less than {money}", money=money(told.bound_cents))
    return WhatIfProgress(world=told.world, worlds=told.worlds, name=told.name, words=words)


def what_if_solved(solved: Solved, places: Places, before: Solved | None = None) -> WhatIfSolved:
    """Solved worlds as the page shows them; ``before`` is the solve before, to tell what is new."""
    brief, worlds = solved.brief, solved.worlds
    differences = [compare_worlds(worlds[0], world) for world in worlds]
    return WhatIfSolved(
        as_of=brief.as_of,
        currency=brief.currency,
        words=_summary(brief),
        worlds=tuple(
            _world(number, brief, worlds, differences[number], places) for number in range(len(worlds))
        ),
        figures=_figures(brief, worlds, differences),
        volumes=_volumes(brief, worlds),
        skipped=solved.skipped,
        changed=() if before is None else changed_since(before, solved),
    )


def changed_since(before: Solved, after: Solved) -> tuple[str, ...]:
    """What a solve on fresh data says that the one before did not."""
    old_lines = {line.line_id for line in before.brief.lines}
    new_lines = {line.line_id for line in after.brief.lines}
    told = []
    come, gone = len(new_lines - old_lines), len(old_lines - new_lines)
    if come or gone:
        told.append(
            tr(
                "Since the last solve {come} came and {gone} went.",
                come=counted(come, "line"),
                gone=counted(gone, "line"),
            )
        )
    old = {world.what_if.name: world.kpis for world in before.worlds}
    for world in after.worlds:
        kpis = old.get(world.what_if.name)
        if kpis is not None and kpis.total_cents != world.kpis.total_cents:
            delta = money_delta(world.kpis.total_cents - kpis.total_cents, after.brief.currency)
            told.append(
                tr("{name} now costs {delta} against the last solve.", name=world.what_if.name, delta=delta)
            )
    return tuple(told)


def _summary(brief: BaselineBrief) -> str:
    parts = [
        tr(
            "{lines} of {orders}, {days}",
            lines=counted(len(brief.lines), "line"),
            orders=counted(brief.orders, "order"),
            days=counted(brief.days, "day"),
        )
    ]
    parts += [
        tr("{number} {why} left out", number=count(many), why=said(why)) for why, many in brief.left_out
    ]
    if brief.assumed_lanes:
        parts.append(tr("freight assumed on {lanes}", lanes=counted(brief.assumed_lanes, "lane")))
    return "  ·  ".join(parts)


def _world(
    number: int,
    brief: BaselineBrief,
    worlds: Sequence[WorldAnswer],
    difference: Difference,
    places: Places,
) -> WorldView:
    world = worlds[number]
    return WorldView(
        what_if=world.what_if,
        words=_baseline_words(world, brief) if number == 0 else _words(world, difference, brief),
        cancelled=world.stopped,
        flips=(
            *(flip_row(flip, brief) for flip in difference.flips),
            *booking_flips(world.rebooking, brief),
        ),
        map_state=_map(worlds[0].kpis, world.kpis, places),
        dropped=tuple(_dropped(change, why, places) for change, why in world.dropped),
    )


def _baseline_words(world: WorldAnswer, brief: BaselineBrief) -> str:
    cost, bound = (money(cents, brief.currency) for cents in (world.kpis.total_cents, world.kpis.bound_cents))
    gap = percent(world.kpis.gap_bp)
    words = tr(
        "The backlog as it is costs {cost}; no plan costs less than {bound} (gap {gap}).",
        cost=cost, bound=bound, gap=gap,
    )  # fmt: skip
    return f"{words} {_ending(world)}".strip()


def _words(world: WorldAnswer, difference: Difference, brief: BaselineBrief) -> str:
    """The difference, and how much of it is proven."""
    delta = money_delta(difference.delta_cents, brief.currency)
    least = money_delta(difference.least_cents, brief.currency)
    most = money_delta(difference.most_cents, brief.currency)
    if difference.proven:
        worse = tr(
            "proven worse: the true difference lies between {least} and {most}", least=least, most=most
        )
        better = tr(
            "proven better: the true difference lies between {least} and {most}", least=least, most=most
        )
        proof = worse if difference.proven == "worse" else better
    else:
        proof = tr(
            "the true difference lies between {least} and {most}, so which is cheaper is not proven",
            least=least, most=most,
        )  # fmt: skip
    moved = sum(1 for flip in difference.flips if flip.moves)
    lines = counted(len(difference.flips), "line")
    flips = tr("{lines} flip, {moved} to other nodes", lines=lines, moved=count(moved))
    bookings = booking_words(world.rebooking, brief.currency)
    told = (f"{world.what_if.name}: {delta} ({proof}).", f"{flips}.", bookings, _ending(world))
    return " ".join(part for part in told if part)


def _ending(world: WorldAnswer) -> str:
    return tr("Stopped early: the best plan so far.") if world.stopped else ""


def _dropped(change: Change, why: str, places: Places) -> str:
    words = change_words(change, places.names)
    return tr("Left out: {change}. {why}", change=words, why=said(why))


# ---------------------------------------------------------------------- figures
def _figures(
    brief: BaselineBrief, worlds: Sequence[WorldAnswer], differences: Sequence[Difference]
) -> tuple[FigureRow, ...]:
    def cents(value: int) -> str:
        return money(value, brief.currency)

    def row(
        title: str, of: Callable[[Kpis], int], words: Callable[[int], str], good: int, hint: str
    ) -> FigureRow:
        first = of(worlds[0].kpis)
        is_money = words is cents
        return FigureRow(
            title=title,
            figures=tuple(
                _figure(of(world.kpis), first, words, good, brief.currency if is_money else "")
                for world in worlds
            ),
            hint=hint,
        )

    term = tr("A term of the total cost.")
    terms = tuple(
        row(tr(_TERM_TITLES[name]), lambda kpis, name=name: dict(kpis.terms)[name], cents, -1, term)  # type: ignore[misc]  # the default binds the name of this turn
        for name, _ in TERMS
    )
    return (
        row(tr("Total cost"), lambda kpis: kpis.total_cents, cents, -1, tr("The sum of all terms below.")),
        _proof(worlds, brief),
        row(
            tr("Orders on time, in full"), lambda kpis: kpis.on_time_bp, percent, 1,
            tr("Share of orders whose every open unit arrives by the promise."),
        ),
        row(tr("Late lines"), lambda kpis: kpis.late_lines, count, -1, tr("Lines with a late unit.")),
        row(tr("Backorder units"), lambda kpis: kpis.backorder_units, count, -1, tr("Open units left.")),
        row(tr("Freight"), lambda kpis: kpis.freight_cents, cents, -1, tr("By shipment and by weight.")),
        *terms[2:],
        *booking_figures(worlds, brief.currency),
        row(tr("Shipments"), lambda kpis: kpis.shipments, count, -1, tr("An order, a node and a day each.")),
        FigureRow(
            title=tr("Lines that flip"),
            figures=tuple(Figure(text=count(len(each.flips)) if each.flips else "—") for each in differences),
            hint=tr("Lines that ship from elsewhere, or are late or short where they were not."),
        ),
    )  # fmt: skip


def _figure(value: int, first: int, words: Callable[[int], str], good: int, currency: str) -> Figure:
    """A figure with its difference; ``good`` is 1 where more is better, -1 where less is."""
    delta = value - first
    if not delta:
        return Figure(text=words(value))
    turn: Turn = "good" if (delta > 0) == (good > 0) else "bad"
    sign = "+" if delta > 0 else "−"  # noqa: RUF001 - the minus sign
    told = money_delta(delta, currency) if currency else sign + words(abs(delta)).replace(" %", " pt")
    return Figure(text=words(value), delta=told, turn=turn)


def _proof(worlds: Sequence[WorldAnswer], brief: BaselineBrief) -> FigureRow:
    return FigureRow(
        title=tr("At least, and gap"),
        figures=tuple(
            Figure(text=money(world.kpis.bound_cents, brief.currency), delta=percent(world.kpis.gap_bp))
            for world in worlds
        ),
        hint=tr(
            "No plan of this world can cost less; the gap is how far the plan shown may be above the best."
        ),
    )


def _volumes(brief: BaselineBrief, worlds: Sequence[WorldAnswer]) -> tuple[FigureRow, ...]:
    units = [dict(world.kpis.node_units) for world in worlds]
    ranked = sorted(brief.node_names, key=lambda each: (-units[0].get(each[0], 0), each[1]))
    return tuple(
        FigureRow(
            title=name,
            figures=tuple(_volume(of.get(node, 0), units[0].get(node, 0)) for of in units),
            hint=tr("Units that ship from {name} over the whole plan.", name=name),
        )
        for node, name in ranked
    )


def _volume(units: int, first: int) -> Figure:
    sign = "+" if units > first else "−"  # noqa: RUF001 - the minus sign
    return Figure(text=count(units), delta=f"{sign}{count(abs(units - first))}" if units != first else "")


# ---------------------------------------------------------------------- map
def _map(baseline: Kpis, kpis: Kpis, places: Places) -> MapState:
    """Ways that carry something; those that carry much more than in the baseline stand out."""
    at = {node.id: node for node in places.nodes}
    before = {(node, zone): units for node, zone, units in baseline.lane_units}
    lanes = tuple(
        MapLane(
            id=lane_key(node, zone),
            from_lon=at[node].lon,
            from_lat=at[node].lat,
            to_lon=places.zones[zone][0],
            to_lat=places.zones[zone][1],
        )
        for node, zone, _ in kpis.lane_units
        if node in at and zone in places.zones
    )
    grown = sorted(
        (
            (units - before.get((node, zone), 0), lane_key(node, zone))
            for node, zone, units in kpis.lane_units
        ),
        reverse=True,
    )
    more = frozenset(key for units, key in grown[:MOST_HIGHLIGHTED] if units > 0)
    return MapState(nodes=places.nodes, lanes=lanes, alternative_lane_ids=more, show_risk=False)
