"""Orders, evidence and notes of a case as list rows."""

from __future__ import annotations

from datetime import datetime

from domain.cases import Fact
from views.case_detail.state import CaseDetail, NoteRow, OrderRow, PastRow, RecipientRow, ServiceCaseRow
from views.case_queue.row_texts import STATUS_WORDS
from views.formatting import age, duration, full_moment, moment, money, seconds_between
from views.language import tr
from views.phrases import said
from views.shell.two_line_list import Line

_CENTS_UNITS = frozenset({"cents", "minor"})


def fact_name(name: str) -> str:
    """A fact's name as a phrase: ``short_quantity`` reads ``Short quantity``."""
    words = name.replace("_", " ")
    return said(words[:1].upper() + words[1:])


def fact_value(fact: Fact, detail: CaseDetail) -> str:
    """A fact's value with its unit; amounts as money, times at the desk."""
    if fact.unit in _CENTS_UNITS and fact.value.lstrip("-").isdigit():
        return money(int(fact.value), detail.currency)
    try:
        at = datetime.fromisoformat(fact.value)
    except ValueError:
        return f"{fact.value} {fact.unit}".strip()
    is_time = at.tzinfo is not None
    return full_moment(at, detail.zone) if is_time else fact.value


def evidence_lines(detail: CaseDetail, now: datetime) -> tuple[Line, ...]:
    """The facts a case stands on: value, source, age."""
    lines = []
    for number, fact in enumerate(detail.case.evidence):
        old = "" if fact.as_of is None else tr("{age} old", age=age(seconds_between(now, fact.as_of)))
        record = "" if fact.entity is None else fact.entity.entity_id
        lines.append(
            Line(
                key=f"{number}/{fact.name}",
                title=fact_name(fact.name),
                text="  ·  ".join(part for part in (fact.source or tr("worked out here"), record) if part),
                right=fact_value(fact, detail),
                right_text=old,
            )
        )
    return tuple(lines)


def _order_line(order: OrderRow, detail: CaseDetail, now: datetime) -> Line:
    late_s = 0 if order.promised_at is None else seconds_between(now, order.promised_at)
    promised = (
        ""
        if order.promised_at is None
        else tr("due {moment}", moment=moment(order.promised_at, now, detail.zone))
    )
    tier = tr("  ·  tier {tier}", tier=order.tier) if order.tier else ""
    return Line(
        key=order.order_number,
        title=order.order_number,
        text=f"{order.customer_name}{tier}",
        right=money(order.value_cents, detail.currency),
        right_text=tr("{duration} late", duration=duration(late_s)) if late_s > 0 else promised,
        tone="critical" if late_s > 0 else None,
    )


def _recipient_line(who: RecipientRow) -> Line:
    return Line(
        key=f"recipient/{who.customer_name}",
        title=tr("{name}  ·  {customer}", name=who.name, customer=who.customer_name),
        text="  ·  ".join(part for part in (who.asks, who.email, who.phone) if part),
    )


def _service_case_line(case: ServiceCaseRow, detail: CaseDetail, now: datetime) -> Line:
    return Line(
        key=f"service/{case.number}",
        title=case.subject or case.number,
        text=tr("Service case {number}  ·  {customer}", number=case.number, customer=case.customer_name),
        right=tr("waits for the customer") if case.waits else tr("being worked on"),
        right_text=tr("since {moment}", moment=moment(case.opened_at, now, detail.zone)),
    )


def order_lines(detail: CaseDetail, now: datetime) -> tuple[Line, ...]:
    """Whom to speak to, what the service desk has open, and the orders a case touches."""
    return (
        *(_recipient_line(who) for who in detail.recipients),
        *(_service_case_line(case, detail, now) for case in detail.service_cases),
        *(_order_line(order, detail, now) for order in detail.orders),
    )


def _note_line(number: int, note: NoteRow, detail: CaseDetail, now: datetime) -> Line:
    return Line(
        key=str(number), title=note.text, text=note.author, right_text=moment(note.at, now, detail.zone)
    )


def note_lines(detail: CaseDetail, now: datetime) -> tuple[Line, ...]:
    """What people wrote, newest first."""
    newest_first = sorted(detail.notes, key=lambda n: n.at, reverse=True)
    return tuple(_note_line(n, note, detail, now) for n, note in enumerate(newest_first))


def _past_line(past: PastRow, detail: CaseDetail, now: datetime) -> Line:
    ended, tone = STATUS_WORDS[past.state]
    took = duration(seconds_between(past.closed_at, past.opened_at))
    like = tr("same cause") if past.same_cause else tr("same site")
    return Line(
        key=past.case_id,
        title=past.title,
        text="  ·  ".join(part for part in (like, past.done) if part),
        right=moment(past.closed_at, now, detail.zone),
        right_text=tr("{ended} after {time}", ended=ended, time=took),
        tone=tone if tone == "ok" else None,
    )


def past_lines(detail: CaseDetail, now: datetime) -> tuple[Line, ...]:
    """Closed cases like this one, the most alike first."""
    return tuple(_past_line(past, detail, now) for past in detail.past)
