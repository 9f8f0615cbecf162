"""A line of a scenario as a proposal: signed by the planner, through the way that every proposal goes.

A line with an open shortage is proposed for that case. A line that no exception speaks of is proposed for a
planned move: a case of the proposal's own, kept with it in the ledger, that no detection opens or closes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.services.draft_commands import draft_commands
from app.services.evidence import records_behind
from app.services.propose import ProposalRequest, amount_of, currency_of, customer_of, propose
from app.services.recommend.facts import RemedyFacts, entity_of
from app.services.recommend.shortage_answer import move_actions
from app.services.standing_case import ChangeWanted, standing_case
from domain.cases import ExceptionCase, Fact
from domain.commands import Action, SplitLine
from domain.errors import ConflictError, RefusedError
from domain.ids import CaseId, EntityKind, EntityRef, NodeId
from domain.orders import OrderLine, SalesOrder
from domain.planned_moves import LineMove, ScenarioEvidence
from domain.recommendations import Option, Recommendation, Remedy, SolverTrail, doing_nothing

if TYPE_CHECKING:
    from app.services.approval_room import ApprovalRoom, Signer
    from app.signing.statements import SignedEntry

PLANNED_MOVE = "PLANNED-MOVE"
TITLE = "Planned move"
MODEL = "what-if (backlog decomposition)"
EFFORT_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteRoom:
    """Where a move becomes a proposal."""

    facts: RemedyFacts
    case: Callable[[CaseId], ExceptionCase | None]
    room: ApprovalRoom
    signer: Signer
    new_id: Callable[[], str]


def promote_line(where: PromoteRoom, move: LineMove, evidence: ScenarioEvidence, reason: str) -> SignedEntry:
    """Sign a proposal of one move.

    Raises:
        ConflictError: the line has changed since the scenario was solved.
        RefusedError: the rights do not permit it, it is proposed already, or there is nothing to move.
    """
    facts, now = where.facts, where.room.now()
    line = entity_of(facts, EntityKind.ORDER_LINE, move.line_id, OrderLine)
    order = entity_of(facts, EntityKind.SALES_ORDER, line.order_id, SalesOrder)
    home = line.node_id or order.ship_from_node_id
    if home is None or home != move.from_node:
        raise ConflictError(
            what=f"Line {line.position} of {order.number} no longer ships from {move.from_node}.",
            remedy="Solve the scenario again on the data of now.",
        )
    actions = move_actions(line, home, _by_node(line, order, move, home))
    if not actions:
        raise RefusedError(
            what=f"Line {line.position} of {order.number} ships from {home} already.",
            remedy="There is nothing to propose.",
        )
    known = where.case(CaseId(move.case_id)) if move.case_id else None
    case = known if known is not None and known.is_open else planned_case(line, order, home, evidence, now)
    recommendation = _recommendation(where.new_id(), case, actions, move, evidence, now)
    option = recommendation.options[0]
    drafts = draft_commands(option, facts)
    request = ProposalRequest(
        action_id=where.new_id(),
        case=case,
        recommendation=recommendation,
        option_id=option.option_id,
        drafts=drafts,
        reason=reason,
        amount=amount_of(case, option, currency_of(case, facts)),
        evidence=records_behind(drafts, facts),
        customer_id=customer_of(case, facts),
    )
    return propose(where.room, where.signer, request)


def _by_node(line: OrderLine, order: SalesOrder, move: LineMove, home: NodeId) -> dict[NodeId, int]:
    by_node = {NodeId(node): units for node, units in move.parts}
    rest = line.open_quantity - sum(by_node.values())
    if rest < 0 or line.open_quantity == 0:
        raise ConflictError(
            what=f"Line {line.position} of {order.number} has only {line.open_quantity} open units left.",
            remedy="Solve the scenario again on the data of now.",
        )
    if rest:
        by_node[home] = by_node.get(home, 0) + rest
    return by_node


def planned_case(
    line: OrderLine, order: SalesOrder, home: NodeId, evidence: ScenarioEvidence, now: datetime
) -> ExceptionCase:
    """The case that stands for a move which no exception asks for; the line's value is what it exposes."""
    ref = EntityRef(kind=EntityKind.ORDER_LINE, entity_id=line.line_id)
    wanted = ChangeWanted(
        code=PLANNED_MOVE,
        about=ref,
        title=f"{TITLE}: {order.number} line {line.position}",
        consequence=f"Planned in the scenario {evidence.scenario}: {evidence.changes}.",
        exposed_cents=line.open_quantity * line.unit_price_cents,
        effort_minutes=EFFORT_MINUTES,
        origin=f"what-if:{evidence.problem_sha256[:12]}",
        evidence=(
            Fact(name="scenario", value=evidence.scenario, as_of=evidence.as_of),
            Fact(name="changes", value=evidence.changes, as_of=evidence.as_of),
            Fact(name="open_quantity", value=str(line.open_quantity), unit="units", entity=ref),
        ),
    )
    return standing_case(wanted, at=now, order_ids=(line.order_id,), node_id=home)


def _recommendation(
    recommendation_id: str,
    case: ExceptionCase,
    actions: tuple[Action, ...],
    move: LineMove,
    evidence: ScenarioEvidence,
    now: datetime,
) -> Recommendation:
    """The scenario's way and doing nothing, with the trail of the scenario's solve."""
    match actions:
        case (SplitLine() as split,):
            remedy = Remedy.SPLIT
            label = "Split " + " + ".join(f"{part.node_id} {part.quantity}" for part in split.parts)
        case _:
            remedy, label = Remedy.REALLOCATE, f"Re-source {move.parts[0][0]}"
    return Recommendation(
        recommendation_id=recommendation_id,
        case_id=case.case_id,
        computed_at=now,
        options=(
            Option(
                option_id=f"what-if-{remedy.value}",
                remedy=remedy,
                label=label,
                actions=actions,
                cost_delta_cents=move.order_delta_cents,
                recommended=True,
                reasons=(f"Scenario {evidence.scenario}: {evidence.changes}.",),
            ),
            doing_nothing(),
        ),
        trail=SolverTrail(
            model=MODEL,
            status=evidence.status,
            objective_cents=evidence.objective_cents,
            bound_cents=evidence.bound_cents,
            gap_bp=evidence.gap_bp,
            seed=evidence.seed,
            solve_ms=evidence.solve_ms,
            problem_sha256=evidence.problem_sha256,
        ),
    )
