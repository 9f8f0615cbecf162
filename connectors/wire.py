"""The JSON form of pages, commands and receipts between connector services and desktops.

Strict where it must be: types are not coerced, an unknown kind or verb is refused. Tolerant where
that saves work: one bad record in a page is rejected alone, with its bytes kept.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TypeVar, Union

import msgspec

from connectors.protocol import ConnectorHealth, Manifest, Page, StreamSpec
from domain.checks import as_utc
from domain.commands import ACTION_BY_VERB, Action, Command, ExpectedVersion, Receipt
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

T = TypeVar("T")


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
    """A page; records are kept as bytes so that each can be judged alone."""

    as_of: datetime
    records: list[msgspec.Raw]
    rejected: list[msgspec.Raw]
    deleted: list[msgspec.Raw]
    cursor: str
    more: bool


class WireRef(msgspec.Struct, forbid_unknown_fields=True):
    """Which record is meant."""

    kind: EntityKind
    id: str


class WireExpected(msgspec.Struct, forbid_unknown_fields=True):
    """A record as it was when it was decided on."""

    ref: WireRef
    version: str
    fields_sha256: str


class WireCommand(msgspec.Struct, forbid_unknown_fields=True):
    """A command; ``action`` has the fields of the verb's domain value."""

    key: str
    verb: str
    action: msgspec.Raw
    expected: list[WireExpected] = []
    reason: str = ""


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


_record_decoder: msgspec.json.Decoder[WireRecord] = msgspec.json.Decoder(
    Union[tuple(_record_of(kind) for kind in TYPE_OF_KIND)]  # noqa: UP007 - they are known only now
)


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
    wire = _decode(body, WirePage, "The connector service sent a page")
    as_of = _utc(wire.as_of, "The connector service sent a page")
    records: list[SourceRecord] = []
    rejected: list[RejectedRecord] = []
    deleted: list[DeletedRecord] = []

    def set_aside(raw: msgspec.Raw, error: Exception) -> None:
        rejected.append(_rejected(bytes(raw), error, source=source, stream=stream.name, as_of=as_of))

    carried = {TYPE_OF_KIND[kind] for kind in stream.kinds}
    # A page is mostly records: each is read where it stands in the page, without a call or a copy more.
    for raw in wire.records:
        try:
            read = _record_decoder.decode(raw)
            if type(read.entity) not in carried:
                raise _not_carried(read.entity, stream)
            records.append(
                SourceRecord(
                    source=source,
                    entity=read.entity,
                    version=read.version,
                    stamp=read.stamp,
                    observed_at=as_utc(read.observed_at),
                )
            )
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


def _not_carried(entity: Entity, stream: StreamSpec) -> BadValueError:
    return BadValueError(what=f"{kind_of(entity)} is not carried by stream {stream.name}.", remedy="")


def decode_entity(kind: EntityKind, body: bytes) -> Entity:
    """An entity of a kind that has records from the JSON of its fields.

    Raises:
        BadInputError: a field is missing, wrong or not known.
    """
    return _decode_exactly(body, TYPE_OF_KIND[kind], f"The {kind}")


def _decode_exactly(body: bytes, kind: type[T], what: str) -> T:
    """A domain value from the JSON of its fields; a field nobody knows is refused, not left out."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    unknown = ", ".join(sorted(set(_decode(body, dict[str, msgspec.Raw], what)) - known))
    if unknown:
        raise BadInputError(
            what=f"{what} has fields nobody knows: {unknown}.", remedy="Update the older side."
        )
    return _decode(body, kind, what)


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


def encode_command(command: Command) -> bytes:
    """A command as JSON (its source is the service it is sent to)."""
    return _encoder.encode(
        WireCommand(
            key=command.key,
            verb=command.action.verb,
            action=msgspec.Raw(_encoder.encode(command.action)),
            expected=[
                WireExpected(WireRef(e.ref.kind, e.ref.entity_id), e.version, e.fields_sha256)
                for e in command.expected
            ],
            reason=command.reason,
        )
    )


def decode_command(body: bytes, *, source: SourceName) -> Command:
    """A command from JSON; nothing in it is guessed.

    Raises:
        BadInputError: it is no command, its verb is unknown, or a field is wrong or not known.
    """
    wire = _decode(body, WireCommand, "The command")
    return Command(
        key=wire.key,
        source=source,
        action=decode_action(wire.verb, bytes(wire.action)),
        expected=tuple(
            ExpectedVersion(
                ref=EntityRef(kind=e.ref.kind, entity_id=e.ref.id),
                version=e.version,
                fields_sha256=e.fields_sha256,
            )
            for e in wire.expected
        ),
        reason=wire.reason,
    )


def decode_action(verb: str, body: bytes) -> Action:
    """The action of ``verb`` from the JSON of its fields.

    Raises:
        BadInputError: there is no such verb, or a field is wrong or not known.
    """
    kind = ACTION_BY_VERB.get(verb)
    if kind is None:
        raise BadInputError(
            what=f"There is no command {verb!r}.", remedy=f"Known: {', '.join(ACTION_BY_VERB)}."
        )
    return _decode_exactly(body, kind, f"The command {verb}")


def encode_receipt(receipt: Receipt) -> bytes:
    """A receipt as JSON."""
    return _encoder.encode(receipt)


def decode_receipt(body: bytes) -> Receipt:
    """A receipt from JSON.

    Raises:
        BadInputError: it is no receipt.
    """
    return _decode(body, Receipt, "The receipt")


def encode_probe(receipt: Receipt | None) -> bytes:
    """The answer to a probe as JSON; ``null`` when the command provably did not happen."""
    return _encoder.encode({"receipt": receipt})


def decode_probe(body: bytes) -> Receipt | None:
    """The answer to a probe from JSON.

    Raises:
        BadInputError: it does not say.
    """
    wire = _decode(body, dict[str, Receipt | None], "The answer about the command")
    if "receipt" not in wire:
        raise BadInputError(what="The answer about the command has no receipt.", remedy="Ask again.")
    return wire["receipt"]


def encode_manifest(manifest: Manifest) -> bytes:
    """A manifest as JSON."""
    return _encoder.encode(manifest)


def decode_manifest(body: bytes) -> Manifest:
    """A manifest from JSON.

    Raises:
        BadInputError: it is no manifest.
    """
    return _decode(body, Manifest, "The connector service's manifest")


def encode_ids(ids: frozenset[str] | None) -> bytes:
    """The ids of a stream as JSON, sorted; ``null`` where deletions are reported by the feed."""
    return _encoder.encode({"ids": None if ids is None else sorted(ids)})


def decode_ids(body: bytes) -> frozenset[str] | None:
    """The ids of a stream from JSON.

    Raises:
        BadInputError: it is no list of ids.
    """
    wire = _decode(body, dict[str, frozenset[str] | None], "The list of ids")
    if "ids" not in wire:
        raise BadInputError(what="The list of ids has no ids.", remedy="Update the connector service.")
    return wire["ids"]


def encode_health(health: ConnectorHealth) -> bytes:
    """A health answer as JSON."""
    return _encoder.encode(health)


def decode_health(body: bytes) -> ConnectorHealth:
    """A health answer from JSON.

    Raises:
        BadInputError: it is no health answer.
    """
    return _decode(body, ConnectorHealth, "The health answer")


def _decode(body: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BadInputError(
            what=f"{what} cannot be read: {error}.", remedy="Both sides must speak the same version."
        ) from error


def _utc(value: datetime, what: str) -> datetime:
    try:
        return as_utc(value)
    except BadValueError as error:
        raise BadInputError(what=f"{what} without time zone.", remedy=error.remedy) from error
