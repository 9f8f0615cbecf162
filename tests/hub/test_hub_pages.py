"""What monitors and witnesses get of the hub over HTTP: checkpoint, tiles, proofs, cosignatures."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hub.http_signature import hub_tag, signed_headers
from app.hub.wire import IDEMPOTENCY_HEADER
from app.hub.witness import witness_body
from app.signing.merkle import inclusion_proof, leaf_hash, root_of, verify_consistency, verify_inclusion
from app.signing.notes import Checkpoint, cosign, cosigned_at, open_checkpoint, sign_checkpoint, with_lines
from app.signing.tiles import TileTree
from connectors.http import HttpReply
from tests.support.approval_desk import Desk, signer_of
from tests.support.hub_site import Site, hub_key, running_site

NOW = 1_795_000_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("hub")) as site:
        desk = site.desk()
        for number in range(1, 4):
            send(site, desk.propose(number=number).envelope, str(number))
        desk.close()
        yield site


def send(site: Site, envelope: bytes, key: str) -> HttpReply:
    return site.http.send("POST", "/v1/entries", headers={IDEMPOTENCY_HEADER: key}, body=envelope)


def get(site: Site, target: str, *, signed: bool = False) -> HttpReply:
    key = signer_of("a.moreno").key
    tag = hub_tag(hub_key().public)
    headers = signed_headers(key, tag, "GET", target, site.clock.now()) if signed else {}
    return site.http.send("GET", target, headers=headers)


def checkpoint(site: Site) -> Checkpoint:
    reply = get(site, "/checkpoint")
    assert (reply.status, reply.content_type) == (200, "text/plain")
    return open_checkpoint(reply.body.decode(), hub_key().public)


def witness(site: Site, old: int, proof: tuple[bytes, ...], note: str) -> HttpReply:
    return site.http.send("POST", "/v1/witness", body=witness_body(old, proof, note))


def code(reply: HttpReply) -> tuple[int, str]:
    assert reply.content_type == "application/problem+json"
    return reply.status, json.loads(reply.body)["code"]


def test_tiles_make_the_root_of_the_checkpoint(site: Site) -> None:
    noted = checkpoint(site)
    reply = get(site, f"/tile/0/000.p/{noted.size}")
    assert "immutable" in reply.headers["cache-control"]
    tree = TileTree(lambda level, number: reply.body if (level, number) == (0, 0) else b"")
    assert root_of(noted.size, tree.node) == noted.root
    entries = get(site, f"/tile/entries/000.p/{noted.size}", signed=True).body
    envelopes = []
    while entries:
        length = int.from_bytes(entries[:2])
        envelopes.append(entries[2 : 2 + length])
        entries = entries[2 + length :]
    assert len(envelopes) == noted.size
    for index, envelope in enumerate(envelopes):
        proof = inclusion_proof(index, noted.size, tree.node)
        assert verify_inclusion(leaf_hash(envelope), index, noted.size, proof, noted.root)


def test_entries_are_for_enrolled_devices_and_hashes_for_everybody(site: Site) -> None:
    assert code(get(site, "/tile/entries/000.p/1")) == (403, "forbidden")
    assert get(site, "/tile/0/000.p/1").status == 200


@pytest.mark.parametrize("path", ["0/000", "0/001.p/1", "1/000.p/1", "0/000.p/200", "x", "0/0", "9/000", ""])
def test_a_tile_that_is_not_there_is_absent(site: Site, path: str) -> None:
    assert code(get(site, f"/tile/{path}")) == (404, "absent")


def test_entries_beyond_the_log_are_absent(site: Site) -> None:
    assert code(get(site, "/tile/entries/000", signed=True)) == (404, "absent")


def test_every_size_is_proved_to_begin_the_next(site: Site) -> None:
    size = checkpoint(site).size
    sizes = list(range(1, size + 1))
    reply = get(site, f"/v1/consistency?sizes={','.join(map(str, sizes))}")
    proofs = json.loads(reply.body)["proofs"]
    data = get(site, f"/tile/0/000.p/{size}").body
    tree = TileTree(lambda level, number: data if (level, number) == (0, 0) else b"")
    for old, new, proof in zip(sizes, sizes[1:], proofs, strict=False):
        hashes = [base64.b64decode(each) for each in proof]
        assert verify_consistency(old, new, hashes, root_of(old, tree.node), root_of(new, tree.node))
    assert len(proofs) == size - 1


@pytest.mark.parametrize("sizes", ["", "3", "3,3", "4,3", "-1,3", "a,b", "1,2,", "1,\u0663", "1" * 30 + ",2"])
def test_sizes_that_do_not_rise_are_malformed(site: Site, sizes: str) -> None:
    assert code(get(site, f"/v1/consistency?sizes={sizes}")) == (400, "malformed")


def test_a_size_the_log_never_had_is_absent(site: Site) -> None:
    assert code(get(site, "/v1/consistency?sizes=1,999")) == (404, "absent")


def test_a_witness_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        desk: Desk = site.desk()
        client, key = site.client(desk), desk.people["j.okafor"].key
        first = site.http.send("GET", "/checkpoint").body.decode()
        size = open_checkpoint(first, hub_key().public).size
        signed = with_lines(first, [cosign(first, key, NOW)])
        reply = witness(site, 0, (), signed)
        assert (reply.status, cosigned_at(first + reply.body.decode(), key.public)) == (200, NOW)
        assert witness(site, size, (), signed).status == 200

        client.submit(desk.propose().envelope, "1")
        newer = client.checkpoint()
        more = with_lines(newer, [cosign(newer, key, NOW)])
        wrong = witness(site, 3, (), more)
        assert (wrong.status, wrong.content_type, wrong.body) == (
            409,
            "text/x.tlog.size",
            f"{size}\n".encode(),
        )
        assert code(witness(site, size, (b"r" * 32,), more)) == (422, "bad_proof")
        assert code(witness(site, size, (), more)) == (422, "bad_proof")
        (proof,) = client.consistency((size, size + 1))
        assert client.send_cosignature(size, proof, more) is None
        assert client.send_cosignature(size, proof, more) == size + 1
        assert cosigned_at(client.checkpoint(), key.public) == NOW
        desk.close()


def test_a_fork_signed_by_the_hub_itself_is_not_cosigned(site: Site) -> None:
    key, real = signer_of("j.okafor").key, checkpoint(site)
    forged = sign_checkpoint(Checkpoint(origin=real.origin, size=real.size, root=b"r" * 32), hub_key())
    assert code(witness(site, 0, (), with_lines(forged, [cosign(forged, key, NOW)]))) == (422, "bad_proof")
    larger = sign_checkpoint(Checkpoint(origin=real.origin, size=99, root=b"r" * 32), hub_key())
    assert code(witness(site, 0, (), with_lines(larger, [cosign(larger, key, NOW)]))) == (422, "bad_proof")


def test_nobody_cosigns_who_is_not_enrolled_or_for_another_log(site: Site) -> None:
    note = get(site, "/checkpoint").body.decode()
    stranger = signer_of("j.okafor", "laptop").key
    assert code(witness(site, 0, (), with_lines(note, [cosign(note, stranger, NOW)]))) == (403, "forbidden")
    assert code(witness(site, 0, (), note)) == (403, "forbidden")
    other = sign_checkpoint(checkpoint(site), hub_key(seed=1))
    assert code(witness(site, 0, (), other)) == (403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"old 0",
        b"old 0\n\n",
        b"old x\n\nnote",
        b"new 0\n\nnote",
        b"old 0\nno base64\n\nnote",
        b"old 99\n\n",
        b"old 0\n" + b"AAAA\n" * 99 + b"\nnote",
    ],
)
def test_what_is_no_request_of_a_witness_is_malformed(site: Site, body: bytes) -> None:
    assert code(site.http.send("POST", "/v1/witness", body=body)) == (400, "malformed")


def test_a_witness_does_not_go_backwards(site: Site) -> None:
    note = get(site, "/checkpoint").body.decode()
    signed = with_lines(note, [cosign(note, signer_of("j.okafor").key, NOW)])
    assert code(witness(site, 999, (), signed)) == (400, "malformed")
