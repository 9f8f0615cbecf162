"""What the What-if page shows: choices, progress, solved worlds, an explanation; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

from domain.what_if import WhatIf
from views.map.state import MapState

#: The job's id in the strip at the foot of the window: cancelling it ends the solve with its best.
JOB_ID: Final = "what-if"

Turn = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something a change can name: its id, what people call it, and what tells it from others."""

    key: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfChoices:
    """What can be changed in the backlog of now; ``busiest`` is the node most open units ship from."""

    now: datetime
    open_lines: int
    nodes: tuple[Choice, ...] = ()
    zones: tuple[Choice, ...] = ()
    customers: tuple[Choice, ...] = ()
    carriers: tuple[Choice, ...] = ()
    busiest: str = ""
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfProgress:
    """Where a solve stands: the world worked on (0: the baseline) of how many, its best so far in words."""

    world: int
    worlds: int
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfFailed:
    """Why a solve, an explanation or a file has no answer; ``what`` is which of them."""

    what: Literal["solve", "why", "file"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in one world: its value, its difference to the baseline, and whether that is good."""

    text: str
    delta: str = ""
    turn: Turn = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure in every world; ``hint`` says what it means."""

    title: str
    figures: tuple[Figure, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipRow:
    """An order line that a world treats otherwise than the baseline.

    ``parts`` are its units by node there, ``at_node`` where it ships from today. ``why_not`` says why it
    cannot be proposed; empty when it can. Money in cents, of the whole order, positive dearer.
    """

    line_id: str
    order_number: str
    position: int
    sku: str
    item_name: str
    customer: str
    units: int
    from_words: str
    to_words: str
    before: str
    after: str
    turn: Turn
    order_delta_cents: int
    at_node: str
    parts: tuple[tuple[str, int], ...]
    case_id: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorldView:
    """A solved world; ``words`` sums it up, ``dropped`` says which changes did not fit and why."""

    what_if: WhatIf
    words: str
    cancelled: bool
    flips: tuple[FlipRow, ...]
    map_state: MapState
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIfSolved:
    """The baseline and its scenarios, side by side; ``changed`` says what is new since the solve before."""

    as_of: datetime
    currency: str
    words: str
    worlds: tuple[WorldView, ...]
    figures: tuple[FigureRow, ...]
    volumes: tuple[FigureRow, ...]
    skipped: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfWhy:
    """Why a line is treated as it is in a world."""

    world: int
    line_id: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfOpened:
    """A shared scenario that was opened: whose signature held, and what the file says of its result."""

    what_if: WhatIf
    signed_by: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMove:
    """A line to be moved as a scenario has it: from where it ships today to these units by node."""

    line_id: str
    from_node: str
    parts: tuple[tuple[str, int], ...]
    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedLine:
    """What became of a line that was to be proposed; ``why_not`` is empty when it was."""

    line_id: str
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPromoted:
    """What became of all of them."""

    lines: tuple[PromotedLine, ...]


WhatIfContent = (
    WhatIfChoices | WhatIfProgress | WhatIfFailed | WhatIfSolved | WhatIfWhy | WhatIfOpened | WhatIfPromoted
)
