"""Writes EDIFACT interchanges with the standard signs; what looks like a sign is released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from connectors.edi.envelopes import Address

Body = Sequence[Sequence[str]]
_SIGNS = re.compile(r"([?'+:])")


def released(text: str) -> str:
    """A component's text with the signs in it released."""
    return _SIGNS.sub(r"?\1", text)


def write_edifact(
    messages: Sequence[tuple[str, Body]],
    *,
    sender: Address,
    receiver: Address,
    control: int,
    at: datetime,
    is_test: bool = False,
) -> str:
    """One interchange; each of ``messages`` is a type (``ORDERS:D:96A:UN``) and its segments.

    Elements of the bodies hold their components already joined by ``:``, each component
    through :func:`released` where its text is free.
    """
    tail = ["", "", "", "", "", "1"] if is_test else []
    lines: list[Sequence[str]] = [
        ["UNB", "UNOC:3", _end(sender), _end(receiver), f"{at:%y%m%d}:{at:%H%M}", str(control), *tail]
    ]
    for number, (kind, body) in enumerate(messages, start=1):
        lines.append(["UNH", str(number), kind])
        lines.extend(body)
        lines.append(["UNT", str(len(body) + 2), str(number)])
    lines.append(["UNZ", str(len(messages)), str(control)])
    return "UNA:+.? '" + "".join("+".join(line) + "'" for line in lines)


def _end(address: Address) -> str:
    identifier = released(address.identifier)
    return f"{identifier}:{released(address.qualifier)}" if address.qualifier else identifier
