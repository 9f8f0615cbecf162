"""CloudEvents, in binary or structured mode, as values; the reference library reads the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.exceptions import BaseCloudEventException

from domain.checks import as_utc
from domain.errors import BadInputError, BadValueError

MAX_EVENT_BYTES = 1024 * 1024
MAX_NAME_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedEvent:
    """An event: ``source`` and ``event_id`` name it for ever; ``at`` is when it happened there, if said."""

    source: str
    event_id: str
    event_type: str
    data: bytes
    at: datetime | None = None


def event_of(headers: Mapping[str, str], body: bytes) -> PushedEvent:
    """The event of a message with these headers: binary mode by ``ce-`` headers, else structured JSON.

    Raises:
        BadInputError: it is no CloudEvent, or too large.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise BadInputError(
            what=f"The event has {len(body)} bytes, more than {MAX_EVENT_BYTES}.",
            remedy="Send less in one event.",
        )
    try:
        event = from_http_event(HTTPMessage(headers=dict(headers), body=body))
        source, event_id, event_type = event.get_source(), event.get_id(), event.get_type()
        data, at = _bytes(event.get_data()), event.get_time()
        found = PushedEvent(
            source=source, event_id=event_id, event_type=event_type, data=data, at=as_utc(at) if at else None
        )
    except (
        BaseCloudEventException,
        BadValueError,
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
        msgspec.MsgspecError,
    ) as error:
        raise BadInputError(
            what=f"This is no CloudEvent: {_words(error)}.",
            remedy="Send ce- headers with the data as body, or application/cloudevents+json (version 1.0).",
        ) from error
    names = (found.source, found.event_id, found.event_type)
    if not all(name and len(name) <= MAX_NAME_LENGTH and "\n" not in name for name in names):
        raise BadInputError(
            what="The event's source, id or type is empty, too long or of several lines.",
            remedy="Name events by short texts that never come again.",
        )
    return found


def _bytes(data: object) -> bytes:
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    if isinstance(data, str):
        return data.encode()
    return msgspec.json.encode(data)


def _words(error: Exception) -> str:
    return str(error).strip().rstrip(".").replace("\n", " ")[:300] or type(error).__name__
