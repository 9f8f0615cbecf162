"""One case with all that the detail panel shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.read_models.customer_desk import open_service_cases, recipients
from app.read_models.geography import Geography, read_geography
from app.read_models.incidents import incident_panel
from app.read_models.network import lane_key
from app.read_models.past import past_rows
from app.read_models.people import short_name
from app.read_models.stories import line_stories
from app.read_models.waterfall import waterfall
from app.read_models.wishes import DetailRequest
from app.services.propose import amount_of
from app.services.rank import priority_of
from app.services.recommend.freshness import is_outdated
from app.services.regulated import is_regulated
from domain.approval_states import RUNNING, UNDECIDED, ApprovalState
from domain.approvals import confidence_of
from domain.cases import ExceptionCase
from domain.catalogue.types import case_type
from domain.commands import ReallocateLine, SplitLine
from domain.ids import CaseId, EntityKind, LineId, OrderId, UserId
from domain.items import Item
from domain.orders import OrderLine
from domain.recommendations import Option, Recommendation
from views.approvals.state import ApprovalStage
from views.case_detail.state import (
    ApprovalNeed,
    CaseDetail,
    EventKind,
    NoteRow,
    OrderRow,
    PendingProposal,
    TimelineEvent,
)
from views.shell.state import Identity

if TYPE_CHECKING:
    from app.store.ledger_reads import LedgerReads
    from app.store.ledger_views import ApprovalView
    from app.store.mirror import Mirror
    from app.store.values import CaseEvent, TimelineEntry
    from domain.rights import RightsPolicy, Ruling

MOST_ORDERS = 200
_LIVE = UNDECIDED | RUNNING | {ApprovalState.APPROVED}
_EVENT_KINDS: dict[str, EventKind] = {
    "opened": "opened",
    "reopened": "opened",
    "moved": "moved",
    "assigned": "moved",
    "snoozed": "moved",
    "grouped": "moved",
    "escalated": "failed",
    "closed": "executed",
    "cleared": "executed",
}
_ENTRY_KINDS: dict[EntityKind, EventKind] = {
    EntityKind.PICK_TASK: "count",
    EntityKind.INVOICE: "sync",
    EntityKind.PROOF_OF_DELIVERY: "executed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailSources:
    """What a detail is read from."""

    mirror: Mirror
    ledger: LedgerReads
    policy: RightsPolicy
    people: tuple[Identity, ...]


def case_detail(sources: DetailSources, request: DetailRequest) -> CaseDetail | None:
    """Everything about a case; ``None`` when it is gone."""
    case = sources.mirror.case(CaseId(request.case_id))
    if case is None:
        return None
    geography = read_geography(sources.mirror, [case])
    live = _live_proposal(sources.ledger, case)
    recommendation = request.recommendation
    label, subject = _subject(sources.mirror, case)
    events = sources.mirror.events(case.case_id)
    return CaseDetail(
        case=replace(case, owner=short_name(sources.people, case.owner)) if case.owner else case,
        type_title=case_type(case.code).title,
        subject_label=label,
        subject=subject,
        customers=len({o.customer_id for o in geography.orders.values()}),
        recommendation=recommendation,
        recommendation_stale=recommendation is not None and is_outdated(recommendation, events),
        no_options_reason=request.no_options_reason,
        solving=request.solving,
        needs=MappingProxyType(_needs(sources, case, recommendation)),
        proposal=live,
        why_not_propose=_why_not(sources, case, live, request),
        timeline=_timeline(sources, case, events, recommendation, request.now),
        orders=_orders(geography, case),
        recipients=recipients(sources.mirror, geography, case),
        service_cases=open_service_cases(sources.mirror, geography, case),
        stories=line_stories(sources.mirror, geography, case),
        past=past_rows(sources.mirror, sources.ledger, case),
        incident=incident_panel(sources.mirror, case) if case.is_open else None,
        notes=tuple(
            NoteRow(at=note.at, author=short_name(sources.people, note.author), text=note.body)
            for note in sources.ledger.notes(case.case_id)
        ),
        waterfall=waterfall(case, request.now),
        manual_rank=_manual_rank(sources, case),
        broken_lane_ids=_broken(geography, case),
        alternative_lane_ids=_alternatives(geography, case, recommendation),
    )


def _manual_rank(sources: DetailSources, case: ExceptionCase) -> str:
    """A person's rank of the line with its reason, as the panel says it."""
    lines = [LineId(e.entity_id) for e in (case.entity, *case.about) if e.kind is EntityKind.ORDER_LINE]
    said = priority_of(case, sources.mirror.line_priorities(lines))
    if said is None or said.rank is None:
        return ""
    return f"{said.rank} by {short_name(sources.people, said.author)}: {said.reason}"


