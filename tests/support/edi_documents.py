"""Documents of every shape that we can write, for Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from connectors.edi import codes
from connectors.edi.documents import DocumentLine, LineAnswer, OrderAnswer, Party, PurchaseOrder

TEXT = st.text("ABCDEFGHIJ klmnop-.,/0123456789", min_size=2, max_size=20).filter(lambda t: t == t.strip())
NUMBERS = st.text("ABC0123456789-", min_size=3, max_size=15)
DAYS = st.integers(0, 20_000).map(lambda n: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=n))
ENDS = DAYS.map(lambda day: day + timedelta(hours=23, minutes=59))
QUANTITIES = st.integers(0, 10**6)


def lines(draw: st.DrawFn, requested: datetime) -> tuple[DocumentLine, ...]:
    positions = draw(st.lists(st.integers(1, 999), min_size=1, max_size=5, unique=True))
    return tuple(
        DocumentLine(
            position=position,
            item=draw(NUMBERS),
            quantity=draw(QUANTITIES),
            unit_price_cents=draw(QUANTITIES),
            requested_at=draw(st.one_of(st.just(requested), ENDS)),
        )
        for position in positions
    )


@st.composite
def orders(draw: st.DrawFn) -> PurchaseOrder:
    requested = draw(ENDS)
    return PurchaseOrder(
        number=draw(NUMBERS),
        ordered_at=draw(DAYS),
        requested_at=requested,
        currency="USD",
        ship_to=Party(
            code=draw(NUMBERS), name=draw(TEXT), street=draw(TEXT), city=draw(TEXT), postcode=draw(NUMBERS),
            country="US", contact=draw(st.one_of(st.just(""), TEXT)),
        ),
        lines=lines(draw, requested),
    )  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> OrderAnswer:
    fact = st.sampled_from(sorted(codes.LINE_ANSWER)).map(codes.line_answer)
    positions = draw(st.lists(st.integers(1, 999), min_size=1, max_size=4, unique=True))
    return OrderAnswer(
        number=draw(NUMBERS),
        at=draw(DAYS),
        due_at=draw(st.one_of(st.none(), ENDS)),
        ship_to_code=draw(st.one_of(st.just(""), NUMBERS)),
        ordered_at=draw(st.one_of(st.none(), DAYS)),
        lines=tuple(
            DocumentLine(
                position=position,
                item=draw(NUMBERS),
                quantity=draw(QUANTITIES),
                answers=tuple(
                    LineAnswer(code=code, quantity=draw(QUANTITIES), at=draw(st.one_of(st.none(), ENDS)))
                    for code in draw(st.lists(fact, min_size=1, max_size=3))
                    if code is not None
                ),
            )
            for position in positions
        ),
    )


@st.composite
def edifact_answers(draw: st.DrawFn) -> OrderAnswer:
    """Answers as ORDRSP says them: one to a line, and each line with its own day."""
    document = draw(answers())
    fact = st.sampled_from(sorted(codes.LINE_ACTION)).map(codes.line_action)
    lines = []
    for line in document.lines:
        code = draw(fact)
        assert code is not None
        answer = LineAnswer(code=code, quantity=draw(QUANTITIES), at=draw(st.one_of(st.none(), ENDS)))
        lines.append(replace(line, answers=(answer,)))
    return replace(document, due_at=None, ship_to_code="", lines=tuple(lines))
