"""The JSON form of pages between connector services and desktops.

Strict where it must be: types are not coerced, an unknown kind is refused. Tolerant where that saves
work: one bad record in a page is rejected alone, with its bytes kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Union

import msgspec

from connectors.protocol import Page, StreamSpec
from connectors.wire import decode_as
from domain.checks import as_utc
from domain.errors import BadInputError, BadValueError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import (
    TYPE_OF_KIND,
    DeletedRecord,
    Entity,
    RejectedRecord,
    SourceRecord,
    kind_of,
)


class WireRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One record of a page; its ``kind`` says whose fields ``entity`` has."""

    version: str
    stamp: int
    observed_at: datetime
    entity: Entity


class WireRejected(msgspec.Struct, forbid_unknown_fields=True):
    """A record the service itself could not understand; ``raw`` travels as base64."""

    external_id: str
    code: str
    message: str
    raw: bytes
    observed_at: datetime


class WireDeleted(msgspec.Struct, forbid_unknown_fields=True):
    """A record that is gone."""

    kind: EntityKind
    id: str
    stamp: int
    observed_at: datetime


class WirePage(msgspec.Struct, forbid_unknown_fields=True):
    """A page; what is in it is kept as bytes so that each can be judged alone."""

    as_of: datetime
    records: msgspec.Raw
    rejected: list[msgspec.Raw]
    deleted: list[msgspec.Raw]
    cursor: str
    more: bool


class _OutgoingRecord(msgspec.Struct):
    kind: EntityKind
    version: str
    stamp: int
    observed_at: datetime
    entity: object


class _OutgoingPage(msgspec.Struct):
    as_of: datetime
    records: list[_OutgoingRecord]
    rejected: list[WireRejected]
    deleted: list[WireDeleted]
    cursor: str
    more: bool


#: What reading one record may raise when that record is bad; the others are kept.
_UNREADABLE = (msgspec.MsgspecError, BadValueError, RecursionError, ValueError)

_encoder = msgspec.json.Encoder()


def _record_of(kind: EntityKind) -> type[msgspec.Struct]:
    """A record of one kind, so that its entity is read at once, in the same go."""
    return msgspec.defstruct(
        f"WireRecord_{kind}",
        [("entity", TYPE_OF_KIND[kind])],
        bases=(WireRecord,),
        tag_field="kind",
        tag=kind.value,
        forbid_unknown_fields=True,
    )


_any_record = Union[tuple(_record_of(kind) for kind in TYPE_OF_KIND)]  # type: ignore[valid-type]  # noqa: UP007 - made just now
_one_record: msgspec.json.Decoder[WireRecord] = msgspec.json.Decoder(_any_record)
_all_records: msgspec.json.Decoder[list[WireRecord]] = msgspec.json.Decoder(list[_any_record])  # type: ignore[valid-type]


def encode_page(page: Page, *, as_of: datetime) -> bytes:
    """A page as JSON; ``as_of`` is the service's present time."""
    return _encoder.encode(
        _OutgoingPage(
            as_of=as_of,
            records=[
                _OutgoingRecord(kind_of(r.entity), r.version, r.stamp, r.observed_at, r.entity)
                for r in page.records
            ],
            rejected=[
                WireRejected(r.external_id, r.code, r.message, r.raw, r.observed_at) for r in page.rejected
            ],
            deleted=[WireDeleted(d.ref.kind, d.ref.entity_id, d.stamp, d.observed_at) for d in page.deleted],
            cursor=page.cursor,
            more=page.more,
        )
    )


