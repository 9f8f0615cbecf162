"""EPCIS 2.0 documents as strict types: every field the standard has, none it has not, extensions set aside.

A field whose name has a colon is an extension of somebody (GS1's own rule) and is left out of the judgement.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from domain.errors import BadInputError

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SCHEMA_VERSION = "2.0"
MAX_EVENTS = 10_000

Uri = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
Offset = Annotated[str, msgspec.Meta(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Action = Literal["ADD", "OBSERVE", "DELETE"]


class Place(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A read point or business location."""

    id: Uri


class BusinessTransaction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """A paper the event belongs to: purchase order, despatch advice, bill of lading …"""

    biz_transaction: Uri
    type: str = ""


class Quantity(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """So much of a class of goods."""

    epc_class: Uri
    quantity: float | None = None
    uom: str = ""


class Source(msgspec.Struct, forbid_unknown_fields=True):
    """Where goods come from."""

    type: str
    source: Uri


class Destination(msgspec.Struct, forbid_unknown_fields=True):
    """Where goods go."""

    type: str
    destination: Uri


class ErrorDeclaration(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Says that the event of this id was wrong, and which events take its place."""

    declaration_time: Aware = msgspec.field(name="declarationTime")
    reason: str = ""
    corrective_event_ids: list[Uri] = msgspec.field(name="correctiveEventIDs", default_factory=list)


class _Event(
    msgspec.Struct,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
    tag_field="type",
    kw_only=True,
):
    event_time: Aware
    event_time_zone_offset: Offset
    event_id: str = msgspec.field(name="eventID", default="")
    record_time: Aware | None = None
    certification_info: msgspec.Raw | None = None
    error_declaration: ErrorDeclaration | None = None
    biz_step: str = ""
    disposition: str = ""
    persistent_disposition: msgspec.Raw | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transaction_list: list[BusinessTransaction] = msgspec.field(default_factory=list)
    source_list: list[Source] = msgspec.field(default_factory=list)
    destination_list: list[Destination] = msgspec.field(default_factory=list)
    sensor_element_list: msgspec.Raw | None = None


class ObjectEvent(_Event, tag="ObjectEvent", kw_only=True):
    """Something happened to objects: shipped, received, seen."""

    action: Action
    epc_list: list[Uri] = msgspec.field(default_factory=list)
    quantity_list: list[Quantity] = msgspec.field(default_factory=list)
    ilmd: msgspec.Raw | None = None


class AggregationEvent(_Event, tag="AggregationEvent", kw_only=True):
    """Objects were put into a parent, or taken out: packed, loaded."""

    action: Action
    parent_id: str = msgspec.field(name="parentID", default="")
    child_epcs: list[Uri] = msgspec.field(name="childEPCs", default_factory=list)
    child_quantity_list: list[Quantity] = msgspec.field(default_factory=list)


class TransformationEvent(_Event, tag="TransformationEvent", kw_only=True):
    """Objects became others: repacked, made into sets."""

    input_epc_list: list[Uri] = msgspec.field(name="inputEPCList", default_factory=list)
    input_quantity_list: list[Quantity] = msgspec.field(default_factory=list)
    output_epc_list: list[Uri] = msgspec.field(name="outputEPCList", default_factory=list)
    output_quantity_list: list[Quantity] = msgspec.field(default_factory=list)
    transformation_id: str = msgspec.field(name="transformationID", default="")
    ilmd: msgspec.Raw | None = None


Event = ObjectEvent | AggregationEvent | TransformationEvent


class _Body(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    event_list: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MAX_EVENTS)]


class _Document(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    context: msgspec.Raw = msgspec.field(name="@context")
    type: Literal["EPCISDocument"]
    schema_version: Literal["2.0", "2.0.0", "2.0.1"]
    creation_date: Aware
    epcis_body: _Body


class _OutBody(msgspec.Struct, rename="camel"):
    event_list: list[Event]


class _OutDocument(msgspec.Struct, rename="camel"):
    context: list[str] = msgspec.field(name="@context")
    type: str
    schema_version: str
    creation_date: datetime
    epcis_body: _OutBody


def read_events(body: bytes) -> list[Event]:
    """The events of a document, in its order.

    Raises:
        BadInputError: it is no EPCIS 2.0 document, or an event breaks the standard; with its number.
    """
    try:
        document = msgspec.json.decode(_without_extensions(body), type=_Document)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise _bad(f"This is no EPCIS 2.0 document: {error}") from error
    events: list[Event] = []
    for number, raw in enumerate(document.epcis_body.event_list, start=1):
        try:
            events.append(msgspec.json.decode(_without_extensions(bytes(raw)), type=Event))
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise _bad(f"Event {number} of the EPCIS document breaks the standard: {error}") from error
    return events


def write_events(events: list[Event], *, at: datetime) -> bytes:
    """A document of these events, made at an instant."""
    return msgspec.json.encode(
        _OutDocument(
            context=[CONTEXT],
            type="EPCISDocument",
            schema_version=SCHEMA_VERSION,
            creation_date=at,
            epcis_body=_OutBody(event_list=events),
        )
    )


def _without_extensions(body: bytes) -> bytes:
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in fields.items() if ":" not in name})


def _bad(what: str) -> BadInputError:
    return BadInputError(what=f"{what}.", remedy="Compare it with the schema of EPCIS 2.0 (GS1).")
