"""DSSE envelopes: as the standard has them, verified before they are parsed, every changed byte refused."""

from __future__ import annotations

import base64
import json
import unicodedata
from dataclasses import replace

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined] # no __all__

from app.signing.canonical import canonical_bytes, digest_code, digest_of, is_canonical, sha256_hex
from app.signing.chain import ChainLink, check_chain
from app.signing.envelope import pre_authentication_encoding, sign_envelope, verify_envelope
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.signing.merkle import leaf_hash, node_hash
from app.signing.notes import Checkpoint, origin_of, sign_checkpoint
from app.signing.receipts import HubOutcome, HubReceipt, open_receipt, proof_texts, sign_receipt
from app.signing.statements import open_entry, preview, read_payload, read_unverified, sign_value
from domain.approvals import CHAIN_START, Actor
from domain.errors import BadInputError, RefusedError, TowerError
from domain.ids import UserId
from domain.profile_json import MAX_BYTES, JsonValue
from domain.statements import PAYLOAD_TYPE
from tests.support.approval_desk import START
from tests.support.approval_values import decision, execution, proposal, terms

PRIVATE = bytes(range(32))
OWNER = KeyOwner(user_id=UserId("a.moreno"), device_id="desk-1")
KEY = SigningKey(owner=OWNER, private=PRIVATE)
ACTOR = Actor(user_id=OWNER.user_id, role="planner", device_id=OWNER.device_id, keyid=KEY.public.keyid)
OTHER = SigningKey(owner=KeyOwner(user_id=UserId("j.okafor"), device_id="desk-1"), private=b"2" * 32)


def known(keyid: str) -> PublicKey | None:
    return {KEY.public.keyid: KEY.public, OTHER.public.keyid: OTHER.public}.get(keyid)


ENTRY = sign_value(proposal(actor=ACTOR), KEY)


def test_the_pre_authentication_encoding_of_the_standard() -> None:
    assert pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_the_form_of_an_envelope() -> None:
    document = json.loads(ENTRY.envelope)
    assert list(document) == ["payload", "payloadType", "signatures"]
    assert document["payloadType"] == "application/vnd.in-toto+json"
    assert base64.b64decode(document["payload"]) == ENTRY.payload
    assert [set(s) for s in document["signatures"]] == [{"keyid", "sig"}]


def test_the_key_id_is_the_digest_of_the_public_key() -> None:
    from hashlib import sha256

    assert sha256(KEY.public.spki).hexdigest() == KEY.public.keyid
    assert KEY.public.spki.startswith(bytes.fromhex("302a300506032b6570032100"))


def sslib_key() -> SSlibKey:
    public = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key()
    return SSlibKey.from_crypto(public, keyid=KEY.public.keyid)


def test_securesystemslib_verifies_ours() -> None:
    envelope = Envelope.from_dict(json.loads(ENTRY.envelope))
    accepted = envelope.verify([sslib_key()], 1)
    assert list(accepted) == [KEY.public.keyid]
    envelope.payload += b" "
    with pytest.raises((VerificationError, UnverifiedSignatureError)):
        envelope.verify([sslib_key()], 1)


def test_we_verify_what_securesystemslib_signed() -> None:
    envelope = Envelope(payload=ENTRY.payload, payload_type=PAYLOAD_TYPE, signatures={})
    envelope.sign(CryptoSigner(Ed25519PrivateKey.from_private_bytes(PRIVATE), sslib_key()))
    theirs = rfc8785.dumps(envelope.to_dict())
    assert verify_envelope(theirs, known).payload == ENTRY.payload
    assert open_entry(theirs, known).value == ENTRY.value


def test_several_people_may_sign_the_same_bytes() -> None:
    both = sign_envelope(b"{}", KEY, OTHER)
    assert verify_envelope(both, known).keyids == (KEY.public.keyid, OTHER.public.keyid)