def _acting(recommendation: Recommendation | None) -> tuple[Option, ...]:
    return tuple(o for o in recommendation.options if o.actions) if recommendation is not None else ()


def _subject(mirror: Mirror, case: ExceptionCase) -> tuple[str, str]:
    """The sixth fact: the SKU where there is one, else the record itself."""
    if case.entity.kind is EntityKind.ORDER_LINE:
        lines = mirror.entities_in(EntityKind.ORDER_LINE, "id", [case.entity.entity_id])
        items = [r.entity.item_id for r in lines if isinstance(r.entity, OrderLine)]
        found = [r.entity for r in mirror.entities_in(EntityKind.ITEM, "id", items)]
        if found and isinstance(found[0], Item):
            short = next((f.value for f in case.evidence if f.name == "short_quantity"), "")
            return "SKU", f"{found[0].sku} · {short} short" if short else found[0].sku
    return case.entity.kind.replace("_", " ").capitalize(), case.entity.entity_id


def _regulated(sources: DetailSources, case: ExceptionCase) -> bool:
    return is_regulated(case, sources.mirror, sources.policy.regulated_categories)


def _needs(
    sources: DetailSources, case: ExceptionCase, recommendation: Recommendation | None
) -> dict[str, ApprovalNeed]:
    if recommendation is None:
        return {}
    sure, regulated = confidence_of(recommendation.trail, case.dq_flags), _regulated(sources, case)
    return {
        option.option_id: _need(
            sources.policy.ruling(option.remedy, amount_of(case, option), sure, regulated=regulated)
        )
        for option in _acting(recommendation)
    }


def _need(ruling: Ruling) -> ApprovalNeed:
    if not ruling.allowed:
        return ApprovalNeed(who=f"nobody may: {ruling.why}", rule_id=ruling.policy_row.row)
    roles = " or ".join(ruling.approve_roles)
    number = f"{ruling.min_approvers} x " if ruling.min_approvers > 1 else "another person, "
    return ApprovalNeed(who=f"{number}{roles}", rule_id=ruling.policy_row.row)


def _why_not(
    sources: DetailSources, case: ExceptionCase, live: PendingProposal | None, request: DetailRequest
) -> str:
    if not case.is_open:
        return "The case is closed."
    if live is not None:
        return "A proposal for this case is on its way."
    stale = [flag.removeprefix("stale:") for flag in case.dq_flags if flag.startswith("stale:")]
    if stale:
        return f"{', '.join(stale)} is silent: what this case rests on may have changed."
    options = _acting(request.recommendation)
    if not options:
        return "There is no option to propose."
    best = next((o for o in options if o.recommended), options[0])
    sure = 0 if request.recommendation is None else confidence_of(request.recommendation.trail, case.dq_flags)
    ruling = sources.policy.may_propose(
        UserId(request.who.user_id),
        request.who.role.lower(),
        best.remedy,
        amount_of(case, best),
        sure,
        regulated=_regulated(sources, case),
    )
    return "" if ruling.allowed else f"{ruling.why[:1].upper()}{ruling.why[1:]}."


def _live_proposal(ledger: LedgerReads, case: ExceptionCase) -> PendingProposal | None:
    views = ledger.approvals(states=_LIVE, case_id=case.case_id)
    if not views:
        return None
    view = views[0]
    return PendingProposal(action_id=view.action_id, digest_code=view.entry.code, words=_words(view))


