"""Talks JSON-RPC to a Tryton server: session, calls, buttons and wizards; Tryton's errors as known errors."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import RLock
from typing import Protocol
from urllib.parse import quote

import msgspec

from connectors.http import HttpReply, HttpUnavailableError, StatusClass, error_of
from connectors.tryton.tagged import Row, decode, encode
from domain.errors import BadInputError, ConflictError, RefusedError

#: Rows asked for in one read: larger answers are slower per row.
READ_CHUNK = 500
_FORBIDDEN = 403


class Transport(Protocol):
    """What this client needs of ``connectors.http.HttpClient``."""

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> HttpReply:
        """Send one request and give the answer whatever its status."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


class TrytonRefusalError(RefusedError):
    """Tryton said no in its own words (a UserError, or a fault inside it); nothing of that call was kept."""


class TrytonWarningError(RefusedError):
    """Tryton asks for a confirmation; ``name`` is what has to be skipped to give it."""

    def __init__(self, *, what: str, remedy: str, name: str = "") -> None:
        """Keep the warning's name."""
        super().__init__(what=what, remedy=remedy)
        self.name = name


class TrytonStaleError(ConflictError):
    """A record was changed by someone else since its ``_timestamp`` was read."""


class TrytonClient:
    """One user's session on one database, renewed by itself when it has expired; one call at a time."""

    def __init__(self, transport: Transport, *, database: str, user: str, password: str) -> None:
        """Prepare; the first call logs in."""
        self._transport = transport
        self._path = f"/{quote(database, safe='')}/rpc/"
        self._user = user
        self._password = password
        self._authorization = ""
        self._context: Row = {}
        self._lock = RLock()
        self.user_id = 0
        self.server_time: datetime | None = None

    def call(self, method: str, *params: object, context: Row | None = None) -> object:
        """Call an RPC method; ``context`` is added to the user's own.

        Raises:
            HttpUnavailableError: no answer; it says whether the request may have left.
            RefusedError: the credentials, or Tryton, said no.
            TrytonWarningError: Tryton wants a confirmation first.
            ConflictError: a ``_timestamp`` in the context is outdated.
            BadInputError: the answer cannot be understood.
        """
        with self._lock:
            if not self._authorization:
                self._log_in()
            reply = self._send(method, [*params, {**self._context, **(context or {})}])
            if reply.status_class is StatusClass.REAUTHENTICATE:
                # The session has expired: nothing of the call was done.
                self._log_in()
                reply = self._send(method, [*params, {**self._context, **(context or {})}])
            return self._result(method, reply)

    def search(
        self, model: str, domain: list[object], *, limit: int | None = None, context: Row | None = None
    ) -> list[int]:
        """Ids of the rows in a domain, by id."""
        found = self.call(f"model.{model}.search", domain, 0, limit, [["id", "ASC"]], context=context)
        return [_whole(each) for each in _list(found)]

    def search_read(
        self,
        model: str,
        domain: list[object],
        fields: Sequence[str],
        *,
        limit: int | None = None,
        order: list[list[str]] | None = None,
        context: Row | None = None,
    ) -> list[Row]:
        """Rows in a domain with the given fields."""
        ordering = order or [["id", "ASC"]]
        found = self.call(
            f"model.{model}.search_read", domain, 0, limit, ordering, list(fields), context=context
        )
        return [_row(each) for each in _list(found)]

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, context: Row | None = None
    ) -> list[Row]:
        """Rows by id; an id that is gone is left out."""
        rows: list[Row] = []
        for start in range(0, len(ids), READ_CHUNK):
            part = list(ids[start : start + READ_CHUNK])
            try:
                found = self.call(f"model.{model}.read", part, list(fields), context=context)
            except RefusedError:
                # One row deleted since it was searched makes Tryton refuse the whole read.
                domain: list[object] = [["id", "in", part]]
                alive = self.search(model, domain, context={**(context or {}), "active_test": False})
                if len(alive) == len(part):
                    raise
                found = (
                    self.call(f"model.{model}.read", alive, list(fields), context=context) if alive else []
                )
            rows.extend(_row(each) for each in _list(found))
        return rows

    def create(self, model: str, values: Row) -> int:
        """Create one row and give its id."""
        made = _list(self.call(f"model.{model}.create", [values]))
        return _whole(made[0])

    def write(self, model: str, ids: Sequence[int], values: Row, *, lock: Row | None = None) -> None:
        """Write the same values on rows; ``lock`` maps ``model,id`` to the ``_timestamp`` they must have."""
        self.call(f"model.{model}.write", list(ids), values, context={"_timestamp": lock} if lock else None)

    def press(self, model: str, button: str, ids: Sequence[int], *, lock: Row | None = None) -> object:
        """Press a button on rows, under ``lock`` as in :meth:`write`."""
        context: Row | None = {"_timestamp": lock} if lock else None
        return self.call(f"model.{model}.{button}", list(ids), context=context)

    def wizard(
        self, name: str, *, model: str, record: int, state: str, form: Row, view: str = "start"
    ) -> None:
        """Run the one step ``state`` of a wizard on a record, with ``form`` filled in as its first view."""
        session = _list(self.call(f"wizard.{name}.create"))[0]
        on: Row = {"active_model": model, "active_id": record, "active_ids": [record]}
        self.call(f"wizard.{name}.execute", session, {view: form}, state, context=on)
        self.call(f"wizard.{name}.delete", session)

    def version(self) -> str:
        """The series of the server; needs no session."""
        body = msgspec.json.encode({"id": 0, "method": "common.server.version", "params": []})
        return str(self._result("version", self._post("/rpc/", body, {})))

    def close(self) -> None:
        """Let go of the connections; the session ends by itself."""
        self._transport.close()

    def _log_in(self) -> None:
        self._authorization = ""
        reply = self._send("common.db.login", [self._user, {"password": self._password}])
        answer = _list(self._result("login", reply))
        self.user_id, token = _whole(answer[0]), str(answer[1])
        session = base64.b64encode(f"{self._user}:{self.user_id}:{token}".encode()).decode()
        self._authorization = f"Session {session}"
        reply = self._send("model.res.user.get_preferences", [True, {}])
        self._context = _row(self._result("preferences", reply))

    def _send(self, method: str, params: list[object]) -> HttpReply:
        body = msgspec.json.encode({"id": 1, "method": method, "params": encode(params)})
        headers = {"Authorization": self._authorization} if self._authorization else {}
        return self._post(self._path, body, headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> HttpReply:
        reply = self._transport.send(
            "POST", path, headers={"Content-Type": "application/json", **headers}, body=body
        )
        self.server_time = _time_of(reply) or self.server_time
        return reply

    def _result(self, method: str, reply: HttpReply) -> object:
        if reply.status == _FORBIDDEN:
            raise RefusedError(
                what=f"Tryton does not let {self._user} call {method}.",
                remedy="Give that user the groups named in docs/tryton.md, or activate the missing module.",
            )
        error = error_of(reply, doing=f"Calling {method} of Tryton")
        if error is not None:
            raise error
        answer = reply.json()
        if isinstance(answer, dict) and answer.get("error"):
            raise _refusal(method, _list(answer["error"]))
        if not isinstance(answer, dict) or "result" not in answer:
            raise BadInputError(
                what=f"{reply.url} answered {method} with JSON that is no answer of Tryton.",
                remedy="Check the address and the database in the profile.",
            )
        return decode(answer["result"])


def _refusal(method: str, error: list[object]) -> RefusedError | ConflictError:
    """Tryton's error as a known one: ``[kind, details…]``, the details nested one level or not."""
    kind, *details = error
    if len(details) == 1 and isinstance(details[0], list):
        details = details[0]
    words = [str(each) for each in details if each]
    if kind == "ConcurrencyException":
        return TrytonStaleError(
            what="Tryton's record was changed by someone else meanwhile.",
            remedy="Look at the record again and decide anew.",
        )
    if kind == "UserWarning":
        name, *message = words or [""]
        return TrytonWarningError(
            what=f"Tryton warns: {' '.join(message)}",
            remedy="Confirm it in Tryton if it is right.",
            name=name,
        )
    if kind == "UserError":
        return TrytonRefusalError(what=f"Tryton refused: {' '.join(words)}", remedy="See Tryton's message.")
    return TrytonRefusalError(
        what=f"Tryton failed inside {method}: {str(kind)[:300]}.",
        remedy="Its log has the details; nothing of that call was kept.",
    )


def _time_of(reply: HttpReply) -> datetime | None:
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None


def may_have_left(error: Exception) -> bool:
    """Whether a request that failed so may have been carried out."""
    return isinstance(error, HttpUnavailableError) and error.request_may_have_left


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise BadInputError(
        what=f"Tryton answered {type(value).__name__} where a list was expected.",
        remedy="Check that the server is Tryton 8.2.",
    )


def _row(value: object) -> Row:
    if isinstance(value, dict):
        return value
    raise BadInputError(
        what=f"Tryton answered {type(value).__name__} where a record was expected.",
        remedy="Check that the server is Tryton 8.2.",
    )


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    raise BadInputError(
        what=f"Tryton answered {type(value).__name__} where a number was expected.",
        remedy="Check that the server is Tryton 8.2.",
    )
