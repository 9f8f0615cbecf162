"""Why a line is treated as it is in a solved world, in words with names and dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.errors import BadInputError
from optimization.audit import AuditRefusedError
from optimization.backlog.audit import audit_plan
from optimization.backlog.explain import Alternative, Flip, FlipKind, LineExplanation, Verdict, explain_line
from optimization.backlog.patterns import SCALE
from optimization.backlog.plan import plan_of_pairs
from optimization.backlog.repair import one_order

if TYPE_CHECKING:
    from app.services.what_if.baseline import Baseline
    from app.services.what_if.solve import SolvedWorld

CENTS = 100
MOST_ALTERNATIVES = 5


def why_line(baseline: Baseline, world: SolvedWorld, line_id: str) -> tuple[str, ...]:
    """Sentences: what is planned, what else there was and what bound it, what helps, and whom to displace.

    Raises:
        AuditRefusedError: a bug: the plan in which others make way breaks a law.
        BadInputError: the baseline has no such line.
    """
    place = baseline.places.get(line_id)
    if place is None:
        raise BadInputError(what=f"The baseline has no line {line_id}.", remedy="Rebase on the data of now.")
    found = explain_line(world.standing, place)
    names = [node.name for node in baseline.nodes]
    return (*words_of(found, names, baseline.today), _making_way(world, found.order))


def words_of(found: LineExplanation, names: list[str], today: date) -> tuple[str, ...]:
    """An explanation in words."""
    late = f", {found.late_units} of them late" if found.late_units else ""
    in_all = "1 shipment" if found.shipments == 1 else f"{found.shipments} shipments"
    said = [f"{found.planned} of {found.wanted} units are planned{late}; the order takes {in_all}."]
    said += [_alternative(each, names, today) for each in found.alternatives[:MOST_ALTERNATIVES]]
    more = len(found.alternatives) - MOST_ALTERNATIVES
    if more > 0:
        said.append(f"{more} more nodes are dearer or have nothing.")
    if found.flips:
        said.append(_flip(found.flips[0], names, today))
    elif found.planned:
        said.append("No single change of stock, hands or shipments was found that would treat it better.")
    return tuple(said)


def _making_way(world: SolvedWorld, order: int) -> str:
    """What all orders would save if others made way for one; what is said has passed the audit."""
    told, instance = one_order(world.standing, order), world.standing.instance
    audit = audit_plan(
        instance.tables, plan_of_pairs(instance, told.changed.applied_to(world.standing.pairs))
    )
    for error in audit.errors[:1]:
        raise AuditRefusedError(error)
    saved = (world.answer.kpis.total_cents - audit.terms.total_cents) / CENTS
    others = told.moved_orders.size - int(order in told.moved_orders)
    if saved <= 0:
        return "No way was found to let other orders make way for this one that costs less in all."
    if not others:
        return f"Planned again in what is left, the order would cost {saved:.2f} less."
    who = "1 other order" if others == 1 else f"{others} other orders"
    return f"With {who} going another way, too, all orders together would cost {saved:.2f} less."


def _alternative(each: Alternative, names: list[str], today: date) -> str:
    verdict = "chosen" if each.verdict is Verdict.CHOSEN else each.verdict.value
    late = f", {_days(each.late_days)} late" if each.late_days else ""
    worth = each.price_thousandths / (CENTS * SCALE)
    price = f"; a unit there is worth {worth:.2f} to other orders" if each.price_thousandths >= SCALE else ""
    fixed = f" and {each.fixed_cents / CENTS:.2f} for a shipment" if each.fixed_cents else ""
    return (
        f"{names[each.node]}, {_on(each.day, today)}: {verdict}. {each.unit_cents / CENTS:.2f} a unit{fixed}"
        f"{late}; {each.units_left} of {each.units_ever} units left{price}."
    )


def _flip(flip: Flip, names: list[str], today: date) -> str:
    match flip.kind:
        case FlipKind.STOCK:
            what = f"{flip.amount} more units at {names[flip.node]} by {_on(flip.day, today)}"
        case FlipKind.HANDS:
            what = f"{flip.amount} more picks at {names[flip.node]} on {_on(flip.day, today)}"
        case FlipKind.SHIPMENT:
            what = "one more shipment allowed"
        case _:
            what = "a part delivery allowed"
    saved = flip.saved_cents / CENTS
    return (
        f"With {what} it would go another way and the order cost {saved:.2f} less (planned again to verify)."
    )


def _on(day: int, today: date) -> str:
    at = today + timedelta(days=day)
    return "today" if day == 0 else f"{at.day} {at:%b}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
