"""The two spellings of OData: literals, filters, and what an answer holds. Nothing here sends anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import msgspec

from connectors.odata.profiles import ValueType
from connectors.row_records import Row
from domain.errors import BadInputError

V2 = 2
ETAG, GONE = "@etag", "@gone"
_TICKS = re.compile(r"/Date\((-?\d{1,15})([+-]\d{1,4})?\)/")
_KEY = re.compile(r"\(((?:[^()']|'(?:[^']|'')*')*)\)$")
_KEY_PART = re.compile(r"(?:(\w+)=)?(?:'((?:[^']|'')*)'|([^,']+))(?:,|$)")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - ticks of V2 are the service's own local time


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a collection answered; ``next_link`` leads to the rest, ``delta_link`` to what changes later."""

    rows: tuple[Row, ...]
    next_link: str = ""
    delta_link: str = ""


def answer_of(body: bytes, version: int) -> Answer:
    """The rows of an answer; numbers keep their digits, times are instants, links are left out.

    Raises:
        BadInputError: it is no collection of that version.
    """
    try:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(body)
        held = document["d"] if version == V2 else document
        rows = (held["results"] if isinstance(held, dict) else held) if version == V2 else held["value"]
        found = tuple(_row(each) for each in rows)
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInputError(
            what=f"The service answered with what is no OData V{version} collection ({error!r}).",
            remedy="Check service, entity_set and version in the profile.",
        ) from error
    links = held if isinstance(held, dict) else {}
    return Answer(
        rows=found,
        next_link=str(links.get("__next" if version == V2 else "@odata.nextLink") or ""),
        delta_link=str(links.get("__delta" if version == V2 else "@odata.deltaLink") or ""),
    )


def entity_row(body: bytes, version: int) -> Row:
    """The one row of an answer for one entity.

    Raises:
        BadInputError: it is none.
    """
    try:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(body)
        return _row(document["d"] if version == V2 else document)
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInputError(
            what=f"The service answered with what is no OData V{version} entity ({error!r}).",
            remedy="Check service, entity_set and version in the profile.",
        ) from error


def _row(raw: dict[str, Any]) -> Row:
    """A row without the service's own marks; its ETag under ``@etag``, the key of a deleted one ``@gone``."""
    about = raw.get("__metadata") or {}
    found: dict[str, object] = {
        name: _value(value)
        for name, value in raw.items()
        if name != "__metadata" and not name.startswith("@") and "@odata." not in name
    }
    found[ETAG] = str(raw.get("@odata.etag") or raw.get("@etag") or about.get("etag") or "")
    kind = str(raw.get("@odata.context") or raw.get("@context") or "")
    if about.get("deleted") or "@removed" in raw or kind.endswith("/$deletedEntity"):
        found[GONE] = str(raw.get("@id") or raw.get("@odata.id") or raw.get("id") or about.get("uri") or "")
    return found


def _value(value: object) -> object:
    if isinstance(value, dict):
        if isinstance(value.get("results"), list):
            return _value(value["results"])
        return None if "__deferred" in value else _row(value)
    if isinstance(value, list):
        return [_row(each) if isinstance(each, dict) else each for each in value]
    if isinstance(value, str) and value.startswith("/Date("):
        return _instant(value)
    return value


def _instant(text: str) -> object:
    found = _TICKS.fullmatch(text)
    if found is None:
        return text
    try:
        moment = _EPOCH + timedelta(milliseconds=int(found.group(1)))
        if found.group(2) is None:
            return moment
        return moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=int(found.group(2)))))
    except (OverflowError, ValueError):
        # No calendar has that day, or no place that zone: the field that it fills refuses the text.
        return text


def key_of(uri: str, names: Sequence[str]) -> dict[str, str]:
    """The key that stands in an entity's address: ``…/A_Item(Order='1',Item='10')``.

    Raises:
        BadInputError: there is none of these names.
    """
    inside = _KEY.search(unquote(uri))
    found: dict[str, str] = {}
    for part in _KEY_PART.finditer(inside.group(1) if inside else ""):
        text = part.group(3) if part.group(2) is None else part.group(2).replace("''", "'")
        found[part.group(1) or names[0]] = text
    if set(found) != set(names):
        raise BadInputError(
            what=f"The service says that {uri[:200]!r} is gone, which names no {', '.join(names)}.",
            remedy="Check key in the profile.",
        )
    return found


