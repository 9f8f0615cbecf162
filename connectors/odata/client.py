"""Requests to OData services: pages, entities, writes with If-Match and CSRF token; nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

import msgspec

from connectors.http import HttpReply, HttpUnavailableError, error_of
from connectors.odata.dialect import ETAG, V2, Answer, answer_of, entity_row
from connectors.row_records import Row
from domain.errors import BadInputError, RefusedError

_FORBIDDEN, _NOT_FOUND = 403, 404
_WORDS = 200


class LostAnswerError(HttpUnavailableError):
    """A write left, and nobody said what became of it."""


class Transport(Protocol):
    """What the house's HTTP client offers."""

    @property
    def base_url(self) -> str:
        """The address every path is appended to."""
        ...

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> HttpReply:
        """Send one request."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class ODataClient:
    """One system with any number of services; its session holds the CSRF token."""

    def __init__(self, transport: Transport) -> None:
        """Use ``transport``, which carries the credentials; nothing is sent yet."""
        self._transport = transport
        self._tokens: dict[str, str] = {}

    def collection(
        self, path: str, *, version: int, query: Mapping[str, str] | None = None, track: int = 0
    ) -> Answer:
        """The rows at a path; with ``track`` so many a page, and a delta link at the end.

        Raises:
            TowerError: the service does not answer, refuses, or answers with something else.
        """
        headers = _accept(version)
        if track:
            headers["Prefer"] = f"odata.track-changes,odata.maxpagesize={track}"
        # The query is spelt here: some services do not read a plus as a blank.
        reply = self._transport.send("GET", _with_query(path, query), headers=headers)
        _check(reply, "Reading")
        return answer_of(reply.json_bytes(), version)

    def entity(self, path: str, *, version: int) -> Row | None:
        """One entity with its ETag under ``@etag``, ``None`` where there is none."""
        reply = self._transport.send("GET", path, headers=_accept(version))
        if reply.status == _NOT_FOUND:
            return None
        _check(reply, "Reading")
        row = entity_row(reply.json_bytes(), version)
        return {**row, ETAG: reply.headers.get("etag") or row.get(ETAG) or ""}

    def change(
        self, service: str, path: str, values: Mapping[str, object], *, version: int, etag: str, method: str
    ) -> str:
        """Change an entity if it is still as ``etag`` says; the new ETag, as far as the service tells it.

        Raises:
            ConflictError: it was changed since.
            TowerError: the service does not answer, or refuses.
        """
        headers = {**_accept(version), "Content-Type": "application/json", "If-Match": etag or "*"}
        body = msgspec.json.encode(values)
        reply = self._sent(method, path, headers | self._token(service, version), body)
        if _wants_token(reply):
            self._tokens.pop(service, None)
            reply = self._sent(method, path, headers | self._token(service, version), body)
            _check(reply, "Writing")
        return reply.headers.get("etag", "")

    def ping(self, service: str, version: int) -> None:
        """Make sure that a service answers.

        Raises:
            TowerError: it does not, or refuses.
        """
        _check(self._transport.send("GET", f"{service}/", headers=_accept(version)), "Asking")

    def path_of(self, link: str, service: str) -> str:
        """A link of an answer as a path of this system.

        Raises:
            RefusedError: it leads elsewhere, where our credentials have no business.
        """
        base = self._transport.base_url
        if link.startswith(f"{base}/"):
            return link[len(base) :]
        if "://" in link or link.startswith("/"):
            raise RefusedError(
                what=f"The service leads to {link[:_WORDS]!r}, outside {base}.",
                remedy="Nothing was sent there. Give as url the address that the service itself uses.",
            )
        return f"{service}/{link}"

    def close(self) -> None:
        """Let go of connections."""
        self._transport.close()

    def _sent(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> HttpReply:
        """The answer to a write; that it wants another token is for the caller."""
        try:
            reply = self._transport.send(method, path, headers=headers, body=body)
            if not _wants_token(reply):
                _check(reply, "Writing")
        except HttpUnavailableError as error:
            if not error.request_may_have_left:
                raise
            raise LostAnswerError(what=error.what, remedy=error.remedy) from error
        return reply

    def _token(self, service: str, version: int) -> dict[str, str]:
        """The header with the CSRF token of a service, asked for once; none where it gives none."""
        if service not in self._tokens:
            headers = {**_accept(version), "X-CSRF-Token": "Fetch"}
            reply = self._transport.send("GET", f"{service}/", headers=headers)
            _check(reply, "Asking for leave to write")
            self._tokens[service] = reply.headers.get("x-csrf-token", "")
        token = self._tokens[service]
        return {"X-CSRF-Token": token} if token else {}


def _wants_token(reply: HttpReply) -> bool:
    return reply.status == _FORBIDDEN and reply.headers.get("x-csrf-token", "").lower() == "required"


def _accept(version: int) -> dict[str, str]:
    if version == V2:
        return {"Accept": "application/json", "DataServiceVersion": "2.0", "MaxDataServiceVersion": "2.0"}
    return {"Accept": "application/json;IEEE754Compatible=true", "OData-Version": "4.0"}


def _with_query(path: str, query: Mapping[str, str] | None) -> str:
    if not query:
        return path
    asked = "&".join(f"{quote(name, safe='$!')}={quote(text, safe='')}" for name, text in query.items())
    return f"{path}{'&' if '?' in path else '?'}{asked}"


def _check(reply: HttpReply, doing: str) -> None:
    words = _words_of(reply)
    error = error_of(reply, doing=f"{doing} ({words})" if words else doing)
    if error is not None:
        raise error


def _words_of(reply: HttpReply) -> str:
    """What the service says is wrong, in its own words."""
    try:
        document = reply.json()
    except BadInputError:
        return ""
    fault = document.get("error") if isinstance(document, dict) else None
    message = fault.get("message") if isinstance(fault, dict) else None
    text = message.get("value") if isinstance(message, dict) else message
    return str(text or "")[:_WORDS].strip().rstrip(".")
