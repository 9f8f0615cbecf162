"""What the solver's plans for a short line mean in commands, money and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.services.recommend.shortage import Shortage
from app.services.recommend.trail import in_words, trail_of
from domain.cases import ExceptionCase
from domain.commands import Action, ReallocateLine, SplitLine, SplitPart
from domain.ids import NodeId
from domain.orders import OrderLine
from domain.recommendations import Option, Recommendation, Remedy, doing_nothing
from optimization.outcome import Option as SolvedOption
from optimization.outcome import OptionLabel, Outcome, Reason
from optimization.plan import ReallocationPlan

MODEL = "split-or-reallocate (CP-SAT)"


def shortage_answer(
    case: ExceptionCase,
    shortage: Shortage,
    outcome: Outcome,
    others: Sequence[Option] = (),
    together: Callable[[Sequence[Option]], list[Option]] = list,
    *,
    recommendation_id: str,
    now: datetime,
) -> Recommendation:
    """The options of an outcome and ``others`` beside them, cheapest first.

    ``together`` adds what all ways weighed together come to.
    """
    options: list[Option] = []
    seen: set[tuple[Action, ...]] = set()
    for solved in sorted(outcome.options, key=lambda option: option.rank):
        actions = actions_for(shortage, solved)
        if actions in seen:
            continue
        seen.add(actions)
        options.append(_option(shortage, solved, actions, outcome, recommended=not options))
    if () not in seen:
        options.append(_unsolved_nothing(case, recommended=not options))
    options = together(_with_others(options, others))
    return Recommendation(
        recommendation_id=recommendation_id,
        case_id=case.case_id,
        computed_at=now,
        options=tuple(options),
        trail=trail_of(outcome, MODEL),
    )


def _with_others(solved: list[Option], others: Sequence[Option]) -> list[Option]:
    """All in the order of cost; the solver's own come first among equals, and the first is recommended."""
    ranked = sorted([*solved, *others], key=lambda option: option.cost_delta_cents)
    return (
        [replace(option, recommended=place == 0) for place, option in enumerate(ranked)] if others else solved
    )


def actions_for(shortage: Shortage, solved: SolvedOption) -> tuple[Action, ...]:
    """The commands that turn today's allocation into a plan; none when it already is the plan.

    Units a plan leaves unfilled stay with the home node as a backorder.
    """
    if OptionLabel.DO_NOTHING in solved.labels or not isinstance(solved.plan, ReallocationPlan):
        return ()
    by_node: dict[NodeId, int] = {}
    for row in solved.plan.lines:
        by_node[NodeId(row.node_id)] = by_node.get(NodeId(row.node_id), 0) + row.quantity
    unfilled = shortage.line.open_quantity - sum(by_node.values())
    if unfilled > 0:
        by_node[shortage.home] = by_node.get(shortage.home, 0) + unfilled
    return move_actions(shortage.line, shortage.home, by_node)


def move_actions(line: OrderLine, home: NodeId, by_node: Mapping[NodeId, int]) -> tuple[Action, ...]:
    """The command that ships the open units of a line from these nodes; none when it already does."""
    if set(by_node) == {home}:
        return ()
    if len(by_node) == 1:
        (target,) = by_node
        return (
            ReallocateLine(
                order_id=line.order_id,
                line_id=line.line_id,
                from_node_id=home,
                to_node_id=target,
                quantity=line.open_quantity,
            ),
        )
    parts = tuple(SplitPart(node_id=node, quantity=quantity) for node, quantity in sorted(by_node.items()))
    return (SplitLine(order_id=line.order_id, line_id=line.line_id, from_node_id=home, parts=parts),)


def _option(
    shortage: Shortage,
    solved: SolvedOption,
    actions: tuple[Action, ...],
    outcome: Outcome,
    *,
    recommended: bool,
) -> Option:
    remedy, label = _describe(shortage, actions)
    option_id = "do-nothing" if not actions else f"{remedy.value}-{solved.rank}"
    terms = solved.effect.terms
    return Option(
        option_id=option_id,
        remedy=remedy,
        label=label,
        actions=actions,
        # The price of disturbance steers the search; nobody is billed for it.
        cost_delta_cents=solved.delta.total_cents - solved.delta.change_cents,
        freight_cents=terms.freight_cents,
        penalty_cents=terms.service_cents,
        late_orders=solved.effect.late_orders,
        otif_bp=solved.effect.otif_basis_points,
        recommended=recommended,
        reasons=_reasons(shortage, solved, outcome.reasons if recommended else ()),
    )


def _describe(shortage: Shortage, actions: tuple[Action, ...]) -> tuple[Remedy, str]:
    match actions:
        case (ReallocateLine() as move,):
            return Remedy.REALLOCATE, f"Re-source {shortage.node_name(move.to_node_id)}"
        case (SplitLine() as split,):
            parts = " + ".join(f"{shortage.node_name(p.node_id)} {p.quantity}" for p in split.parts)
            return Remedy.SPLIT, f"Split {parts}"
        case _:
            return Remedy.DO_NOTHING, "Do nothing"


def _reasons(shortage: Shortage, solved: SolvedOption, reasons: Iterable[Reason]) -> tuple[str, ...]:
    names = {str(node.node_id): node.name for node in shortage.nodes}
    said = [in_words(reason.text, names) for reason in reasons]
    terms = solved.effect.terms
    said.append(f"Freight {terms.freight_cents / 100:,.2f}, penalties {terms.service_cents / 100:,.2f}.")
    if solved.effect.units_unfilled:
        said.append(f"{solved.effect.units_unfilled} units stay on backorder.")
    if shortage.assumed_lanes:
        said.append(f"Freight assumed for {', '.join(shortage.assumed_lanes)}: no lane on file.")
    return tuple(said)


def _unsolved_nothing(case: ExceptionCase, *, recommended: bool) -> Option:
    return doing_nothing(
        penalty_cents=case.impact.loss_cents,
        late_orders=len(case.order_ids),
        otif_bp=0,
        recommended=recommended,
    )
