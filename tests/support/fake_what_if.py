"""Made-up choices and solved worlds, as the What-if page shows them."""

from __future__ import annotations

from dataclasses import replace

from domain.what_if import Change, ChangeKind, WhatIf
from tests.support.fake_tower import NOW
from views.map.state import MapNode, MapState
from views.what_if.state import (
    Choice,
    Figure,
    FigureRow,
    FlipRow,
    WhatIfChoices,
    WhatIfSolved,
    WorldView,
)

CLOSED = WhatIf(
    name="Memphis closed for the whole plan",
    changes=(Change(kind=ChangeKind.NODE_CLOSED, subject="DC-MEM"),),
)


def choices() -> WhatIfChoices:
    """Two nodes, a zone and a customer; Memphis is busiest."""
    return WhatIfChoices(
        now=NOW,
        open_lines=3,
        nodes=(
            Choice(key="DC-MEM", title="Memphis", note="90 open units"),
            Choice(key="DC-DFW", title="Dallas"),
        ),
        zones=(Choice(key="Z-MAT", title="zone MAT"),),
        customers=(Choice(key="C-1", title="Acme", note="2 orders"),),
        carriers=(Choice(key="HWKX", title="Hawk Express (HWKX)", note="3 bookings"),),
        busiest="DC-MEM",
    )


def flip(line_id: str, cents: int, *, units: int = 10, case_id: str = "", why_not: str = "") -> FlipRow:
    """A line that moves from Memphis to Dallas."""
    return FlipRow(
        line_id=line_id,
        order_number=f"SO-{line_id}",
        position=1,
        sku="KT-1",
        item_name="=valve",
        customer="Acme",
        units=units,
        from_words="Memphis",
        to_words="Dallas",
        before="19 Nov, on time",
        after="20 Nov, 1 d late",
        turn="bad",
        order_delta_cents=cents,
        at_node="DC-MEM",
        parts=(("DC-DFW", units),),
        case_id=case_id,
        why_not=why_not,
    )


FLIPS = (
    flip("1", 500, units=30),
    flip("2", 90_000, units=5, case_id="EX-1"),
    flip("3", -200, why_not="ships from Dallas today already"),
)


def solved(*what_ifs: WhatIf) -> WhatIfSolved:
    """The baseline and these worlds."""
    worlds = what_ifs or (CLOSED,)
    nodes = MapState(nodes=(MapNode(id="DC-MEM", name="Memphis", lon=-90.0, lat=35.1),), show_risk=False)
    first = WorldView(
        what_if=WhatIf(name="Baseline"), words="As it is.", cancelled=False, flips=(), map_state=nodes
    )
    others = tuple(
        replace(first, what_if=each, words=f"{each.name}: +$5", flips=FLIPS, dropped=("Left out: x. Gone.",))
        for each in worlds
    )
    cost = FigureRow(
        title="Total cost",
        figures=(
            Figure(text="$100"),
            *(Figure(text="$105", delta="+$5", turn="bad") for _ in worlds),
        ),
    )
    volume = FigureRow(title="Memphis", figures=(Figure(text="90"), *(Figure(text="0") for _ in worlds)))
    return WhatIfSolved(
        as_of=NOW,
        currency="USD",
        words="3 lines of 3 orders, 22 days",
        worlds=(first, *others),
        figures=(cost,),
        volumes=(volume,),
        changed=("Since the last solve 1 line came and 0 lines went.",),
    )
