"""What a run leaves behind for the checker: database files, what people were told, what was really done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.simulator.upstream import Asked, Effect, Fields
from tests.support.approval_desk import START

#: Who is there, and in which role.
PEOPLE = {"a.moreno": "planner", "t.nguyen": "planner", "j.okafor": "supervisor", "m.silva": "supervisor"}
#: j.okafor lends her right to t.nguyen for a part of the day and up to an amount.
DELEGATE, LENDER, LENT_MINOR = "t.nguyen", "j.okafor", 3_000_000
#: How much of reallocating one person may approve within any 24 hours, whoever's right they use.
DAY_MINOR = 12_000_000
LENT_FROM, LENT_UNTIL = START + timedelta(minutes=20), START + timedelta(minutes=150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What a desk told its user is signed and kept."""

    desk: str
    action_id: str
    sha256: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened in a run, for the figures: a run in which nothing happens proves nothing."""

    crashes: Counter[str]
    refused: Counter[str]
    effects: int
    approvals: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the checker looks at.

    ``seen`` are the lines as a planner saw them, by action; ``moved`` are numbers of the log that the hub
    gave out for two entries; ``own_findings`` is what the product's own checks say.
    """

    hub_file: Path
    desk_files: dict[str, Path]
    hub_spki: bytes
    spki_of: dict[str, tuple[bytes, str]]
    effects: tuple[Effect, ...]
    asked: tuple[Asked, ...]
    acknowledged: tuple[Acknowledged, ...]
    seen: dict[str, Fields]
    moved: tuple[int, ...]
    own_findings: tuple[str, ...]
    story: Story
