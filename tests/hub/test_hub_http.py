"""The hub over HTTP: who gets in, what each answer's status says, and that receipts hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.hub.client import HubClient, enrol_at
from app.hub.enrolment import prove_possession
from app.hub.http_signature import SIGNATURE, hub_tag, signed_headers
from app.hub.server import HubServer, revoke_key
from app.hub.wire import IDEMPOTENCY_HEADER, from_text
from app.signing.envelope import sign_envelope
from app.signing.receipts import HubOutcome, open_receipt
from connectors.http import HttpClient, HttpReply
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.profile_json import MAX_BYTES
from tests.support.approval_desk import PEOPLE, Desk, signer_of
from tests.support.hub_site import TOKEN, Site, hub_key, running_site

#: What a log says of trust before the first entry of a desk: the decision rights, and a key a person.
TRUST = 1 + len(PEOPLE)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path) as site:
        yield site


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    desk = site.desk()
    yield desk
    desk.close()


def post(site: Site, body: bytes, key: str = "A/1") -> HttpReply:
    return site.http.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: key}, body=body)


def problem(reply: HttpReply) -> tuple[int, object]:
    assert reply.content_type == "application/problem+json"
    document = json.loads(reply.body)
    assert document["status"] == reply.status
    assert {"type", "title", "detail"} <= set(document)
    return reply.status, document["code"]


def test_a_new_entry_gets_a_receipt_that_holds(site: Site, desk: Desk) -> None:
    entry = desk.propose()
    reply = post(site, entry.envelope)
    receipt = open_receipt(from_text(json.loads(reply.body)["receipt"]), hub_key().public, entry.envelope)
    assert (reply.status, receipt.index, receipt.entry_sha256) == (201, TRUST, entry.sha256)
    assert receipt.outcome is HubOutcome.ACCEPTED


def test_the_same_entry_again_gets_the_same_receipt(site: Site, desk: Desk) -> None:
    entry = desk.propose()
    first, second = post(site, entry.envelope), post(site, entry.envelope, "other key")
    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body


def test_an_idempotency_key_belongs_to_its_bytes(site: Site, desk: Desk) -> None:
    post(site, desk.propose().envelope)
    assert problem(post(site, desk.propose(number=2).envelope)) == (422, "key_reused")


def test_a_gap_in_the_chain_of_a_device_is_told(site: Site, desk: Desk) -> None:
    desk.propose()
    second = desk.propose(number=2)
    assert problem(post(site, second.envelope)) == (409, "out_of_order")
    with pytest.raises(UnavailableError, match="entry 1 is expected"):
        site.client(desk).submit(second.envelope, "x")


def test_too_much_is_cut_off(site: Site) -> None:
    assert problem(post(site, b" " * (MAX_BYTES + 1))) == (413, "too_large")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"payload":1}', b"\xff"])
def test_what_is_no_envelope_is_malformed(site: Site, body: bytes) -> None:
    assert problem(post(site, body)) == (400, "malformed")


def test_without_an_idempotency_key_nothing_is_taken(site: Site, desk: Desk) -> None:
    reply = site.http.send("POST", "/v1/entries", body=desk.propose().envelope)
    assert problem(reply) == (400, "malformed")


def test_a_device_that_is_not_enrolled_leaves_no_trace(site: Site, desk: Desk) -> None:
    stranger = signer_of("a.moreno", "laptop")
    forged = sign_envelope(desk.propose().payload, stranger.key)
    assert problem(post(site, forged)) == (403, "forbidden")
    assert len(site.client(desk).feed(-1)) == TRUST


def test_a_signature_by_another_enrolled_key_is_refused(site: Site, desk: Desk) -> None:
    forged = sign_envelope(desk.propose().payload, desk.people["j.okafor"].key)
    assert problem(post(site, forged)) == (403, "forbidden")


def test_reading_needs_the_signature_of_an_enrolled_device(site: Site, desk: Desk) -> None:
    target = "/v1/feed?after=-1"
    key, now = desk.people["a.moreno"].key, site.clock.now()
    tag, other = hub_tag(hub_key().public), hub_tag(hub_key(1).public)
    stranger = signer_of("j.okafor", "laptop").key
    good = signed_headers(key, tag, "GET", target, now)
    statuses = [
        site.http.send("GET", target, headers=headers).status
        for headers in (
            good,
            good,
            {},
            {**good, SIGNATURE: "nonsense"},
            {**good, SIGNATURE: "tower=:AAAA:"},
            signed_headers(key, tag, "GET", "/v1/feed?after=0", now),
            signed_headers(key, tag, "POST", target, now),
            signed_headers(key, other, "GET", target, now),
            signed_headers(key, tag, "GET", target, now - timedelta(minutes=3)),
            signed_headers(key, tag, "GET", target, now + timedelta(minutes=3)),
            signed_headers(stranger, tag, "GET", target, now),
            signed_headers(key, tag, "GET", target, now),
        )
    ]
    assert statuses == [200, *[403] * 10, 200]


def test_a_replayed_request_is_told_apart(site: Site, desk: Desk) -> None:
    headers = signed_headers(
        desk.people["a.moreno"].key, hub_tag(hub_key().public), "GET", "/v1/devices", site.clock.now()
    )
    assert site.http.send("GET", "/v1/devices", headers=headers).status == 200
    assert problem(site.http.send("GET", "/v1/devices", headers=headers)) == (403, "replayed")
    site.clock.turn(timedelta(minutes=2))
    assert problem(site.http.send("GET", "/v1/devices", headers=headers)) == (403, "replayed")
    site.clock.turn(timedelta(minutes=1))
    assert problem(site.http.send("GET", "/v1/devices", headers=headers)) == (403, "forbidden")


def test_one_entry_can_be_read_again(site: Site, desk: Desk) -> None:
    entry = desk.propose()
    post(site, entry.envelope)
    key = desk.people["a.moreno"].key

    def get(target: str) -> HttpReply:
        headers = signed_headers(key, hub_tag(hub_key().public), "GET", target, site.clock.now())
        return site.http.send("GET", target, headers=headers)

    assert from_text(json.loads(get(f"/v1/entries/{TRUST}").body)["envelope"]) == entry.envelope
    assert problem(get("/v1/entries/99")) == (404, "absent")


def test_the_feed_waits_for_the_next_entry(site: Site, desk: Desk) -> None:
    entry = desk.propose()
    found: list[str] = []
    client = site.client(desk)

    def poll() -> None:
        found.extend(e.receipt.entry_sha256 for e in client.feed(TRUST - 1, wait_seconds=20.0))

    waiter = threading.Thread(target=poll)
    waiter.start()
    post(site, entry.envelope)
    waiter.join(15.0)
    assert found == [entry.sha256]


def test_health_names_the_key(site: Site) -> None:
    reply = site.http.send("GET", "/healthz")
    assert reply.json() == {"status": "ok", "keyid": hub_key().public.keyid}


def test_enrolling_gives_the_key_to_pin(site: Site) -> None:
    assert enrol_at(site.http, signer_of("a.moreno").key, TOKEN) == (hub_key().public, "token")
    assert enrol_at(site.http, signer_of("a.moreno").key, TOKEN) == (hub_key().public, "token")


def test_enrolling_with_another_token_is_refused(site: Site) -> None:
    with pytest.raises(RefusedError, match="token is not the one"):
        enrol_at(site.http, signer_of("a.moreno").key, "guess")


def test_somebody_the_rights_do_not_know_is_not_enrolled(site: Site) -> None:
    from app.signing.keys import KeyOwner, SigningKey
    from domain.ids import UserId

    stranger = SigningKey(owner=KeyOwner(user_id=UserId("x.y"), device_id="d"), private=b"1" * 32)
    with pytest.raises(RefusedError, match=r"do not know x\.y"):
        enrol_at(site.http, stranger, TOKEN)


def test_nobody_enrols_a_key_they_do_not_hold(site: Site) -> None:
    mine, theirs = signer_of("a.moreno").key, signer_of("j.okafor").key
    body = {
        "user_id": "j.okafor",
        "device_id": "desk-1",
        "public_key": theirs.public.to_text(),
        "proof": prove_possession(mine),
        "token": TOKEN,
    }
    reply = site.http.send("POST", "/v1/enrolments", body=json.dumps(body).encode())
    assert problem(reply) == (403, "forbidden")


def test_an_incomplete_enrolment_is_malformed(site: Site) -> None:
    reply = site.http.send("POST", "/v1/enrolments", body=b'{"user_id": "a.moreno"}')
    assert problem(reply) == (400, "malformed")


def test_on_first_use_the_first_key_gets_in_and_the_second_does_not(tmp_path: Path) -> None:
    with running_site(tmp_path, token="") as site:
        assert enrol_at(site.http, signer_of("a.moreno").key) == (hub_key().public, "first_use")
        with pytest.raises(RefusedError, match="already enrolled"):
            enrol_at(site.http, signer_of("a.moreno", seed=1).key)


def test_a_receipt_of_another_hub_counts_for_nothing(site: Site, desk: Desk) -> None:
    client = HubClient(
        transport=site.http,
        hub_key=hub_key(seed=1).public,
        reader=desk.people["a.moreno"].key,
        clock=site.clock,
    )
    with pytest.raises(RefusedError):
        client.submit(desk.propose().envelope, "x")


def test_an_answer_that_is_none_of_a_hub_is_refused(site: Site, desk: Desk) -> None:
    class LoginPage:
        status = 200
        body = b"<html>Please log in</html>"

        def send(self, *_: object, **__: object) -> LoginPage:
            return self

    client = HubClient(
        transport=LoginPage(),
        hub_key=hub_key().public,
        reader=desk.people["a.moreno"].key,
        clock=site.clock,
    )
    with pytest.raises(BadInputError, match="login page"):
        client.submit(desk.propose().envelope, "x")


def test_a_taken_port_is_one_clear_sentence(site: Site) -> None:
    port = int(site.server.url.rsplit(":", maxsplit=1)[1])
    with pytest.raises(UnavailableError, match=f"cannot listen on 127.0.0.1:{port}"):
        HubServer(replace(site.settings, port=port))


def test_a_database_that_is_none_is_one_clear_sentence(site: Site) -> None:
    with pytest.raises(BadInputError, match="no database URL"):
        HubServer(replace(site.settings, database_url="mysql://x"))


def test_after_a_restart_the_log_goes_on(site: Site, desk: Desk) -> None:
    first, second = desk.propose(), desk.propose(number=2)
    post(site, first.envelope)
    with HubServer(site.settings) as other:
        http = HttpClient(other.url)
        reply = http.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: "A/2"}, body=second.envelope)
        http.close()
    assert (reply.status, json.loads(reply.body)["index"]) == (201, TRUST + 1)


def test_a_key_is_revoked_while_the_hub_runs(site: Site, desk: Desk) -> None:
    client = site.client(desk)
    first, second = desk.propose(), desk.propose(number=2)
    client.submit(first.envelope, "1")
    index = revoke_key(site.settings, desk.people["a.moreno"].key.public.keyid, "The laptop was stolen.")
    assert index == TRUST + 1
    assert problem(post(site, second.envelope, "2")) == (403, "forbidden")
    assert post(site, first.envelope, "1").status == 200, "what was recorded before keeps its receipt"
    with pytest.raises(RefusedError):
        client.feed(-1)


def test_a_hub_that_ends_answers_who_waits_and_says_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[object] = []
    with running_site(tmp_path) as site:
        desk = site.desk()
        client = site.client(desk)
        known = client.feed(-1)[-1].receipt.index
        waiter = threading.Thread(target=lambda: found.append(client.feed(known, wait_seconds=20.0)))
        waiter.start()
        held = site.server.held_open
        for _ in range(1_000):
            if held():
                break
            waiter.join(0.01)
        assert held()
        site.server.__exit__(None, None, None)
        waiter.join(10.0)
        desk.close()
    assert found == [()]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
