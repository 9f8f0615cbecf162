"""Whether the verifier believes a bundle, and an honest one to begin from."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from app.signing.verifier.plain import InvalidError, UnreadableError
from app.signing.verifier.report import verify
from tests.support.forged_log import honest
from tests.support.trail_room import packed

BELIEVED = "the verifier believed it"

Document = dict[str, Any]


@cache
def honest_file() -> bytes:
    """The file of the honest trail."""
    return packed(honest().document())


def document() -> Document:
    """The document of the honest trail, to be changed."""
    found: Document = json.loads(honest_file())
    return found


def refusal(data: bytes, **how: Any) -> str:
    """Why a file is not believed; fails when it is."""
    try:
        if not data.endswith(b"\n"):
            return "cut off"
        verify(data[:-1], **how)
    except (InvalidError, UnreadableError) as error:
        return str(error)
    return BELIEVED
