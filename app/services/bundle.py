"""A trail for others to verify: entries of the hub's log with their proofs, and the evidence behind them.

The whole log is read and its tree made anew before anything is written: a bundle that this desk exports is
of a log that this desk has checked from the first entry to the last.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from app.services.watch_log import accept_notes
from app.signing.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from app.signing.notes import open_checkpoint
from app.signing.receipts import HubOutcome, proof_texts
from app.signing.statements import SignedEntry, read_unverified
from app.signing.tiles import TileTree
from app.signing.trust_entries import says_trust
from domain.approvals import Proposal, Terms
from domain.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from app.hub.client import HubEntry
    from app.services.approval_room import ApprovalRoom
    from app.services.deliver import HubPort

FORMAT = "tower-bundle/v1"
BEFORE_THE_FIRST = -1


def export_bundle(
    room: ApprovalRoom, hub: HubPort, action_ids: Iterable[str] = (), root: bytes = b""
) -> bytes:
    """The bundle of these actions (none named: of the whole log) as a file's bytes.

    ``root`` is the file of the pinned trust root, where there is one.

    Raises:
        UnavailableError: the hub cannot be reached now.
        RefusedError: the log does not hold what its checkpoint says.
        BadInputError: an action is not in the log.
    """
    note = hub.checkpoint()
    accept_notes(room, hub, [note])
    checkpoint = open_checkpoint(note, hub.hub_key)
    entries = _entries(hub, checkpoint.size)
    tree = TileTree(lambda _level, _number: b"")
    tree.append(0, (leaf_hash(entry.envelope) for entry in entries))
    if root_of(len(entries), tree.node) != checkpoint.root:
        raise RefusedError(
            what="The hub's entries are not those of its checkpoint.", remedy="Tell its administrator."
        )
    chosen = _chosen(entries, frozenset(action_ids))
    sizes = {open_checkpoint(entry.receipt.checkpoint, hub.hub_key).size for entry in chosen}
    wanted = dict.fromkeys(name for terms in _accepted_terms(chosen) for name in _evidence_of(terms))
    blobs = {name: room.ledger.blob(name) for name in wanted}
    document = {
        "format": FORMAT,
        "hub_key": hub.hub_key.to_text(),
        "root": _text(root),
        "checkpoint": note,
        "consistency": {
            str(size): proof_texts(consistency_proof(size, checkpoint.size, tree.node))
            for size in sizes - {checkpoint.size}
        },
        "entries": [
            {
                "envelope": _text(entry.envelope),
                "receipt": _text(entry.receipt_envelope),
                "proof": proof_texts(inclusion_proof(entry.receipt.index, checkpoint.size, tree.node)),
            }
            for entry in chosen
        ],
        "blobs": {name: _text(data) for name, data in blobs.items() if data is not None},
        "withheld": sorted(name for name, data in blobs.items() if data is None),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _entries(hub: HubPort, size: int) -> list[HubEntry]:
    entries: list[HubEntry] = []
    while len(entries) < size:
        page = hub.feed(len(entries) + BEFORE_THE_FIRST)
        if not page:
            raise RefusedError(
                what=f"The hub has {len(entries)} entries and says {size}.", remedy="Tell its administrator."
            )
        entries += page
    return entries[:size]


def _chosen(entries: list[HubEntry], action_ids: frozenset[str]) -> list[HubEntry]:
    trust = [entry for entry in entries if says_trust(entry.envelope)]
    signed = [(entry, _read(entry)) for entry in entries if not says_trust(entry.envelope)]
    absent = action_ids - {value.action_id for _, value in signed}
    if absent:
        raise BadInputError(
            what=f"The log holds nothing of the action {min(absent)}.",
            remedy="Deliver it first, or copy the id.",
        )
    # What takes an action back is told with the action that it takes back.
    undone = {
        value.value.terms.undoes.action_id
        for _, value in signed
        if value.action_id in action_ids and isinstance(value.value, Proposal) and value.value.terms.undoes
    }
    wanted = action_ids | undone
    chosen = [entry for entry, value in signed if not action_ids or value.action_id in wanted]
    return sorted([*trust, *chosen], key=lambda entry: entry.receipt.index)


def _accepted_terms(entries: Iterable[HubEntry]) -> Iterator[Terms]:
    for entry in entries:
        if entry.receipt.outcome is HubOutcome.ACCEPTED and not says_trust(entry.envelope):
            value = _read(entry).value
            if isinstance(value, Proposal):
                yield value.terms


def _evidence_of(terms: Terms) -> Iterator[str]:
    yield terms.case.sha256
    yield terms.recommendation.sha256
    yield terms.recommendation.trail.problem_sha256
    for command in terms.commands:
        for item in command.expected:
            yield item.fields_sha256


def _read(entry: HubEntry) -> SignedEntry:
    return read_unverified(entry.envelope)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