@given(st.integers(0, len(ENTRY.envelope) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(place: int, change: int) -> None:
    forged = bytearray(ENTRY.envelope)
    forged[place] ^= change
    with pytest.raises(TowerError):
        open_entry(bytes(forged), known)


@given(st.integers(0, len(ENTRY.envelope)), st.binary(min_size=1, max_size=3))
def test_any_added_byte_is_refused(place: int, more: bytes) -> None:
    forged = ENTRY.envelope[:place] + more + ENTRY.envelope[place:]
    with pytest.raises(TowerError):
        open_entry(forged, known)


@given(st.integers(0, len(ENTRY.envelope) - 1))
def test_a_cut_off_envelope_is_refused(length: int) -> None:
    with pytest.raises(TowerError):
        open_entry(ENTRY.envelope[:length], known)


def rewritten(**changes: JsonValue) -> bytes:
    return rfc8785.dumps({**json.loads(ENTRY.envelope), **changes})


def signature(**changes: JsonValue) -> JsonValue:
    return [{**json.loads(ENTRY.envelope)["signatures"][0], **changes}]


@pytest.mark.parametrize(
    "forged",
    [
        rewritten(extra="x"),
        rewritten(payloadType="application/json"),
        rewritten(signatures=[]),
        rewritten(signatures=json.loads(ENTRY.envelope)["signatures"] * 2),
        rewritten(signatures="x"),
        rewritten(signatures=["x"]),
        rewritten(signatures=signature(keyid="short")),
        rewritten(signatures=signature(extra="x")),
        rewritten(signatures=signature(sig=1)),
        rewritten(signatures=signature(sig="!!!!")),
        rewritten(payload=1),
        rewritten(payload="e30"),
        rewritten(payload="e31="),
        json.dumps(json.loads(ENTRY.envelope)).encode(),
        b" " * (MAX_BYTES + 1),
    ],
)
def test_malformed_envelopes(forged: bytes) -> None:
    with pytest.raises(BadInputError):
        verify_envelope(forged, known)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(RefusedError, match="nobody here has registered"):
        verify_envelope(ENTRY.envelope, lambda _keyid: None)


def test_a_lookup_that_gives_another_key_is_not_believed() -> None:
    with pytest.raises(RefusedError):
        verify_envelope(ENTRY.envelope, lambda _keyid: OTHER.public)


def test_a_signature_under_another_type_does_not_count() -> None:
    receipt = sign_envelope(ENTRY.payload, KEY, payload_type="application/other")
    moved = receipt.replace(b"application/other", PAYLOAD_TYPE.encode())
    with pytest.raises(RefusedError, match="does not hold"):
        verify_envelope(moved, known)


def test_somebody_elses_statement_signed_by_me_is_refused() -> None:
    with pytest.raises(RefusedError, match="another key than the one it names"):
        open_entry(sign_envelope(ENTRY.payload, OTHER), known)


def test_nobody_signs_in_anothers_name() -> None:
    with pytest.raises(RefusedError, match=r"cannot sign for a\.moreno"):
        sign_value(proposal(actor=ACTOR), OTHER)


def test_what_is_too_large_to_be_recorded_is_not_signed() -> None:
    with pytest.raises(BadInputError, match="fewer orders"):
        sign_envelope(b"x" * MAX_BYTES, KEY)


@pytest.mark.parametrize("value", [proposal(actor=ACTOR), decision(actor=ACTOR), execution(actor=ACTOR)])
def test_every_kind_of_entry(value: object) -> None:
    entry = sign_value(value, KEY)  # type: ignore[arg-type] # one of the three kinds
    assert open_entry(entry.envelope, known).value == value
    assert read_unverified(entry.envelope).value == value
    assert entry.payload == preview(entry.value)


def test_a_payload_in_another_layout_is_refused() -> None:
    spaced = json.dumps(json.loads(ENTRY.payload)).encode()
    with pytest.raises(RefusedError, match="canonical"):
        read_payload(spaced)


@pytest.mark.parametrize("path", [("evidence", "facts_sha256"), ("commands", 0, "payload_sha256")])
def test_digests_inside_are_recomputed(path: tuple[str | int, ...]) -> None:
    document = json.loads(ENTRY.payload)
    place = document["predicate"]["terms"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "0" * 64
    for subject in document["subject"]:
        if subject["name"].startswith("evidence/") and path[0] == "evidence":
            subject["digest"]["sha256"] = "0" * 64
    with pytest.raises(RefusedError, match="digest"):
        read_payload(rfc8785.dumps(document))


texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda t: unicodedata.normalize("NFC", t))
profile_values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True), profile_values, max_size=4))
def test_canonical_bytes_are_a_fixed_point(document: dict[str, JsonValue]) -> None:
    data = canonical_bytes(document)
    assert canonical_bytes(json.loads(data)) == data
    assert is_canonical(document, data)
    assert not is_canonical(document, data + b" ")


