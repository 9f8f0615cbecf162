"""What goes over the wire between desk and hub: JSON of plain names, problems as RFC 9457 says."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from app.signing.receipts import HubOutcome

PROBLEM_TYPE = "application/problem+json"
ENTRY_TYPE = "application/vnd.dsse.envelope.v1+json"
IDEMPOTENCY_HEADER = "Idempotency-Key"
#: Problems of the moment: the same again, later or signed anew, is taken.
LATER_CODES = frozenset({"out_of_order", "in_flight", "replayed"})

#: The status that tells a device that its entry is recorded, but without effect.
STATUS_OF_OUTCOME: dict[HubOutcome, int] = {
    HubOutcome.ACCEPTED: 201,
    HubOutcome.ALREADY_DECIDED: 409,
    HubOutcome.FORBIDDEN: 403,
    HubOutcome.EXPIRED: 412,
    HubOutcome.UNKNOWN_SUBJECT: 412,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer that is no success: ``code`` for programs, ``detail`` for people."""

    status: int
    code: str
    title: str
    detail: str

    def document(self, **extra: str) -> bytes:
        """The RFC 9457 document, with further members."""
        members = {"type": f"urn:control-tower:problem:{self.code}", "code": self.code}
        members |= {"title": self.title, "detail": self.detail}
        return json.dumps({**members, "status": self.status, **extra}).encode()


def to_text(data: bytes) -> str:
    """Bytes as they travel inside JSON: base64."""
    return base64.b64encode(data).decode()


def from_text(text: object) -> bytes:
    """Bytes that :func:`to_text` wrote.

    Raises:
        ValueError: it is no such text.
    """
    if not isinstance(text, str):
        raise ValueError("base64 text expected")  # noqa: TRY004 - one kind of error for the caller
    return base64.b64decode(text, validate=True)
