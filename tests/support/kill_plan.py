"""Twenty moments to end a program at, spread over everything it does; the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

#: What the driver prints as it begins something or has done it.
MOMENTS = (
    "OPENED",
    "SYNCING",
    "SYNCED",
    "PROPOSING",
    "PROPOSED",
    "APPROVING",
    "APPROVED",
    "SETTLING",
    "SENDING",
    "ANSWERED",
    "SETTLED",
)
#: Most can go wrong while things are signed and brought to effect, so these come up more often.
WORDS = (
    *MOMENTS,
    *("PROPOSING", "APPROVING", "APPROVED"),
    *("SETTLING", "SETTLING"),
    *("SENDING", "SENDING", "SENDING"),
    "ANSWERED",
)
OUTAGES_EACH = 3

Server = Literal["", "service", "hub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """End the program after it printed ``word`` for the ``turn``-th time.

    It gets ``fraction`` of the time that it last took from that word to its next. ``server`` is killed
    too, when ``server_word`` is first printed; it comes back when the program is started again, or only
    after that one's first round (``late``).
    """

    word: str
    turn: int
    fraction: float
    server: Server = ""
    server_word: str = ""
    late: bool = False


def strikes(seed: int) -> list[Strike]:
    """The moments, in random order."""
    chance = random.Random(seed)
    words = list(WORDS)
    chance.shuffle(words)
    outages: list[Server] = ["service", "hub"] * OUTAGES_EACH
    outages.extend("" for _ in range(len(words) - len(outages)))
    chance.shuffle(outages)
    return [
        Strike(
            word=word,
            turn=chance.choice((1, 1, 2)),
            fraction=chance.random(),
            server=server,
            server_word=chance.choice(("SYNCING", "PROPOSED", "APPROVED", "SETTLING")) if server else "",
            late=bool(server) and chance.random() < 0.5,
        )
        for word, server in zip(words, outages, strict=True)
    ]
