"""The schemas of what travels, made from the domain values themselves, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.protocol import ConnectorHealth, Manifest
from connectors.service.problems import Problem
from connectors.wire import WireExpected
from connectors.wire_page import WireDeleted, WireRejected
from domain.commands import ACTION_BY_VERB, Receipt
from domain.records import TYPE_OF_KIND

Schema = dict[str, Any]
_REF = "#/components/schemas/{name}"


def ref(name: str) -> Schema:
    """A reference to the schema of that name."""
    return {"$ref": _REF.format(name=name)}


def json_content(schema: Schema, media_type: str = "application/json") -> Schema:
    """The ``content`` of a request or response of one media type."""
    return {media_type: {"schema": schema}}


def answer(description: str, schema: Schema) -> Schema:
    """One entry of an operation's ``responses``."""
    return {"description": description, "content": json_content(schema)}


def problem_answers() -> dict[int | str, Schema]:
    """The problem documents every operation may answer with."""
    words = {
        400: "The request cannot be understood",
        401: "No token, or the wrong one; no signature of a device that is let in",
        403: "The system refused",
        409: "The record has changed, or the same command is being done at this moment",
        413: "The body is too large",
        422: "A parameter is missing or wrong, or the key was used for another command",
        429: "This caller asks faster than agreed; wait for Retry-After seconds",
        503: "The system cannot be reached",
    }
    return {
        status: {
            "description": text,
            "content": json_content(ref("Problem"), "application/problem+json"),
        }
        for status, text in words.items()
    }


def component_schemas() -> dict[str, Schema]:
    """Every named schema: the entities of the domain, the commands, pages and receipts."""
    entities = tuple(TYPE_OF_KIND.values())
    actions = tuple(ACTION_BY_VERB.values())
    values = (*entities, *actions, Manifest, Receipt, ConnectorHealth, Problem)
    wires = (WireDeleted, WireExpected, WireRejected)
    _, components = msgspec.json.schema_components([*values, *wires], ref_template=_REF)
    components.update(
        Record=_object(
            kind={"enum": sorted(kind.value for kind in TYPE_OF_KIND)},
            version={"type": "string"},
            stamp={"type": "integer", "minimum": 0},
            observed_at=_moment(),
            entity={"oneOf": [ref(kind.__name__) for kind in entities]},
        ),
        Page=_object(
            as_of=_moment(),
            records=_list(ref("Record")),
            rejected=_list(ref("WireRejected")),
            deleted=_list(ref("WireDeleted")),
            cursor={"type": "string", "description": "opaque; give it back as it is"},
            more={"type": "boolean"},
        ),
        Command=_object(
            key={"type": "string", "minLength": 1},
            verb={"enum": sorted(ACTION_BY_VERB)},
            action={"oneOf": [ref(kind.__name__) for kind in actions]},
            expected=_list(ref("WireExpected")),
            reason={"type": "string"},
        ),
        Ids=_object(ids={"anyOf": [_list({"type": "string"}), {"type": "null"}]}),
        Taken=_object(new={"type": "integer", "minimum": 0}, known={"type": "integer", "minimum": 0}),
        ServiceHealth=_object(
            status={"enum": ["ok", "degraded"]},
            reachable={"type": "object", "additionalProperties": {"type": "boolean"}},
        ),
        Probe=_object(receipt={"anyOf": [ref("Receipt"), {"type": "null"}]}),
    )
    return components


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _moment() -> Schema:
    return {"type": "string", "format": "date-time"}
