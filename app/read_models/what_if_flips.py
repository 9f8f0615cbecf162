"""A line that flips, as a row of the What-if page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from views.formatting import day_and_month
from views.language import noted, tr
from views.what_if.state import FlipRow, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.services.what_if.brief import BaselineBrief, LineBrief
    from app.services.what_if.compare import Flip
    from app.services.what_if.outcome import LineAnswer

NOWHERE = noted("nowhere")


def flip_row(flip: Flip, brief: BaselineBrief) -> FlipRow:
    """The row of a flip."""
    line = brief.lines[flip.place]
    names = dict(brief.node_names)
    units: dict[str, int] = {}
    for part in flip.after.parts:
        units[part.node_id] = units.get(part.node_id, 0) + part.units
    return FlipRow(
        line_id=line.line_id,
        order_number=line.order_number,
        position=line.position,
        sku=line.sku,
        item_name=line.item_name,
        customer=line.customer_name,
        units=line.units,
        from_words=_nodes(flip.before, names),
        to_words=_nodes(flip.after, names),
        before=_state(flip.before, brief.today),
        after=_state(flip.after, brief.today),
        turn=_turn(flip),
        order_delta_cents=flip.order_delta_cents,
        at_node=line.at_nodes[0] if line.at_nodes else "",
        parts=tuple(sorted(units.items())),
        case_id=line.case_id,
        why_not=_why_not(flip.after, line, names),
    )


def _nodes(answer: LineAnswer, names: Mapping[str, str]) -> str:
    return " + ".join(names.get(node, node) for node in answer.nodes) or tr(NOWHERE)


def _state(answer: LineAnswer, today: date) -> str:
    """When the last part arrives, how late that is, and what is missing."""
    if not answer.parts:
        return tr("not shipped, {number} short", number=answer.short_units)
    at = today + timedelta(days=max(part.arrival_day for part in answer.parts))
    told = [day_and_month(at)]
    if answer.late_days:
        told.append(tr("{number} d late", number=answer.late_days))
    if answer.short_units:
        told.append(tr("{number} short", number=answer.short_units))
    return ", ".join(told if len(told) > 1 else (*told, tr("on time")))


def _turn(flip: Flip) -> Turn:
    before, after = flip.before, flip.after
    worse = (after.short_units, after.late_days)
    better = (before.short_units, before.late_days)
    if worse == better:
        return ""
    return "bad" if worse > better else "good"


def _why_not(after: LineAnswer, line: LineBrief, names: Mapping[str, str]) -> str:
    """Why nothing is to be proposed for a line; empty when there is something."""
    if not after.parts:
        return tr("not shipped in the scenario")
    if not line.at_nodes:
        return tr("ships from nowhere today")
    if len(line.at_nodes) > 1:
        return tr("allocated to several nodes today")
    if after.nodes == line.at_nodes:
        return tr("ships from {place} today already", place=names.get(line.at_nodes[0], line.at_nodes[0]))
    return ""
