"""What the answers of a connector service mean; pure, so that every odd answer can be tried."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

from connectors.http import HttpReply, StatusClass, error_of
from connectors.protocol import ConnectorHealth, Manifest, Page, StreamSpec, parse_manifest
from connectors.wire import (
    decode_health,
    decode_ids,
    decode_manifest,
    decode_probe,
    decode_receipt,
)
from connectors.wire_page import decode_page
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, TowerError, UnavailableError
from domain.ids import SourceName

BAD_REQUEST_STATUSES = frozenset({400, 413, 422})
PROBLEM_JSON = "application/problem+json"
SERVICE_UNAVAILABLE = 503
FORBIDDEN = 403


@cache
def own_manifest() -> Manifest:
    """What this client itself needs, whatever service it talks to."""
    return parse_manifest((files("connectors.service_client") / "manifest.toml").read_text("utf-8"))


def manifest_of(reply: HttpReply) -> Manifest:
    """The service's manifest, with the credentials this client needs to reach it."""
    return replace(
        decode_manifest(_good_body(reply, "Asking what the service offers")),
        credentials=own_manifest().credentials,
    )


def page_of(reply: HttpReply, *, source: SourceName, stream: StreamSpec) -> Page:
    """A page of a stream."""
    return decode_page(_good_body(reply, f"Reading {stream.name}"), source=source, stream=stream)


def ids_of(reply: HttpReply) -> frozenset[str] | None:
    """All ids of a stream."""
    return decode_ids(_good_body(reply, "Reading the list of ids"))


def health_of(reply: HttpReply) -> ConnectorHealth:
    """How the service's connector is."""
    return decode_health(_good_body(reply, "Asking how it is"))


def probe_of(reply: HttpReply) -> Receipt | None:
    """What became of a command.

    Raises:
        UnavailableError: the answer does not tell.
    """
    try:
        return decode_probe(_good_body(reply, "Asking about a command"))
    except BadInputError as error:
        raise UnavailableError(what=error.what, remedy=error.remedy) from error


def receipt_of(reply: HttpReply, command: Command) -> Receipt:
    """The receipt of a command just sent.

    Only an answer of the service itself counts as "not done"; anything a proxy or a dying process
    may have said is UNKNOWN, because the command may have been carried out.

    Raises:
        UnavailableError: the service says that its system was not reached, or asks to come later.
        RefusedError: the credentials are wrong.
    """
    error = error_of(reply, doing=f"Sending {command.action.verb}")
    if error is None:
        return _accepted(reply, command)
    if reply.status_class in {StatusClass.RATE_LIMITED, StatusClass.REAUTHENTICATE}:
        raise error
    if reply.content_type == PROBLEM_JSON:
        if reply.status == SERVICE_UNAVAILABLE:
            raise UnavailableError(what=error.what, remedy=error.remedy) from error
        if reply.status == FORBIDDEN:
            raise error
        if reply.status in BAD_REQUEST_STATUSES:
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)
    return unknown_receipt(command, error.what)


def _accepted(reply: HttpReply, command: Command) -> Receipt:
    try:
        receipt = decode_receipt(reply.json_bytes())
    except BadInputError as error:
        return unknown_receipt(command, error.what)
    if receipt.key != command.key:
        return unknown_receipt(command, "The service answered about another command.")
    return receipt


def unknown_receipt(command: Command, why: str) -> Receipt:
    """The receipt of a command whose answer was lost: it may or may not have happened."""
    return Receipt(key=command.key, result=CommandResult.UNKNOWN, message=why)


def _good_body(reply: HttpReply, doing: str) -> bytes:
    """The JSON of a successful answer.

    Raises:
        TowerError: what the answer stands for otherwise.
    """
    error = error_of(reply, doing=doing)
    if error is not None:
        raise _as_bad_input(reply, error)
    return reply.json_bytes()


def _as_bad_input(reply: HttpReply, error: TowerError) -> TowerError:
    if reply.status in BAD_REQUEST_STATUSES:
        return BadInputError(what=error.what, remedy=error.remedy)
    return error
