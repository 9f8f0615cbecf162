"""Asking for an option to be carried out: signed by the planner, kept in the ledger, sent to the hub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.approval_room import ApprovalRoom, Facts, Signer, sign_next
from app.services.draft_commands import CommandDraft
from app.signing.canonical import bytes_of, digest_of
from app.signing.statements import SignedEntry
from domain.approval_states import RUNNING, UNDECIDED, ApprovalState
from domain.approvals import (
    Alternative,
    Amount,
    AmountBasis,
    Evidence,
    PlannedCommand,
    PolicyRow,
    Proposal,
    Signed,
    Terms,
    confidence_of,
)
from domain.cases import ExceptionCase
from domain.errors import BadInputError, RefusedError
from domain.ids import CaseId, CustomerId, EntityKind, EntityRef
from domain.orders import SalesOrder
from domain.recommendations import Option, Recommendation, Remedy
from domain.subjects import CaseSubject, RecommendationSubject

if TYPE_CHECKING:
    from domain.rights import Ruling

#: Recommendations may hold dozens of options; the best others are enough to judge the choice by.
MAX_ALTERNATIVES = 6
DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRequest:
    """What a planner asks for: the case as shown, the option chosen, the commands, and why.

    ``action_id`` is a fresh ULID; ``amount`` replaces the default of :func:`amount_of`. ``evidence`` is kept
    with the case and the recommendation, so that what the terms name by digest can be shown later.
    ``customer_id`` is what :func:`customer_of` finds: limits over a day are added up by it. ``regulated`` is
    what :func:`app.services.regulated.is_regulated` finds.
    """

    action_id: str
    case: ExceptionCase
    recommendation: Recommendation
    option_id: str
    drafts: tuple[CommandDraft, ...]
    reason: str
    amount: Amount | None = None
    evidence: tuple[bytes, ...] = ()
    customer_id: CustomerId | None = None
    regulated: bool = False


def propose(room: ApprovalRoom, signer: Signer, request: ProposalRequest) -> SignedEntry:
    """Sign a proposal and put it before the approvers.

    Raises:
        RefusedError: the case is closed or already proposed, or the rights do not permit it.
        BadInputError: there is no such option, or nothing in it to carry out.
    """
    option = _option(request)
    _require_free(room, request.case)
    amount = request.amount or amount_of(request.case, option)
    actor = signer.actor
    sure = confidence_of(request.recommendation.trail, request.case.dq_flags)
    ruling = room.policy.may_propose(
        actor.user_id, actor.role, option.remedy, amount, sure, regulated=request.regulated
    )
    if not ruling.allowed:
        raise not_permitted(ruling.why, ruling.policy_row)
    terms = _terms(request, option, amount, ruling.policy_row)
    evidence = (bytes_of(request.case), bytes_of(request.recommendation), *request.evidence)
    return sign_proposal(room, signer, terms, ruling, reason=request.reason, evidence=evidence)


def sign_proposal(
    room: ApprovalRoom,
    signer: Signer,
    terms: Terms,
    ruling: Ruling,
    *,
    reason: str,
    evidence: Iterable[bytes],
) -> SignedEntry:
    """Sign permitted terms, keep the evidence that they name, and put them before the approvers."""
    now = room.now()

    def proposal(seq: int, prev: str) -> Signed:
        return Proposal(
            terms=terms,
            actor=signer.actor,
            reason=reason.strip(),
            issued_at=now,
            expires_at=now + ruling.valid_for,
            seq=seq,
            prev=prev,
        )

    with room.ledger.transaction() as tx:
        entry = sign_next(tx, signer, proposal)
        if not isinstance(entry.value, Proposal):
            raise TypeError(entry.predicate_type)
        for data in evidence:
            tx.keep_blob(data, now)
        tx.open_approval(entry, entry.value, ruling.min_approvers, now)
        if room.hub_key is not None:
            tx.enqueue(entry, now)
    return entry


def amount_of(case: ExceptionCase, option: Option, currency: str = DEFAULT_CURRENCY) -> Amount:
    """The money that rights are judged on: what the case puts at risk, or what the option costs if more."""
    at_risk = max(case.impact.loss_cents, 0)
    cost = max(option.cost_delta_cents, option.freight_cents, 0)
    if cost > at_risk:
        return Amount(currency=currency, minor=cost, basis=AmountBasis.COST)
    return Amount(currency=currency, minor=at_risk, basis=AmountBasis.EXPOSURE)


def currency_of(case: ExceptionCase, facts: Facts) -> str:
    """The currency of the orders behind a case; ``USD`` for a case without orders.

    Raises:
        RefusedError: they are in several, so that no right speaks of the whole amount.
    """
    refs = (EntityRef(kind=EntityKind.SALES_ORDER, entity_id=order_id) for order_id in case.order_ids)
    orders = (record.entity for ref in refs if (record := facts.get(ref)) is not None)
    found = sorted({order.currency for order in orders if isinstance(order, SalesOrder)})
    if len(found) > 1:
        raise RefusedError(
            what=f"The orders of {case.case_id} are in {' and '.join(found)}: rights know one currency each.",
            remedy="Handle the orders one by one, in the system they come from.",
        )
    return found[0] if found else DEFAULT_CURRENCY


def customer_of(case: ExceptionCase, facts: Facts) -> CustomerId | None:
    """The customer of the orders behind a case; none where there is no order, or several customers."""
    refs = (EntityRef(kind=EntityKind.SALES_ORDER, entity_id=order_id) for order_id in case.order_ids)
    orders = (record.entity for ref in refs if (record := facts.get(ref)) is not None)
    found = {order.customer_id for order in orders if isinstance(order, SalesOrder)}
    return found.pop() if len(found) == 1 else None


def not_permitted(why: str, row: PolicyRow) -> RefusedError:
    """The error of a denied right, naming the policy, its version and row."""
    return RefusedError(
        what=f"Not permitted: {why} ({row.policy_id} v{row.version}, row {row.row}).",
        remedy="Choose another option, or ask somebody who may.",
    )


def _option(request: ProposalRequest) -> Option:
    option = request.recommendation.option(request.option_id)
    if option is None:
        raise BadInputError(
            what=f"The recommendation has no option {request.option_id!r}.",
            remedy="Choose one of: " + ", ".join(o.option_id for o in request.recommendation.options) + ".",
        )
    if option.remedy is Remedy.DO_NOTHING or not request.drafts:
        raise BadInputError(what="Doing nothing needs no approval.", remedy="Choose an option that acts.")
    if tuple(draft.action for draft in request.drafts) != option.actions:
        raise BadInputError(
            what="The commands are not those of the option.", remedy="Draft them from the option again."
        )
    return option


def _require_free(room: ApprovalRoom, case: ExceptionCase) -> None:
    if not case.is_open:
        raise RefusedError(what=f"The case {case.case_id} is closed.", remedy="There is nothing to do.")
    require_none_under_way(room, case.case_id)


def require_none_under_way(room: ApprovalRoom, case_id: CaseId) -> None:
    """Refuse a second proposal beside one that waits for its decision or its end.

    Raises:
        RefusedError: there is one.
    """
    under_way = room.ledger.approvals(states=UNDECIDED | RUNNING | {ApprovalState.APPROVED}, case_id=case_id)
    live = [view for view in under_way if view.expires_at > room.now() or view.state in RUNNING]
    if live:
        raise RefusedError(
            what=f"The case {case_id} already has the proposal {live[0].action_id}.",
            remedy="Wait for its decision, or have it rejected first.",
        )


def planned(action_id: str, drafts: Iterable[CommandDraft]) -> tuple[PlannedCommand, ...]:
    """Drafts as the commands of an action, in their order."""
    return tuple(
        PlannedCommand(
            key=f"{action_id}-{number}",
            source=draft.source,
            action=draft.action,
            payload_sha256=digest_of(draft.action),
            expected=draft.expected,
            undone_by=draft.undone_by,
        )
        for number, draft in enumerate(drafts, start=1)
    )


def _terms(request: ProposalRequest, option: Option, amount: Amount, row: PolicyRow) -> Terms:
    case, recommendation = request.case, request.recommendation
    others = [o for o in recommendation.options if o.option_id != option.option_id][:MAX_ALTERNATIVES]
    as_of = min((f.as_of for f in case.evidence if f.as_of is not None), default=recommendation.computed_at)
    return Terms(
        action_id=request.action_id,
        case=CaseSubject(
            case_id=case.case_id,
            code=case.code,
            title=case.title,
            entity=case.entity,
            sha256=digest_of(case),
        ),
        remedy=option.remedy,
        option_id=option.option_id,
        option_label=option.label,
        amount=amount,
        commands=planned(request.action_id, request.drafts),
        evidence=Evidence(
            facts=case.evidence,
            facts_sha256=digest_of(case.evidence),
            as_of=as_of,
            dq_flags=case.dq_flags,
        ),
        recommendation=RecommendationSubject(
            recommendation_id=recommendation.recommendation_id,
            sha256=digest_of(recommendation),
            trail=recommendation.trail,
        ),
        alternatives=tuple(
            Alternative(
                option_id=other.option_id,
                remedy=other.remedy,
                label=other.label,
                cost_delta_cents=other.cost_delta_cents,
                late_orders=other.late_orders,
            )
            for other in others
        ),
        policy=row,
        customer_id=request.customer_id,
        regulated=request.regulated,
    )