def test_the_digest_code_has_eight_clear_characters() -> None:
    codes = {digest_code(str(n).encode()) for n in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and not set(code) & set("ILOU") for code in codes)


def test_equal_values_have_equal_digests() -> None:
    assert digest_of(terms()) == digest_of(terms())
    assert digest_of(terms()) != digest_of(proposal())


def links(count: int) -> list[ChainLink]:
    chain, prev = [], CHAIN_START
    for seq in range(1, count + 1):
        chain.append(ChainLink(keyid="k", seq=seq, prev=prev, sha256=f"{seq:064x}"))
        prev = chain[-1].sha256
    return chain


def test_an_unbroken_chain_is_silent() -> None:
    assert check_chain(reversed(links(20))) == ()


@given(st.integers(0, 19))
def test_a_missing_entry_shows_unless_it_was_the_last(gone: int) -> None:
    chain = links(20)
    del chain[gone]
    assert bool(check_chain(chain)) is (gone != 19)


def test_a_swapped_entry_shows() -> None:
    chain = links(5)
    chain[2] = ChainLink(keyid="k", seq=3, prev=chain[2].prev, sha256="f" * 64)
    assert check_chain(chain) == ("Device k: entry 4 does not follow the one before it.",)


BYTES = b"the bytes of an entry"
OTHER_LEAF = leaf_hash(b"the entry before it")


def receipt_of(entry: bytes, **changes: object) -> HubReceipt:
    """A receipt for the second of two entries."""
    root = node_hash(OTHER_LEAF, leaf_hash(entry))
    checkpoint = Checkpoint(origin=origin_of(KEY.public), size=2, root=root)
    receipt = HubReceipt(
        index=1,
        entry_sha256=sha256_hex(entry),
        outcome=HubOutcome.ACCEPTED,
        why="",
        received_at=START,
        trust_sha256=CHAIN_START,
        checkpoint=sign_checkpoint(checkpoint, KEY),
        proof=proof_texts((OTHER_LEAF,)),
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]


def test_receipts_hold_under_the_pinned_key_only() -> None:
    receipt = receipt_of(BYTES)
    envelope = sign_receipt(receipt, KEY)
    assert open_receipt(envelope, KEY.public, BYTES) == receipt
    with pytest.raises(RefusedError):
        open_receipt(envelope, OTHER.public, BYTES)


@pytest.mark.parametrize(
    "changes",
    [
        {"index": 0},
        {"index": 2},
        {"proof": ()},
        {"proof": proof_texts((leaf_hash(BYTES),))},
        {"proof": proof_texts((OTHER_LEAF, OTHER_LEAF))},
        {"proof": ("no base64",)},
        {"entry_sha256": "a" * 64},
        {"checkpoint": receipt_of(b"another entry").checkpoint},
        {"checkpoint": sign_checkpoint(Checkpoint(origin="x", size=2, root=b"r" * 32), KEY)},
    ],
)
def test_a_receipt_that_proves_something_else_is_refused(changes: dict[str, object]) -> None:
    envelope = sign_receipt(receipt_of(BYTES, **changes), KEY)
    with pytest.raises(RefusedError):
        open_receipt(envelope, KEY.public, BYTES)


@pytest.mark.parametrize("spki", [b"", b"x", KEY.public.spki + b"x", KEY.public.spki[:-1]])
def test_what_is_no_public_key(spki: bytes) -> None:
    with pytest.raises(BadInputError):
        PublicKey(spki)


def test_a_public_key_travels_as_text() -> None:
    assert PublicKey.from_text(KEY.public.to_text()) == KEY.public
    with pytest.raises(BadInputError):
        PublicKey.from_text("?")


def test_a_key_does_not_show_itself() -> None:
    assert PRIVATE.hex() not in repr(KEY)
    assert "a.moreno" in repr(KEY)


@given(
    st.recursive(
        st.text() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
        lambda inner: st.lists(inner) | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}\Z"), inner),
        max_leaves=20,
    )
)
def test_canonical_bytes_are_those_of_rfc_8785(value: JsonValue) -> None:
    document = {"value": value}
    try:
        ours = canonical_bytes(document)
    except BadInputError:
        return
    assert ours == rfc8785.dumps(document)
    assert is_canonical(document, ours)
