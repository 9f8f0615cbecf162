"""The JSON form of commands, receipts and manifests between connector services and desktops.

Types are not coerced, an unknown verb or field is refused; pages are in ``connectors.wire_page``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

import msgspec

from connectors.protocol import ConnectorHealth, Manifest
from domain.commands import ACTION_BY_VERB, Action, Command, ExpectedVersion, Receipt
from domain.errors import BadInputError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.records import (
    TYPE_OF_KIND,
    Entity,
)

T = TypeVar("T")


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


_encoder = msgspec.json.Encoder()


def decode_entity(kind: EntityKind, body: bytes) -> Entity:
    """An entity of a kind that has records from the JSON of its fields.

    Raises:
        BadInputError: a field is missing, wrong or not known.
    """
    return _decode_exactly(body, TYPE_OF_KIND[kind], f"The {kind}")


def _decode_exactly(body: bytes, kind: type[T], what: str) -> T:
    """A domain value from the JSON of its fields; a field nobody knows is refused, not left out."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    unknown = ", ".join(sorted(set(decode_as(body, dict[str, msgspec.Raw], what)) - known))
    if unknown:
        raise BadInputError(
            what=f"{what} has fields nobody knows: {unknown}.", remedy="Update the older side."
        )
    return decode_as(body, kind, what)


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
    wire = decode_as(body, WireCommand, "The command")
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
    return decode_as(body, Receipt, "The receipt")


def encode_probe(receipt: Receipt | None) -> bytes:
    """The answer to a probe as JSON; ``null`` when the command provably did not happen."""
    return _encoder.encode({"receipt": receipt})


def decode_probe(body: bytes) -> Receipt | None:
    """The answer to a probe from JSON.

    Raises:
        BadInputError: it does not say.
    """
    wire = decode_as(body, dict[str, Receipt | None], "The answer about the command")
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
    return decode_as(body, Manifest, "The connector service's manifest")


def encode_ids(ids: frozenset[str] | None) -> bytes:
    """The ids of a stream as JSON, sorted; ``null`` where deletions are reported by the feed."""
    return _encoder.encode({"ids": None if ids is None else sorted(ids)})


def decode_ids(body: bytes) -> frozenset[str] | None:
    """The ids of a stream from JSON.

    Raises:
        BadInputError: it is no list of ids.
    """
    wire = decode_as(body, dict[str, frozenset[str] | None], "The list of ids")
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
    return decode_as(body, ConnectorHealth, "The health answer")


def decode_as(body: bytes, kind: type[T], what: str) -> T:
    """A value of a kind from JSON; ``what`` opens the sentence when it is none.

    Raises:
        BadInputError: it is none.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BadInputError(
            what=f"{what} cannot be read: {error}.", remedy="Both sides must speak the same version."
        ) from error
