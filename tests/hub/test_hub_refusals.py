"""A no counts only when the hub signed it: whatever else says no, an approval goes on waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from app.hub.client import HubClient, HubRefusedError, Reply
from app.hub.wire import IDEMPOTENCY_HEADER, from_text, to_text
from app.services.deliver import DeliveryReport, deliver
from app.signing.envelope import sign_envelope
from app.signing.keys import SigningKey
from app.signing.refusals import HubRefusal, open_refusal, sign_refusal
from domain.approval_states import ApprovalState, DeliveryState
from domain.errors import RefusedError, UnavailableError
from tests.support.approval_desk import START, Desk, signer_of
from tests.support.hub_site import Site, hub_key, running_site


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("hub")) as site:
        yield site


@dataclass(frozen=True)
class Answer:
    """What somebody answers."""

    status: int
    body: bytes


class Between:
    """Something between desk and hub that answers entries itself; the rest it passes on."""

    def __init__(self, site: Site, answer: Callable[[bytes], Answer]) -> None:
        self.site, self.answer = site, answer

    def send(self, method: str, path: str, *, body: bytes | None = None, **rest: Any) -> Reply:
        if path == "/v1/entries" and body is not None:
            return self.answer(body)
        return self.site.http.send(method, path, body=body, **rest)


def refusal(entry: bytes, key: SigningKey) -> str:
    said = HubRefusal(entry_sha256=sha256(entry).hexdigest(), code="forbidden", why="No.", refused_at=START)
    return to_text(sign_refusal(said, key))


def problem(status: int, **members: str) -> Answer:
    return Answer(status, json.dumps({"code": "forbidden", "detail": "No.", **members}).encode())


UNSIGNED: dict[str, Callable[[bytes], Answer]] = {
    "400": lambda _entry: problem(400),
    "403": lambda _entry: problem(403),
    "403 of a firewall": lambda _entry: Answer(403, b'{"error": "blocked by policy"}'),
    "404": lambda _entry: problem(404),
    "409": lambda _entry: problem(409, code="already_decided"),
    "412": lambda _entry: problem(412, code="expired"),
    "413": lambda _entry: problem(413, code="too_large"),
    "422": lambda _entry: problem(422, code="key_reused"),
    "451": lambda _entry: problem(451),
    "login page": lambda _entry: Answer(200, b"<html>Please log in</html>"),
    "nonsense for a signature": lambda _entry: problem(403, refusal="nonsense"),
    "signed by another hub": lambda entry: problem(403, refusal=refusal(entry, hub_key(seed=1))),
    "signed by a colleague": lambda entry: problem(403, refusal=refusal(entry, signer_of("m.silva").key)),
    "of another entry": lambda entry: problem(403, refusal=refusal(entry + b" ", hub_key())),
    "a false receipt": lambda entry: problem(409, receipt=refusal(entry, hub_key())),
}


def client_of(site: Site, desk: Desk, answer: Callable[[bytes], Answer]) -> HubClient:
    return HubClient(
        transport=Between(site, answer),
        hub_key=hub_key().public,
        reader=desk.people["a.moreno"].key,
        clock=site.clock,
    )


@pytest.mark.parametrize("name", list(UNSIGNED))
def test_what_the_hub_did_not_sign_drops_nothing(shared: Site, name: str) -> None:
    desk = shared.desk(f"desk-{list(UNSIGNED).index(name)}")
    entry = desk.propose()
    report = deliver(desk.room, client_of(shared, desk, UNSIGNED[name]))
    assert (report.refused, report.recorded, report.waiting) == (0, 0, 1)
    assert report.unreachable
    assert desk.ledger.delivery(entry.sha256) is DeliveryState.PENDING
    assert desk.ledger.approval(entry.action_id).state is ApprovalState.SUBMITTED
    assert deliver(desk.room, shared.client(desk)) == DeliveryReport(recorded=1)
    desk.close()


def test_what_the_hub_signed_is_believed_and_holds_nothing_up(shared: Site) -> None:
    desk = shared.desk("desk-signed")
    first, second = desk.propose(), desk.propose(number=2)
    hub = client_of(shared, desk, lambda entry: problem(403, refusal=refusal(entry, hub_key())))
    assert deliver(desk.room, hub) == DeliveryReport(refused=2)
    for entry in (first, second):
        assert desk.ledger.delivery(entry.sha256) is DeliveryState.REFUSED
        assert desk.ledger.approval(entry.action_id).state is ApprovalState.REJECTED
    desk.close()


def test_a_running_hub_signs_the_no_that_is_for_good(shared: Site) -> None:
    desk = shared.desk("desk-stranger")
    stranger = signer_of("a.moreno", "laptop")
    forged = sign_envelope(desk.propose().payload, stranger.key)
    reply = shared.http.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: "1"}, body=forged)
    document = json.loads(reply.body)
    said = open_refusal(from_text(document["refusal"]), hub_key().public, forged)
    assert (reply.status, said.code, said.why) == (403, "forbidden", document["detail"])
    with pytest.raises(RefusedError, match="something else"):
        open_refusal(from_text(document["refusal"]), hub_key().public, forged + b" ")
    with pytest.raises(HubRefusedError, match="The hub refused"):
        shared.client(desk).submit(forged, "1")
    desk.close()


def test_what_passes_is_not_signed(shared: Site) -> None:
    desk = shared.desk("desk-order")
    desk.propose()
    later = desk.propose(number=2)
    with pytest.raises(UnavailableError, match="cannot take it now"):
        shared.client(desk).submit(later.envelope, "2")
    reply = shared.http.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: "2"}, body=later.envelope)
    assert (reply.status, "refusal" in json.loads(reply.body)) == (409, False)
    desk.close()
