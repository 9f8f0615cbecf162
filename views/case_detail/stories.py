"""An order line's way through the systems, stage by stage, as values and words; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal

from views.formatting import count, counted, full_moment
from views.language import tr

StageName = Literal["order", "supply", "pick", "shipment", "pod", "invoice"]
StageLook = Literal["done", "part", "trouble", "none"]

STAGES: Final[tuple[tuple[StageName, str], ...]] = (
    ("order", tr("Order")),
    ("supply", tr("Supply")),
    ("pick", tr("Pick")),
    ("shipment", tr("Ship")),
    ("pod", tr("POD")),
    ("invoice", tr("Bill")),
)
#: What a stage's sign means, for those who hear it or see no colour.
LOOK_WORDS: Final[dict[StageLook, str]] = {
    "done": tr("done"),
    "part": tr("in part"),
    "trouble": tr("open exception"),
    "none": tr("not begun"),
}
_SPOKEN: Final[dict[StageName, str]] = {
    "order": tr("order"),
    "supply": tr("supply"),
    "pick": tr("pick"),
    "shipment": tr("shipment"),
    "pod": tr("proof of delivery"),
    "invoice": tr("invoice"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """One stage: how it stands, units through it of the units wanted, when, who says so, what is open."""

    stage: StageName
    look: StageLook
    quantity: int
    of_quantity: int
    detail: str = ""
    at: datetime | None = None
    source: str = ""
    case_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStory:
    """One line with its six stages in order; ``is_subject`` says that the case is about it."""

    order_number: str
    position: int
    sku: str
    marks: tuple[StageMark, ...]
    is_subject: bool = False

    @property
    def title(self) -> str:
        """What stands before the strip: the line's place in its order and its SKU."""
        return f"{self.position}  {self.sku}"


def stage_words(mark: StageMark, zone: tzinfo) -> str:
    """A stage in full, one fact a line: how it stands, what of it, when, by whom it is known."""
    parts = [
        f"{_SPOKEN[mark.stage].capitalize()}: {LOOK_WORDS[mark.look]}",
        tr("{count} of {count2} units", count=count(mark.quantity), count2=count(mark.of_quantity)),
    ]
    if mark.detail:
        parts.append(mark.detail.replace("_", " "))
    if mark.at is not None:
        parts.append(full_moment(mark.at, zone))
    parts.append(
        tr("Source: {source}", source=mark.source) if mark.source else tr("No source says anything yet")
    )
    if mark.case_ids:
        parts.append(tr("Open: {value}", value=", ".join(mark.case_ids)))
    return "\n".join(parts)


def story_words(story: LineStory) -> str:
    """A line's whole way in one sentence, for a screen reader."""
    stages = ", ".join(f"{_SPOKEN[mark.stage]} {LOOK_WORDS[mark.look]}" for mark in story.marks)
    return tr(
        "{order_number} line {position}, {sku}: {stages}",
        order_number=story.order_number,
        position=story.position,
        sku=story.sku,
        stages=stages,
    )


def story_counts(stories: tuple[LineStory, ...]) -> str:
    """How many lines are shown and how many of them have an open exception."""
    red = sum(any(mark.look == "trouble" for mark in story.marks) for story in stories)
    lines = counted(len(stories), "line")
    return tr("{lines}  ·  {count} with open exceptions", lines=lines, count=count(red)) if red else lines
