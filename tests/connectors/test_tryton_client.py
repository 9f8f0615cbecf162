"""The Tryton client on bad answers: every one a known error, nothing guessed, nothing sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from connectors.http import HttpReply
from connectors.tryton.client import (
    TrytonClient,
    TrytonRefusalError,
    TrytonStaleError,
    TrytonWarningError,
)
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError


def reply(body: object, *, status: int = 200, kind: str = "application/json") -> HttpReply:
    """An answer of a server."""
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {"content-type": kind, "date": "Sun, 22 Nov 2026 11:00:00 GMT"}
    return HttpReply(status=status, headers=headers, body=raw, url="http://erp/tower/rpc/")


class ScriptedServer:
    """Logs everybody in and answers other calls from a script; remembers what was asked."""

    def __init__(self, *answers: HttpReply) -> None:
        """The answers come in this order."""
        self.answers = list(answers)
        self.asked: list[str] = []
        self.authorizations: list[str] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        **_unused: object,
    ) -> HttpReply:
        """Answer one request."""
        del method, path
        called = json.loads(body or b"{}")["method"]
        self.asked.append(called)
        self.authorizations.append((headers or {}).get("Authorization", ""))
        if called == "common.db.login":
            return reply({"id": 1, "result": [6, f"token{len(self.asked)}", None]})
        if called == "model.res.user.get_preferences":
            return reply({"id": 1, "result": {"company": 1}})
        return self.answers.pop(0)

    def close(self) -> None:
        """Nothing to let go of."""


def ask(*answers: HttpReply) -> tuple[TrytonClient, ScriptedServer]:
    """A client of a scripted server."""
    server = ScriptedServer(*answers)
    return TrytonClient(server, database="tower", user="tower", password="secret"), server


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (reply("<html>Please log in</html>", kind="text/html"), BadInputError, "web page"),
        (reply('{"id": 1, "res'), BadInputError, "JSON that cannot be read"),
        (reply([1, 2]), BadInputError, "no answer of Tryton"),
        (reply({"id": 1}), BadInputError, "no answer of Tryton"),
        (reply("", status=503), UnavailableError, "503"),
        (reply("", status=429), UnavailableError, "429"),
        (reply("", status=403), RefusedError, "does not let tower"),
        (reply({"id": 1, "error": ["UserError", ["No stock.", "", None]]}), TrytonRefusalError, "No stock."),
        (reply({"id": 1, "error": ["KeyError('x')", "trace"]}), TrytonRefusalError, "failed inside"),
        (reply({"id": 1, "error": ["ConcurrencyException", "modified"]}), TrytonStaleError, "someone else"),
    ],
)
def test_bad_answers_are_known_errors(answer: HttpReply, error: type[TowerError], words: str) -> None:
    client, _ = ask(answer)
    with pytest.raises(error, match=words) as caught:
        client.call("model.sale.sale.search", [])
    assert caught.value.remedy


def test_a_warning_carries_the_name_to_skip() -> None:
    details = ["abc.credit_limit_amount", "Over the limit.", ""]
    client, _ = ask(reply({"id": 1, "error": ["UserWarning", details]}))
    with pytest.raises(TrytonWarningError) as caught:
        client.press("sale.sale", "confirm", [1])
    assert caught.value.name == "abc.credit_limit_amount"
    assert "Over the limit." in caught.value.what


def test_an_expired_session_is_renewed_once_and_the_call_repeated() -> None:
    client, server = ask(reply("", status=401), reply({"id": 1, "result": [7]}))
    assert client.search("sale.sale", []) == [7]
    assert server.asked.count("common.db.login") == 2
    assert server.asked.count("model.sale.sale.search") == 2
    assert server.authorizations[-1] != server.authorizations[2]


def test_a_refused_renewal_is_not_repeated_for_ever() -> None:
    client, server = ask(reply("", status=401), reply("", status=401))
    with pytest.raises(RefusedError, match="401"):
        client.search("sale.sale", [])
    assert server.asked.count("model.sale.sale.search") == 2


def test_the_password_is_in_no_message() -> None:
    client, _ = ask(reply("", status=403))
    with pytest.raises(RefusedError) as caught:
        client.call("model.sale.sale.search", [])
    assert "secret" not in str(caught.value)


def test_rows_deleted_since_they_were_searched_are_left_out() -> None:
    gone = reply({"id": 1, "error": ["UserError", ["Record 2 does not exist.", "", None]]})
    client, server = ask(gone, reply({"id": 1, "result": [1]}), reply({"id": 1, "result": [{"id": 1}]}))
    assert client.read("sale.sale", [1, 2], ["number"]) == [{"id": 1}]
    assert server.asked[-3:] == [
        "model.sale.sale.read",
        "model.sale.sale.search",
        "model.sale.sale.read",
    ]


def test_the_server_clock_is_known_after_any_answer() -> None:
    client, _ = ask(reply({"id": 1, "result": []}))
    assert client.server_time is None
    client.search("sale.sale", [])
    assert client.server_time == datetime(2026, 11, 22, 11, tzinfo=UTC)
