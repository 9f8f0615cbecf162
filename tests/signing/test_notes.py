"""Checkpoints as signed notes: the published vector, what is refused, and cosignatures."""

from __future__ import annotations

import base64

import pytest

from app.signing.keys import PublicKey
from app.signing.notes import (
    LOG_KIND,
    Checkpoint,
    cosign,
    cosigned_at,
    key_id,
    open_checkpoint,
    origin_of,
    sign_checkpoint,
    signature_lines,
    with_lines,
    witness_of,
)
from domain.errors import BadInputError, RefusedError, TowerError
from tests.support.approval_desk import signer_of
from tests.support.hub_site import hub_key

SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")
HUB = hub_key()
CHECKPOINT = Checkpoint(origin=origin_of(HUB.public), size=7, root=b"r" * 32)
NOTE = sign_checkpoint(CHECKPOINT, HUB)


def test_the_published_note_of_peter_neumann() -> None:
    data = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    key = PublicKey(SPKI_HEAD + data[1:])
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert key_id("PeterNeumann", LOG_KIND, key) == line[:4] == bytes.fromhex("c74f20a3")
    assert key.verifies(line[4:], text.encode())


def test_a_checkpoint_comes_back_from_its_note() -> None:
    assert open_checkpoint(NOTE, HUB.public) == CHECKPOINT
    text, _, lines = NOTE.partition("\n\n")
    assert text.split("\n") == [CHECKPOINT.origin, "7", base64.b64encode(CHECKPOINT.root).decode()]
    assert lines.startswith(f"\u2014 {CHECKPOINT.origin} ")
    assert signature_lines(NOTE) == (lines,)


def test_another_log_or_key_is_refused() -> None:
    other = hub_key(seed=1)
    with pytest.raises(RefusedError, match="another log"):
        open_checkpoint(NOTE, other.public)
    forged = sign_checkpoint(CHECKPOINT, other)
    with pytest.raises(RefusedError, match="did not sign"):
        open_checkpoint(forged, HUB.public)


@pytest.mark.parametrize("place", range(len(NOTE)))
def test_every_character_counts(place: int) -> None:
    turned = NOTE[:place] + chr(ord(NOTE[place]) ^ 1) + NOTE[place + 1 :]
    with pytest.raises(TowerError):
        open_checkpoint(turned, HUB.public)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "x",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n7\n", "\n07\n"),
        NOTE.replace("\n7\n", "\n-7\n"),
        NOTE.replace("\n7\n", "\n\u0667\n"),
        NOTE.replace("\n\n", "\nmore\n\n", 1),
        NOTE.replace("\n\n", "\n"),
        "x" * 10_000 + NOTE,
        NOTE.replace("\u2014", "-"),
    ],
)
def test_what_is_no_checkpoint_is_malformed(note: str) -> None:
    with pytest.raises(BadInputError):
        open_checkpoint(note, HUB.public)


def test_a_witness_cosigns_what_it_saw() -> None:
    witness, other = signer_of("j.okafor").key, signer_of("m.silva").key
    both = with_lines(NOTE, [cosign(NOTE, witness, 1_800_000_000)])
    assert open_checkpoint(both, HUB.public) == CHECKPOINT
    assert cosigned_at(both, witness.public) == 1_800_000_000
    assert cosigned_at(both, other.public) is None
    assert cosigned_at(NOTE, witness.public) is None
    assert len(witness_of(witness.public).split()) == 1


def test_a_cosignature_is_of_one_note() -> None:
    witness = signer_of("j.okafor").key
    line = cosign(NOTE, witness, 1_800_000_000)
    later = sign_checkpoint(Checkpoint(origin=CHECKPOINT.origin, size=8, root=b"r" * 32), HUB)
    assert cosigned_at(with_lines(later, [line]), witness.public) is None
