"""The made-up morning's lines across the systems: one short, one under way, others done."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_tower import FIRST_ID, NOW
from views.case_detail.stories import STAGES, LineStory, StageLook, StageMark


def story(looks: str, position: int, sku: str, *, subject: bool = False) -> LineStory:
    """A line by one letter a stage: d done, p in part, t trouble, n not begun."""
    meanings: dict[str, StageLook] = {"d": "done", "p": "part", "t": "trouble", "n": "none"}
    units = {"d": 560, "p": 200, "t": 242, "n": 0}
    return LineStory(
        order_number="SO-884120",
        position=position,
        sku=sku,
        is_subject=subject,
        marks=tuple(
            StageMark(
                stage=stage,
                look=meanings[letter],
                quantity=units[letter],
                of_quantity=560,
                detail="reserved at MEM" if stage == "supply" else "",
                at=NOW - timedelta(hours=6 - number) if letter != "n" else None,
                source=("erp", "erp", "wms", "tms", "tms", "erp")[number] if letter != "n" else "",
                case_ids=("EX-7", FIRST_ID) if letter == "t" else (),
            )
            for number, ((stage, _), letter) in enumerate(zip(STAGES, looks, strict=True))
        ),
    )


def stories() -> tuple[LineStory, ...]:
    """Eight lines of one order, the one of the case first."""
    return (
        story("dtpnnn", 1, "KT-2201", subject=True),
        story("ddpnnn", 2, "KT-2202-BLK"),
        story("ddddnn", 3, "LM-0098"),
        story("dddddd", 4, "A very long SKU with <b>markup</b>"),
        *(story("ddnnnn", number, f"PX-{number:04d}") for number in range(5, 9)),
    )
