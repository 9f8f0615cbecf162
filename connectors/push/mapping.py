"""What an event says: records that exist now, or records that are gone; pure."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from connectors.epcis.document import read_events
from connectors.epcis.mapping import Movement, read_milestones, read_movements, withdrawn_events
from connectors.protocol import Manifest
from connectors.push.events import PushedEvent
from connectors.wire import decode_entity
from domain.errors import BadInputError, BadValueError
from domain.ids import EntityKind, EntityRef
from domain.records import Entity, ref_of

RECORD_TYPE = "org.control-tower.record.v1"
DELETED_TYPE = "org.control-tower.deleted.v1"
EPCIS_TYPE = "org.gs1.epcis.document.v2"


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    kind: EntityKind
    entity: msgspec.Raw


class _Gone(msgspec.Struct, forbid_unknown_fields=True):
    kind: EntityKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an event brings, by stream; and what it moves, or takes back of what earlier ones moved."""

    entities: tuple[tuple[str, Entity], ...] = ()
    gone: tuple[tuple[str, EntityRef], ...] = ()
    movements: tuple[Movement, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def refs(self) -> tuple[EntityRef, ...]:
        """Every record it speaks of."""
        return (*(ref_of(entity) for _, entity in self.entities), *(ref for _, ref in self.gone))


def meaning_of(event: PushedEvent, manifest: Manifest) -> Meaning:
    """What an event brings; its data is one object or a list of them.

    Raises:
        BadValueError: its type is unknown, or a record in it cannot be understood.
    """
    try:
        if event.event_type == RECORD_TYPE:
            said = msgspec.json.decode(_as_list(event.data), type=list[_Said])
            return Meaning(
                entities=tuple(
                    (stream_of(manifest, one.kind), decode_entity(one.kind, bytes(one.entity)))
                    for one in said
                )
            )
        if event.event_type == DELETED_TYPE:
            gone = msgspec.json.decode(_as_list(event.data), type=list[_Gone])
            refs = (EntityRef(kind=one.kind, entity_id=one.id) for one in gone)
            return Meaning(gone=tuple((stream_of(manifest, ref.kind), ref) for ref in refs))
        if event.event_type == EPCIS_TYPE:
            return _epcis(event, manifest)
    except (msgspec.MsgspecError, BadInputError, RecursionError, ValueError) as error:
        raise BadValueError(
            what=f"The event cannot be understood: {error}.",
            remedy="Send it again under a new id, corrected.",
        ) from error
    raise BadValueError(
        what=f"Events of type {event.event_type} are not known.",
        remedy=f"Send {RECORD_TYPE}, {DELETED_TYPE} or {EPCIS_TYPE}.",
    )


def _epcis(event: PushedEvent, manifest: Manifest) -> Meaning:
    """Milestones and movements of an EPCIS document; what it declares an error is gone."""
    events = read_events(event.data)
    found = read_milestones(events, received_at=event.at)
    stream = stream_of(manifest, EntityKind.MILESTONE)
    return Meaning(
        entities=tuple((stream, milestone) for milestone in found.milestones),
        gone=tuple(
            (stream, EntityRef(kind=EntityKind.MILESTONE, entity_id=gone)) for gone in found.withdrawn
        ),
        movements=read_movements(events),
        withdrawn=tuple(sorted(withdrawn_events(events))),
    )


def stream_of_bad(event: PushedEvent, manifest: Manifest) -> str:
    """The stream in which an event that cannot be understood is shown: that of its kind, if it says one."""
    try:
        said = msgspec.json.decode(_as_list(event.data), type=list[dict[str, msgspec.Raw]])
        return stream_of(manifest, msgspec.json.decode(said[0]["kind"], type=EntityKind))
    except (msgspec.MsgspecError, BadInputError, IndexError, KeyError, RecursionError, ValueError):
        return manifest.streams[0].name


def _as_list(data: bytes) -> bytes:
    return data if data.lstrip()[:1] == b"[" else b"[" + data + b"]"


def stream_of(manifest: Manifest, kind: EntityKind) -> str:
    """The stream that carries a kind.

    Raises:
        BadInputError: none does.
    """
    found = next((stream.name for stream in manifest.streams if kind in stream.kinds), None)
    if found is None:
        raise BadInputError(what=f"{kind} is no kind of record.", remedy="See /openapi.json.")
    return found
