"""A record as it came, as text for a person: JSON laid out, anything else as it is, never without an end."""

from __future__ import annotations

import json
from typing import Final

from views.formatting import count
from views.language import tr

MOST_BYTES: Final = 16_384


def raw_text(raw: bytes) -> str:
    """The record's bytes as text; what is no UTF-8 shows as replacement signs, what is too long is cut."""
    text = raw[:MOST_BYTES].decode("utf-8", errors="replace")
    cut = (
        "\n" + tr("... and {count} bytes more", count=count(len(raw) - MOST_BYTES))
        if len(raw) > MOST_BYTES
        else ""
    )
    try:
        return json.dumps(json.loads(raw), indent=2, ensure_ascii=False) if not cut else text + cut
    except ValueError:
        return text + cut
