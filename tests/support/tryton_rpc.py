"""A small JSON-RPC client for Tryton, for tests only.

It shares nothing with the product's own client, so that what a test sees in Tryton is seen by other eyes.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

PASSWORD = "a-Quiet-tower-77"
Row = dict[str, Any]


class TrytonRefusal(Exception):
    """Tryton answered with an error; `kind` is UserError, UserWarning, ConcurrencyException …"""

    def __init__(self, kind: str, details: list[Any]) -> None:
        """Keep the kind and the details as Tryton sent them."""
        super().__init__(f"{kind}: {details}")
        self.kind = kind
        self.details = details


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{part: getattr(value, part) for part in parts}}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, timedelta):
        return {"__class__": "timedelta", "seconds": value.total_seconds()}
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(f"cannot send {type(value).__name__} to Tryton")


def _rich(tagged: Row) -> Any:
    kind = tagged.get("__class__")
    if kind == "datetime":
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return datetime(*(tagged[part] for part in parts))  # noqa: DTZ001 Tryton sends naive UTC
    if kind == "date":
        return date(tagged["year"], tagged["month"], tagged["day"])
    if kind == "timedelta":
        return timedelta(seconds=tagged["seconds"])
    if kind == "Decimal":
        return Decimal(tagged["decimal"])
    if kind == "bytes":
        return base64.b64decode(tagged["base64"])
    return tagged


class TrytonRpc:
    """One session of one user on one database."""

    def __init__(self, port: int, database: str, login: str = "admin", password: str = "") -> None:
        """Log in; raises TrytonRefusal when Tryton does not accept the password."""
        self._port = port
        self._database = database
        self._authorization = ""
        answer = self._post("common.db.login", [login, {"password": password}])
        self.user_id, token = int(answer[0]), answer[1]
        session = base64.b64encode(f"{login}:{self.user_id}:{token}".encode()).decode()
        self._authorization = f"Session {session}"
        self.context: Row = {}
        self.reload_context()

    def reload_context(self) -> None:
        """Read the user's preferences again (they hold the company)."""
        self.context = self._post("model.res.user.get_preferences", [True, {}])

    def _post(self, method: str, params: list[Any]) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        body = json.dumps({"id": 1, "method": method, "params": params}, default=_plain)
        try:
            connection.request("POST", f"/{self._database}/rpc/", body, headers)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        if response.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        if response.status != http.client.OK:
            raise TrytonRefusal(f"HTTP {response.status}", [raw[:500].decode(errors="replace")])
        answer = json.loads(raw, object_hook=_rich)
        if answer.get("error"):
            raise TrytonRefusal(str(answer["error"][0]), list(answer["error"][1:]))
        return answer["result"]

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """Call any RPC method; the keyword arguments are added to the context."""
        return self._post(method, [*params, {**self.context, **context}])

    def create(self, model: str, *rows: Row, **context: Any) -> list[int]:
        """Create rows and give their ids."""
        made: list[int] = self.call(f"model.{model}.create", list(rows), **context)
        return made

    def write(self, model: str, ids: list[int], values: Row, **context: Any) -> None:
        """Write the same values on rows."""
        self.call(f"model.{model}.write", ids, values, **context)

    def read(self, model: str, row_id: int, *fields: str, **context: Any) -> Row:
        """Read one row."""
        row: Row = self.call(f"model.{model}.read", [row_id], list(fields), **context)[0]
        return row

    def find(self, model: str, domain: list[Any], *fields: str, **context: Any) -> list[Row]:
        """Search and read, ordered by id."""
        method = f"model.{model}.search_read"
        rows: list[Row] = self.call(method, domain, 0, None, [["id", "ASC"]], list(fields), **context)
        return rows

    def one(self, model: str, domain: list[Any], *fields: str, **context: Any) -> Row:
        """Search and read exactly one row; raises LookupError otherwise."""
        rows = self.find(model, domain, *(fields or ("id",)), **context)
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows of {model} for {domain}, one was expected")
        return rows[0]

    def press(self, model: str, button: str, *ids: int, **context: Any) -> Any:
        """Press a button on rows."""
        return self.call(f"model.{model}.{button}", list(ids), **context)

    def wizard(self, name: str, *steps: tuple[str, Row], **context: Any) -> Any:
        """Run a wizard through the given (state, {form: values}) steps; gives the last answer."""
        session, start, end = self.call(f"wizard.{name}.create")
        answer: Any = None
        data: Row = {}
        for state, forms in steps or ((start, {}),):
            for form, values in forms.items():
                data[form] = {**data.get(form, {}), **values}
            answer = self.call(f"wizard.{name}.execute", session, data, state, **context)
            view = answer.get("view") or {}
            if view.get("state"):
                known = {**view.get("defaults", {}), **view.get("values", {})}
                data[view["state"]] = {k: v for k, v in known.items() if "." not in k}
            if state == end:
                break
        self.call(f"wizard.{name}.delete", session)
        return answer
