"""Remedies that follow from the facts without search: each type's maker says one option, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from app.services.recommend.credits import credit_of
from app.services.recommend.facts import RemedyFacts, entity_of
from app.services.recommend.fewer_nodes import from_one_node
from app.services.recommend.shortage import shortage_of
from app.services.recommend.shortage_offers import substitute_offer
from app.services.recommend.tariffs import EXPEDITE_BASE_CENTS, EXPEDITE_CENTS_PER_UNIT
from app.services.recommend.trail import rule_trail
from domain.cases import ExceptionCase
from domain.catalogue.case_type import Stage
from domain.catalogue.types import CASE_TYPES
from domain.checks import BASIS_POINTS
from domain.commands import (
    Action,
    ExpediteSupply,
    PromiseDate,
    ReleaseCreditHold,
    RepickTask,
    SetLinePrice,
    SetOrderField,
)
from domain.ids import EntityKind
from domain.inventory import InboundSupply
from domain.orders import OrderLine, SalesOrder
from domain.recommendations import Option, Recommendation, Remedy, doing_nothing
from domain.warehouse import PickTask

RESERVE_BIN = "RESERVE"
#: So long a proposal may wait for its decision, and what can be promised moves on meanwhile.
DECISION_TIME = timedelta(days=1)
#: Types that cost money but make no order late.
MONEY_ONLY = frozenset({"OE-PRICE", "DQ-STALE"}) | {
    kind.code for kind in CASE_TYPES if kind.stage is Stage.INVOICING
}


def recommend_by_rule(
    case: ExceptionCase, facts: RemedyFacts, *, recommendation_id: str, now: datetime
) -> Recommendation:
    """Options for a case whose remedy needs no search; always with doing nothing beside them."""
    maker = BY_RULE.get(case.code)
    remedy_option = maker(case, facts, now) if maker is not None else None
    nothing = do_nothing(case, recommended=remedy_option is None or not remedy_option.recommended)
    options = (nothing,) if remedy_option is None else (remedy_option, nothing)
    return Recommendation(
        recommendation_id=recommendation_id,
        case_id=case.case_id,
        computed_at=now,
        options=options,
        trail=rule_trail(case),
    )


def do_nothing(case: ExceptionCase, *, recommended: bool) -> Option:
    """The option every other is measured against."""
    late = bool(case.order_ids) and case.code not in MONEY_ONLY
    return doing_nothing(
        penalty_cents=case.impact.loss_cents,
        late_orders=len(case.order_ids) if late else 0,
        otif_bp=0 if late else BASIS_POINTS,
        recommended=recommended,
        reasons=(f"The expected loss stays {case.impact.loss_cents / 100:,.2f}.",),
    )


def _option(
    case: ExceptionCase,
    remedy: Remedy,
    label: str,
    actions: tuple[Action, ...],
    reason: str,
    *,
    cost_cents: int = 0,
) -> Option:
    saved = case.impact.avoidable_cents - cost_cents
    return Option(
        option_id=str(remedy).replace("_", "-"),
        remedy=remedy,
        label=label,
        actions=actions,
        cost_delta_cents=-saved,
        penalty_cents=case.impact.loss_cents - case.impact.avoidable_cents,
        recommended=saved >= 0,
        reasons=(reason,),
    )


def _release_credit(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option:
    del now
    order = entity_of(facts, EntityKind.SALES_ORDER, case.entity.entity_id, SalesOrder)
    return _option(
        case,
        Remedy.RELEASE_CREDIT_HOLD,
        "Release the hold",
        (ReleaseCreditHold(order_id=order.order_id),),
        f"{order.number} goes on; the customer's open amount grows by {order.total_cents / 100:,.2f}.",
    )


def _correct_price(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    line = entity_of(facts, EntityKind.ORDER_LINE, case.entity.entity_id, OrderLine)
    agreed = next((fact for fact in case.evidence if fact.name == "agreed_price"), None)
    if agreed is None:
        return None
    price_cents = int(agreed.value)
    return _option(
        case,
        Remedy.CORRECT_PRICE,
        f"Set {price_cents / 100:,.2f} a unit",
        (SetLinePrice(order_id=line.order_id, line_id=line.line_id, unit_price_cents=price_cents),),
        f"The line says {line.unit_price_cents / 100:,.2f}, agreed is {price_cents / 100:,.2f}.",
    )


def _complete_order(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    order = entity_of(facts, EntityKind.SALES_ORDER, case.entity.entity_id, SalesOrder)
    fact = next((f for f in case.evidence if f.name == "missing_fields"), None)
    missing = tuple(name.strip() for name in fact.value.split(",")) if fact is not None else ()
    earlier = facts.recent_ship_tos(order.customer_id)
    actions: list[Action] = []
    for name in missing:
        known = [str(getattr(ship_to, name, "")).strip() for ship_to in earlier]
        value = next((text for text in known if text), "")
        if not value:
            return None
        actions.append(SetOrderField(order_id=order.order_id, field=name, value=value))
    if not actions:
        return None
    filled = ", ".join(f"{a.field} = {a.value}" for a in actions if isinstance(a, SetOrderField))
    return _option(
        case,
        Remedy.COMPLETE_ORDER,
        "Fill from earlier orders",
        tuple(actions),
        f"As on earlier orders: {filled}.",
    )


def _promise_date(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    """The first day that can be kept, at the hour of the present promise.

    None where an open line is promised for a day of its own that cannot be kept: one day does not suit both.
    """
    order = entity_of(facts, EntityKind.SALES_ORDER, case.entity.entity_id, SalesOrder)
    fact = next((each for each in case.evidence if each.name == "feasible_at"), None)
    if fact is None:
        return None
    feasible_at = max(datetime.fromisoformat(fact.value), now)
    late = max(timedelta(0), feasible_at + DECISION_TIME - order.promised_at)
    promised_at = order.promised_at + timedelta(days=-(-late // timedelta(days=1)))
    wanting = [line for line in facts.lines_of(order.order_id) if line.open_quantity]
    moved = tuple(line.line_id for line in wanting if line.promised_at == order.promised_at)
    unkept = any(line.promised_at != order.promised_at and line.promised_at < promised_at for line in wanting)
    if not late or not moved or unkept:
        return None
    return _option(
        case,
        Remedy.PROMISE_DATE,
        f"Promise {promised_at:%d %b}",
        (
            PromiseDate(
                order_id=order.order_id,
                line_ids=moved,
                promised_at=promised_at,
                replaces_promised_at=order.promised_at,
            ),
        ),
        f"{order.number} cannot be there before {feasible_at:%d %b}; promised is {order.promised_at:%d %b}.",
    )


def _substitute(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    offer = substitute_offer(shortage_of(case, facts), facts)
    if offer is None:
        return None
    words = offer.words(offer.units)
    return _option(
        case,
        offer.remedy,
        words[0].upper() + words[1:],
        (offer.command(offer.units),),
        offer.reason,
        cost_cents=offer.price_cents(offer.units),
    )


def _from_one_node(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    found = from_one_node(case, facts)
    if found is None:
        return None
    units = sum(move.quantity for move in found.moves)
    return _option(
        case,
        Remedy.REALLOCATE,
        f"Ship all from {found.node_name}",
        found.moves,
        f"{units} units move there; one shipment instead of {found.node_count}.",
    )


def _repick(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    task = entity_of(facts, EntityKind.PICK_TASK, case.entity.entity_id, PickTask)
    missing = task.requested_quantity - task.picked_quantity
    if missing <= 0:
        return None
    return _option(
        case,
        Remedy.REPICK,
        f"Pick {missing} from reserve",
        (RepickTask(task_id=task.task_id, bin_code=RESERVE_BIN, quantity=missing),),
        f"{task.bin_code} gave {task.picked_quantity} of {task.requested_quantity}; reserve may hold more.",
    )


def _credit_invoice(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    del now
    credit = credit_of(case, facts)
    if credit is None:
        return None
    label = f"Credit {credit.units} units"
    return _option(case, Remedy.CREDIT_INVOICE, label, credit.lines, credit.reason)


def _expedite(case: ExceptionCase, facts: RemedyFacts, now: datetime) -> Option | None:
    supply = entity_of(facts, EntityKind.INBOUND_SUPPLY, case.entity.entity_id, InboundSupply)
    wanted = max(supply.due_at, now + timedelta(days=1))
    if wanted >= supply.eta_at:
        return None
    cost_cents = EXPEDITE_BASE_CENTS + EXPEDITE_CENTS_PER_UNIT * supply.open_quantity
    return _option(
        case,
        Remedy.EXPEDITE,
        f"Expedite to {wanted:%d %b}",
        (ExpediteSupply(supply_id=supply.supply_id, eta_at=wanted, cost_cents=cost_cents),),
        f"Assumed premium freight {cost_cents / 100:,.2f}: {supply.open_quantity} units by {wanted:%d %b}.",
        cost_cents=cost_cents,
    )


#: By type, what works out its remedy.
BY_RULE: Mapping[str, Callable[[ExceptionCase, RemedyFacts, datetime], Option | None]] = MappingProxyType(
    {
        "OE-CREDIT": _release_credit,
        "OE-PRICE": _correct_price,
        "OE-INCOMPLETE": _complete_order,
        "OE-PROMISE": _promise_date,
        "OE-OBSOLETE": _substitute,
        "WH-PICK-SHORT": _repick,
        "IN-POD-MISMATCH": _credit_invoice,
        "IN-QTY": _credit_invoice,
        "IN-DUP": _credit_invoice,
        "AL-PO-LATE": _expedite,
        "AL-SPLIT": _from_one_node,
    }
)