def decode_page(body: bytes, *, source: SourceName, stream: StreamSpec) -> Page:
    """A page from JSON; records that cannot be understood end up in ``rejected``, the rest is kept.

    Raises:
        BadInputError: the page as a whole cannot be read.
    """
    wire = decode_as(body, WirePage, "The connector service sent a page")
    as_of = _utc(wire.as_of, "The connector service sent a page")
    records: list[SourceRecord] = []
    rejected: list[RejectedRecord] = []
    deleted: list[DeletedRecord] = []

    def set_aside(raw: msgspec.Raw, error: Exception) -> None:
        rejected.append(_rejected(bytes(raw), error, source=source, stream=stream.name, as_of=as_of))

    try:
        # As a rule all are good, and reading them in one go costs least.
        records += _understood(_all_records.decode(wire.records), source, stream)
    except _UNREADABLE:
        for raw in decode_as(wire.records, list[msgspec.Raw], "The connector service sent a page"):
            try:
                records += _understood([_one_record.decode(raw)], source, stream)
            except _UNREADABLE as error:
                set_aside(raw, error)
    for raw in wire.rejected:
        try:
            rejected.append(_rejected_upstream(raw, source, stream.name))
        except _UNREADABLE as error:
            set_aside(raw, error)
    for raw in wire.deleted:
        try:
            deleted.append(_deleted(raw, source))
        except _UNREADABLE as error:
            set_aside(raw, error)
    return Page(
        records=tuple(records),
        rejected=tuple(rejected),
        deleted=tuple(deleted),
        cursor=wire.cursor,
        more=wire.more,
    )


def _understood(read: Sequence[WireRecord], source: SourceName, stream: StreamSpec) -> list[SourceRecord]:
    """Records as the desk knows them; one that it refuses refuses all."""
    carried = {TYPE_OF_KIND[kind] for kind in stream.kinds}
    records = []
    for each in read:
        if type(each.entity) not in carried:
            raise BadValueError(
                what=f"{kind_of(each.entity)} is not carried by stream {stream.name}.", remedy=""
            )
        records.append(
            SourceRecord(
                source=source,
                entity=each.entity,
                version=each.version,
                stamp=each.stamp,
                observed_at=as_utc(each.observed_at),
            )
        )
    return records


def _rejected_upstream(text: msgspec.Raw, source: SourceName, stream: str) -> RejectedRecord:
    wire = msgspec.json.decode(text, type=WireRejected)
    return RejectedRecord(
        source=source,
        stream=stream,
        external_id=wire.external_id,
        code=wire.code,
        message=wire.message,
        raw=wire.raw,
        observed_at=as_utc(wire.observed_at),
    )


def _deleted(text: msgspec.Raw, source: SourceName) -> DeletedRecord:
    wire = msgspec.json.decode(text, type=WireDeleted)
    if wire.kind not in TYPE_OF_KIND:
        raise BadValueError(what=f"{wire.kind} is not a kind of record.", remedy="")
    return DeletedRecord(
        source=source,
        ref=EntityRef(kind=wire.kind, entity_id=wire.id),
        stamp=wire.stamp,
        observed_at=as_utc(wire.observed_at),
    )


def _rejected(
    raw: bytes, error: Exception, *, source: SourceName, stream: str, as_of: datetime
) -> RejectedRecord:
    """A record this side could not read; its id is searched for so that a later good one replaces it."""
    return RejectedRecord(
        source=source,
        stream=stream,
        external_id=_id_inside(raw),
        code="unreadable-record",
        message=str(error)[:500],
        raw=raw,
        observed_at=as_of,
    )


def _id_inside(raw: bytes) -> str:
    """The id, its first field, of a record that is otherwise unreadable; empty where there is none."""
    try:
        outer = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        entity = msgspec.json.decode(outer["entity"], type=dict[str, msgspec.Raw])
        kind = msgspec.json.decode(outer["kind"], type=EntityKind)
        return msgspec.json.decode(entity[fields(TYPE_OF_KIND[kind])[0].name], type=str)
    except (msgspec.MsgspecError, KeyError, RecursionError, ValueError):
        return ""


def _utc(value: datetime, what: str) -> datetime:
    try:
        return as_utc(value)
    except BadValueError as error:
        raise BadInputError(what=f"{what} without time zone.", remedy=error.remedy) from error