def _words(view: ApprovalView) -> str:
    if view.signed_unrecorded:
        return "signed, not yet recorded"
    if view.state in UNDECIDED:
        return "waiting for a decision"
    if view.state is ApprovalState.IN_DOUBT:
        return str(ApprovalStage.IN_DOUBT).replace("_", " ")
    if view.state is ApprovalState.COMPENSATING:
        return "being taken back"
    return "approved, being carried out"


def _timeline(
    sources: DetailSources,
    case: ExceptionCase,
    events: Sequence[CaseEvent],
    recommendation: Recommendation | None,
    now: datetime,
) -> tuple[TimelineEvent, ...]:
    """The case's own history and its first order's story across systems, the latest first."""
    rows = [_case_event(event, sources.people) for event in events]
    if recommendation is not None:
        trail = recommendation.trail
        text = f"{len(recommendation.options)} options · {trail.model} {trail.status}"
        rows.append(
            TimelineEvent(at=recommendation.computed_at, kind="solved", title="Options worked out", text=text)
        )
    views = sources.ledger.approvals(case_id=case.case_id)
    moves = sources.ledger.events([view.action_id for view in views])
    rows += [
        TimelineEvent(
            at=move.at,
            kind="signed",
            title=f"Approval {move.to_state.replace('_', ' ')}",
            text=f"{short_name(sources.people, move.actor)}: {move.cause}",
        )
        for move in moves
        if move.machine == "approval"
    ]
    if case.order_ids:
        story = sources.mirror.order_timeline(OrderId(case.order_ids[0]), now=now)
        rows += [_story_event(entry) for entry in story]
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True))


def _case_event(event: CaseEvent, people: tuple[Identity, ...]) -> TimelineEvent:
    title = f"Exception {event.kind}" if event.kind != "moved" else f"Case {event.to_state.replace('_', ' ')}"
    actor = f" · {short_name(people, event.actor)}" if event.actor else ""
    return TimelineEvent(
        at=event.at, kind=_EVENT_KINDS.get(event.kind, "moved"), title=title, text=f"{event.reason}{actor}"
    )


def _story_event(entry: TimelineEntry) -> TimelineEvent:
    return TimelineEvent(
        at=entry.at,
        kind=_ENTRY_KINDS.get(entry.kind, "sync"),
        title=f"{entry.title} (planned)" if entry.planned else entry.title,
        text=f"{entry.detail} · {entry.source}" if entry.detail else str(entry.source),
    )


def _orders(geography: Geography, case: ExceptionCase) -> tuple[OrderRow, ...]:
    rows = []
    for order_id in case.order_ids[:MOST_ORDERS]:
        order = geography.orders.get(order_id)
        if order is None:
            continue
        customer = geography.customers.get(order.customer_id)
        rows.append(
            OrderRow(
                order_number=order.number,
                customer_name=customer.name if customer else order.customer_id,
                tier=str(customer.tier) if customer else "",
                value_cents=order.total_cents,
                promised_at=order.promised_at,
            )
        )
    return tuple(rows)


def _broken(geography: Geography, case: ExceptionCase) -> frozenset[str]:
    customer = geography.customer_of(case) if len(case.order_ids) == 1 else None
    if customer is None or case.node_id is None:
        return frozenset()
    return frozenset({lane_key(case.node_id, customer.zone_id)})


def _alternatives(
    geography: Geography, case: ExceptionCase, recommendation: Recommendation | None
) -> frozenset[str]:
    customer = geography.customer_of(case)
    if customer is None:
        return frozenset()
    nodes: set[str] = set()
    for option in _acting(recommendation):
        for action in option.actions:
            if isinstance(action, ReallocateLine):
                nodes.add(action.to_node_id)
            elif isinstance(action, SplitLine):
                nodes.update(part.node_id for part in action.parts)
    return frozenset(lane_key(node, customer.zone_id) for node in nodes - {str(case.node_id)})