def literal(value: object, kind: ValueType, version: int) -> str:
    """A value as the address or a filter spells it."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    match kind:
        case "number" | "flag":
            return text
        case "guid":
            return f"guid'{text}'" if version == V2 else text
        case "datetime" if version == V2:
            return f"datetime'{_stripped(text)}'"
        case "datetimeoffset" if version == V2:
            return f"datetimeoffset'{_stripped(text)}Z'"
        case "datetime" | "datetimeoffset":
            return f"{_stripped(text)}Z"
        case "date":
            return f"datetime'{text[:10]}T00:00:00'" if version == V2 else text[:10]
        case _:
            return "'" + text.replace("'", "''") + "'"


def _stripped(text: str) -> str:
    """A time without its zone, which is UTC or the service's own."""
    return re.sub(r"(Z|[+-]\d\d:\d\d)$", "", text)


def body_value(text: str, kind: ValueType, version: int) -> object:
    """A value as the body of a write holds it.

    Raises:
        ValueError: the text is none of that type.
    """
    match kind:
        case "number":
            return text if version == V2 else msgspec.Raw(str(Decimal(text)).encode())
        case "flag":
            return text == "true"
        case "date" if version != V2:
            return date.fromisoformat(text[:10]).isoformat()
        case "date":
            return _ticks(datetime.fromisoformat(f"{text[:10]}T00:00:00+00:00"))
        case "datetime" | "datetimeoffset":
            moment = datetime.fromisoformat(text).astimezone(UTC)
            return _ticks(moment) if version == V2 else f"{moment.replace(tzinfo=None).isoformat()}Z"
        case _:
            return text


def _ticks(moment: datetime) -> str:
    return f"/Date({(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)})/"


def same(found: object, wanted: str, kind: ValueType) -> bool:
    """Whether a property holds what was asked for; nothing is the same as an empty text."""
    if found is None:
        return not wanted
    if kind == "number":
        return Decimal(str(found)) == Decimal(wanted)
    if kind == "flag":
        return str(found).lower() == wanted.lower()
    if kind in {"date", "datetime", "datetimeoffset"} and wanted:
        held = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
        asked = datetime.fromisoformat(wanted)
        if kind == "date":
            return held.date() == asked.date()
        return as_utc(held) == as_utc(asked)
    return str(found) == wanted


def as_utc(moment: datetime) -> datetime:
    """An instant for ordering; a time without zone counts as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def stamp_of(value: object) -> datetime | None:
    """The instant of a change stamp, ``None`` where there is none that a calendar has."""
    try:
        return as_utc(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):
        return None


def stamp_text(value: object) -> str:
    """A change stamp as a cursor keeps it: to the last digit, in UTC or in the service's own time."""
    if isinstance(value, str) and not re.search(r"[+-]\d\d:\d\d$", value):
        return value
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (as_utc(moment) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()


def address(entity_set: str, key: Mapping[str, object], kind: ValueType, version: int) -> str:
    """The address of one entity inside its service."""
    parts = {name: literal(value, kind, version) for name, value in key.items()}
    inside = ",".join(f"{n}={t}" for n, t in parts.items()) if len(parts) > 1 else next(iter(parts.values()))
    return f"{entity_set}({inside})"


def after(stamp: str, stamp_literal: str, keys: Sequence[tuple[str, str]], *, strict: bool) -> str:
    """The filter for what comes behind (stamp, key), or with ``strict`` false at or after the stamp.

    ``keys`` are names and literals in the order of the key; with an empty ``stamp`` only they count.
    """
    if not strict:
        return f"{stamp} ge {stamp_literal}"
    ties = f"{stamp} eq {stamp_literal}" if stamp else ""
    parts = [f"{stamp} gt {stamp_literal}"] if stamp else []
    for place, (name, value) in enumerate(keys):
        equal = [ties] if ties else []
        equal += [f"{n} eq {v}" for n, v in keys[:place]]
        parts.append("(" + " and ".join([*equal, f"{name} gt {value}"]) + ")")
    return " or ".join(parts)
