"""Events as systems push them, written by the reference library."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from connectors.push.mapping import DELETED_TYPE, RECORD_TYPE
from domain.ids import EntityKind, ItemId, NodeId, PositionId, SourceName
from domain.inventory import InventoryPosition
from domain.records import Entity, kind_of

SOURCE = SourceName("wms-events")
SENDER = "https://wms.example/events"
HAPPENED = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
Message = tuple[dict[str, str], bytes]


def stock(item: str, quantity: int) -> InventoryPosition:
    """So much of an item at a node."""
    return InventoryPosition(
        position_id=PositionId(item), item_id=ItemId(item), node_id=NodeId("n"), on_hand_quantity=quantity
    )


def saying(*entities: Entity) -> Any:
    """The data of an event that says these records exist."""
    said = [{"kind": kind_of(entity).value, "entity": msgspec.to_builtins(entity)} for entity in entities]
    return said[0] if len(said) == 1 else said


def gone(kind: EntityKind, entity_id: str) -> Any:
    """The data of an event that says a record is gone."""
    return {"kind": kind.value, "id": entity_id}


def message(
    event_id: str,
    data: Any,
    *,
    event_type: str = "",
    at: datetime | None = HAPPENED,
    source: str = SENDER,
    structured: bool = False,
) -> Message:
    """An event in binary or structured mode."""
    by_shape = DELETED_TYPE if isinstance(data, dict) and "entity" not in data else RECORD_TYPE
    attributes = {
        "id": event_id,
        "source": source,
        "type": event_type or by_shape,
        "specversion": "1.0",
        "datacontenttype": "application/json",
    } | ({"time": at} if at is not None else {})
    # The library writes objects; a list goes as the bytes of its JSON.
    event = CloudEvent(attributes, msgspec.json.encode(data) if isinstance(data, list) else data)
    wire = to_structured_event(event) if structured else to_binary_event(event)
    return dict(wire.headers), wire.body
