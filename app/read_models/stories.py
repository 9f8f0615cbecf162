"""The lines of a case's orders across the systems, those the case is about first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from domain.ids import EntityKind, OrderId
from views.case_detail.stories import LineStory, StageLook, StageMark, StageName
from views.phrases import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.read_models.geography import Geography
    from app.store.line_story import StageOfLine
    from app.store.mirror import Mirror
    from domain.cases import ExceptionCase

MOST_ORDERS: Final = 8
MOST_LINES: Final = 60
_LOOKS: Final[dict[str, StageLook]] = {"green": "done", "amber": "part", "red": "trouble", "grey": "none"}
_STAGES: Final[dict[str, StageName]] = {
    "order": "order",
    "supply": "supply",
    "pick": "pick",
    "shipment": "shipment",
    "pod": "pod",
    "invoice": "invoice",
}


def line_stories(mirror: Mirror, geography: Geography, case: ExceptionCase) -> tuple[LineStory, ...]:
    """The stories of the case's first orders, at most ``MOST_LINES`` of them."""
    about = {e.entity_id for e in (case.entity, *case.about) if e.kind is EntityKind.ORDER_LINE}
    found: list[LineStory] = []
    for order_id in case.order_ids[:MOST_ORDERS]:
        order = geography.orders.get(order_id)
        number = order.number if order is not None else str(order_id)
        found += _of_order(number, mirror.line_stories(OrderId(order_id)), about)
    return tuple(sorted(found, key=lambda story: not story.is_subject))[:MOST_LINES]


def _of_order(number: str, stages: Sequence[StageOfLine], about: set[str]) -> list[LineStory]:
    return [
        LineStory(
            order_number=number,
            position=marks[0].position,
            sku=marks[0].sku,
            marks=tuple(_mark(stage) for stage in marks),
            is_subject=str(line_id) in about,
        )
        for line_id, marks in (
            (line_id, list(group)) for line_id, group in groupby(stages, key=lambda stage: stage.line_id)
        )
    ]


def _mark(stage: StageOfLine) -> StageMark:
    return StageMark(
        stage=_STAGES[stage.stage],
        look=_LOOKS[stage.light],
        quantity=stage.quantity,
        of_quantity=stage.of_quantity,
        detail=said(stage.detail),
        at=stage.at,
        source=str(stage.source or ""),
        case_ids=tuple(str(case_id) for case_id in stage.case_ids),
    )
