"""A hub that rewrites its log is contradicted by the receipts and checkpoints that are out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.signing.merkle import consistency_proof, inclusion_proof, leaf_hash
from app.signing.receipts import proof_texts
from app.signing.tiles import TileTree
from app.signing.verifier.report import verify
from tests.support.approval_desk import signer_of
from tests.support.approval_values import ACTION_ID
from tests.support.belief import BELIEVED, document, honest_file, refusal
from tests.support.forged_log import ForgedLog, honest, small_policy, text, whole_terms
from tests.support.hub_site import hub_key
from tests.support.trail_room import packed

OTHER = 6


def with_another_action() -> ForgedLog:
    """The honest trail, with a proposal of somebody else's recorded before it."""
    log = ForgedLog().found()
    log.propose("m.silva", of=whole_terms(action_id=f"{ACTION_ID[:-1]}C", commands=commands_of("C")))
    log.execute(log.decide(log.propose()))
    return log


def commands_of(letter: str) -> Any:
    (command,) = whole_terms().commands
    return (replace(command, key=f"{ACTION_ID[:-1]}{letter}-1"),)


def slip_in(log: ForgedLog) -> None:
    log.revoke(signer_of("m.silva"))
    log.rows.insert(OTHER, log.rows.pop())


def replace_rights(log: ForgedLog) -> None:
    log.rows[0] = ForgedLog().found(small_policy(offline_minutes=9)).rows[0]


def exchange(log: ForgedLog) -> None:
    log.rows.insert(OTHER, log.rows.pop(OTHER - 1))


def change(log: ForgedLog) -> None:
    log.rows[OTHER] = replace(log.rows[OTHER], envelope=b"{}")


REWRITES: dict[str, Callable[[ForgedLog], object]] = {
    "an entry deleted": lambda log: log.rows.pop(OTHER),
    "an entry changed": change,
    "the rights replaced": replace_rights,
    "a revocation slipped in": slip_in,
    "two entries exchanged": exchange,
    "an entry put in twice": lambda log: log.rows.insert(OTHER, log.rows[OTHER]),
    "the last entries taken back": lambda log: log.rows.__delitem__(slice(OTHER, None)),
}


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewritten_log_contradicts_the_receipts_that_are_out(name: str) -> None:
    """The desk has its receipts; the hub makes checkpoint and proofs anew, so that each by itself holds."""
    log = with_another_action()
    kept = log.document(without={OTHER})
    assert refusal(packed(kept)) == BELIEVED
    REWRITES[name](log)
    tree = TileTree(lambda _level, _number: b"")
    size = tree.append(0, (leaf_hash(row.envelope) for row in log.rows))
    places = {text(row.envelope): place for place, row in enumerate(log.rows)}
    edited = copy.deepcopy(kept)
    edited["checkpoint"] = log.note(size, tree)
    for each in edited["entries"]:
        place = places.get(each["envelope"], size - 1)
        each["proof"] = list(proof_texts(inclusion_proof(place, size, tree.node)))
    edited["consistency"] = {
        old: list(proof_texts(consistency_proof(int(old), size, tree.node)))
        for old in [*kept["consistency"], "10"]
        if int(old) < size
    }
    assert refusal(packed(edited)) != BELIEVED


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewritten_log_contradicts_the_checkpoint_an_auditor_kept(name: str) -> None:
    """The hub makes everything anew, receipts and all: only somebody who saw the old log can tell."""
    log = with_another_action()
    seen = log.document(upto=OTHER + 2)["checkpoint"]
    assert refusal(packed(log.document()), seen=seen) == BELIEVED
    REWRITES[name](log)
    fresh = log.document()
    assert refusal(packed(fresh), seen=seen) != BELIEVED


def test_the_checkpoint_an_auditor_kept_is_found_again() -> None:
    earlier = honest().document(upto=8)["checkpoint"]
    assert verify(honest_file()[:-1], seen=earlier)["valid"]
    assert verify(honest_file()[:-1], seen=document()["checkpoint"])["valid"]


def test_a_whole_log_of_an_impostor_fails_at_the_fingerprint() -> None:
    log = ForgedLog(hub_key(seed=1)).found()
    log.execute(log.decide(log.propose()))
    file = packed(log.document())
    assert refusal(file) == BELIEVED
    assert "another hub" in refusal(file, pinned=hub_key().public.fingerprint)
