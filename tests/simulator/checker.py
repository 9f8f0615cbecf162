"""The judge: reads the files of a run by code of its own and says in words what does not hold.

It shares nothing with the product but the formats: signatures, hashes, trees, rights and states are worked
out here again, by the plainest means.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.simulator.evidence import (
    DAY_MINOR,
    DELEGATE,
    LENDER,
    LENT_FROM,
    LENT_MINOR,
    LENT_UNTIL,
    PEOPLE,
    Evidence,
)

#: Up to which amount one approver is enough, and up to which two are.
LIMITS = {"reallocate": (10_000_000, 100_000_000), "correct_price": (5_000_000, 25_000_000)}
#: How an approved action can end: its executor says so, and every desk shows the same.
TOLD = {"executed", "partially_executed", "failed", "stale", "expired", "compensated", "compensation_failed"}
ENDED = TOLD | {"rejected", "changes_requested", "revoked"}
#: An action is named by its first signs; commands and steps back add to them.
ULID_SIGNS = 26
DAY = timedelta(hours=24)
REPEATED_SAFELY = {"erp-a", "erp-b"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the hub's log, read here."""

    index: int
    sha256: str
    keyid: str
    kind: str
    outcome: str
    body: dict[str, Any]

    @property
    def action_id(self) -> str:
        """Which action it speaks of; none for statements of trust."""
        terms = self.body.get("terms", self.body)
        return str(terms.get("action_id", ""))


def check(evidence: Evidence) -> list[str]:
    """Every invariant; an empty answer means that all hold."""
    findings: list[str] = list(evidence.own_findings)
    rows = _rows(evidence.hub_file, "log_entry", "idx")
    log = [_read(row, evidence) for row in rows]
    findings += _log(rows, evidence)
    findings += _effects(evidence, log)
    findings += _repetitions(evidence, log)
    findings += _decided_twice(log)
    findings += _revoked(evidence, log)
    findings += _day_limits(evidence, log)
    states: dict[str, dict[str, str]] = defaultdict(dict)
    succeeded: set[str] = set()
    for name, file in evidence.desk_files.items():
        findings += [f"{name}: {finding}" for finding in _desk(file, rows, evidence, name)]
        for row in _rows(file, "approval_case", "action_id"):
            states[row["action_id"]][name] = row["state"]
        succeeded |= {row["key"] for row in _rows(file, "command", "key") if row["state"] == "succeeded"}
    findings += _endings(log, states)
    findings += _told_alike(log, states)
    findings += _taken_back(evidence)
    done = {effect.key for effect in evidence.effects}
    findings += [f"command {key} counts as done, and nothing was done" for key in sorted(succeeded - done)]
    findings += _known_outcomes(evidence, log, succeeded)
    return findings


def _rows(file: Path, table: str, order: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(f"select * from {table} order by {order}")  # noqa: S608 - names of this file
        return [dict(row) for row in rows]


def _read(row: dict[str, Any], evidence: Evidence) -> Entry:
    envelope = json.loads(row["envelope"])
    payload = base64.b64decode(envelope["payload"])
    statement = json.loads(payload)
    (signature,) = envelope["signatures"]
    spki = evidence.spki_of.get(signature["keyid"], (evidence.hub_spki, "hub"))[0]
    message = b"DSSEv1 %d %b %d %b" % (
        len(envelope["payloadType"]),
        envelope["payloadType"].encode(),
        len(payload),
        payload,
    )
    _require_signature(spki, base64.b64decode(signature["sig"]), message, row["idx"])
    return Entry(
        index=row["idx"],
        sha256=hashlib.sha256(row["envelope"]).hexdigest(),
        keyid=signature["keyid"],
        kind=statement["predicateType"].split("/")[-2],
        outcome=row["outcome"],
        body=statement["predicate"],
    )


def _require_signature(spki: bytes, signature: bytes, message: bytes, index: int) -> None:
    key = load_der_public_key(spki)
    assert isinstance(key, Ed25519PublicKey)
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise AssertionError(f"entry {index} of the log is not signed by its key") from None


# ---- the log


def root(leaves: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def _noted(note: str) -> tuple[int, bytes]:
    _, size, root_text, *_ = note.splitlines()
    return int(size), base64.b64decode(root_text)


def _log(rows: list[dict[str, Any]], evidence: Evidence) -> Iterator[str]:
    if [row["idx"] for row in rows] != list(range(len(rows))):
        yield "the log has gaps"
    leaves = [hashlib.sha256(b"\x00" + row["envelope"]).digest() for row in rows]
    for row in _rows(evidence.hub_file, "checkpoint", "size"):
        size, said = _noted(row["note"])
        if size > len(leaves) or root(leaves[:size]) != said:
            yield f"checkpoint {size} is not that of the log"
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:
        heads_of = heads.get(row["keyid"], (0, "0" * 64))
        body = json.loads(base64.b64decode(json.loads(row["envelope"])["payload"]))["predicate"]
        if (body["seq"], body["prev"]) != (heads_of[0] + 1, heads_of[1]):
            yield f"entry {row['idx']} does not follow the one before it of its device"
        heads[row["keyid"]] = (body["seq"], row["sha256"])
    yield from (f"number {index} of the log was given out for two entries" for index in evidence.moved)


# ---- one desk


def _desk(file: Path, log: list[dict[str, Any]], evidence: Evidence, name: str) -> Iterator[str]:
    entries = {row["sha256"]: row for row in _rows(file, "audit_entry", "entry_id")}
    recorded = {row["sha256"]: row["idx"] for row in log}
    for each in evidence.acknowledged:
        if each.desk == name and each.sha256 not in entries:
            yield f"{each.said} of {each.action_id} was acknowledged and is not in the ledger"
        elif each.desk == name and each.sha256 not in recorded:
            yield f"{each.said} of {each.action_id} was acknowledged and never reached the log"
    yield from _chains(entries)
    yield from _receipts(file, log, recorded)
    for row in _rows(file, "outbox", "outbox_id"):
        if row["state"] not in {"receipted", "refused"}:
            yield f"an entry is still {row['state']} on its way to the hub"


def _chains(entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    heads: dict[str, tuple[int, str]] = {}
    for sha256, row in entries.items():
        if hashlib.sha256(row["envelope"]).hexdigest() != sha256:
            yield f"entry {row['entry_id']} was changed"
        before = heads.get(row["keyid"], (0, "0" * 64))
        if (row["seq"], row["prev"]) != (before[0] + 1, before[1]):
            yield f"entry {row['entry_id']} does not follow the one before it"
        heads[row["keyid"]] = (row["seq"], sha256)


def _receipts(file: Path, log: list[dict[str, Any]], recorded: dict[str, int]) -> Iterator[str]:
    leaves = [hashlib.sha256(b"\x00" + row["envelope"]).digest() for row in log]
    for row in _rows(file, "hub_receipt", "hub_index"):
        receipt = json.loads(base64.b64decode(json.loads(row["envelope"])["payload"]))
        if recorded.get(row["entry_sha256"]) != receipt["index"]:
            yield f"receipt {row['hub_index']} is not true: the log has another entry there"
        size, said = _noted(receipt["checkpoint"])
        if size > len(leaves) or root(leaves[:size]) != said:
            yield f"receipt {row['hub_index']} is of a log that was rewritten"


# ---- what was done


def _effects(evidence: Evidence, log: list[Entry]) -> Iterator[str]:
    for key, count in Counter(effect.key for effect in evidence.effects).items():
        if count > 1:
            yield f"command {key} was done {count} times"
    done: set[str] = set()
    for effect in evidence.effects:
        action_id = effect.key[:ULID_SIGNS]
        yield from (f"{effect.key}: {why}" for why in _unentitled(evidence, action_id, effect.key, log))
        if action_id not in done and evidence.seen.get(action_id) != effect.before:
            yield f"command {effect.key} was done although the line had changed since it was proposed"
        done.add(action_id)


def _unentitled(evidence: Evidence, action_id: str, key: str, log: list[Entry]) -> Iterator[str]:
    """Why nothing entitled anybody to do this."""
    accepted = [e for e in log if e.action_id == action_id and e.outcome == "accepted"]
    proposals = [each for each in accepted if each.kind == "proposal"]
    if len(proposals) != 1:
        yield f"it was done on {len(proposals)} recorded proposals"
        return
    (proposal,) = proposals
    terms = proposal.body["terms"]
    steps = [(each["key"], len(each.get("undone_by", []))) for each in terms["commands"]]
    back = {f"{name}-undo-{number}" for name, count in steps for number in range(1, count + 1)}
    if key not in {name for name, _ in steps} | back:
        yield "it is none of the approved commands"
    approvals = [e for e in accepted if e.kind == "decision" and e.body["verdict"] == "approve"]
    principals = {
        principal
        for each in approvals
        if each.body["terms"] == terms and each.body["proposal_sha256"] == proposal.sha256
        if (principal := _right_used(evidence, each, proposal))
    }
    one, two = LIMITS[terms["remedy"]]
    amount = terms["amount"]["minor"]
    needed = 1 if amount <= one else 2 if amount <= two else 99
    if len(principals) < needed:
        yield f"it takes {needed} approvers with a right and has {len(principals)}"


def _right_used(evidence: Evidence, decision: Entry, proposal: Entry) -> str:
    """Whose right an approval rests on; empty when it rests on none."""
    user = evidence.spki_of[decision.keyid][1]
    proposer = evidence.spki_of[proposal.keyid][1]
    if user == proposer or user != decision.body["actor"]["user_id"]:
        return ""
    if PEOPLE.get(user) == "supervisor":
        return user
    at = datetime.fromisoformat(decision.body["issued_at"])
    amount = decision.body["terms"]["amount"]["minor"]
    lent = user == DELEGATE and LENT_FROM <= at < LENT_UNTIL and amount <= LENT_MINOR
    return LENDER if lent and proposer != LENDER else ""


def _repetitions(evidence: Evidence, log: list[Entry]) -> Iterator[str]:
    """A command whose answer was lost is not sent again before its system or a person said it is absent.

    What a person said counts once, and only as the hub accepted it.
    """
    in_doubt: set[str] = set()
    denied = Counter(
        each.body["command_key"]
        for each in log
        if each.kind == "settlement" and each.outcome == "accepted" and not each.body["happened"]
    )
    for each in evidence.asked:
        if each.kind == "submit":
            if each.key in in_doubt and each.source not in REPEATED_SAFELY:
                if not denied[each.key]:
                    yield f"command {each.key} was sent again without asking whether it had happened"
                denied[each.key] -= 1
            in_doubt.add(each.key)
        elif each.told == "absent":
            in_doubt.discard(each.key)


def _decided_twice(log: list[Entry]) -> Iterator[str]:
    decisions = [e for e in log if e.kind == "decision" and e.outcome == "accepted"]
    for (action_id, user, _), count in Counter(
        (e.action_id, e.body["actor"]["user_id"], e.body["verdict"] == "revoke") for e in decisions
    ).items():
        if count > 1:
            yield f"{user} decided {count} times on {action_id}"
    ended: set[str] = set()
    for each in decisions:
        if each.action_id in ended:
            yield f"{each.action_id} was decided again after it had been settled"
        if each.body["verdict"] != "approve":
            ended.add(each.action_id)


def _revoked(evidence: Evidence, log: list[Entry]) -> Iterator[str]:
    """What was taken back had been approved, was not begun, and nothing of it was done."""
    accepted = [each for each in log if each.outcome == "accepted"]
    approved = {e.action_id: e.index for e in accepted if e.body.get("verdict") == "approve"}
    begun = {each.action_id for each in accepted if each.kind == "beginning"}
    done = {effect.key[:ULID_SIGNS] for effect in evidence.effects}
    for each in accepted:
        if each.body.get("verdict") != "revoke":
            continue
        if approved.get(each.action_id, each.index) >= each.index:
            yield f"{each.action_id} was revoked and nobody had approved it"
        if each.action_id in begun:
            yield f"{each.action_id} was revoked and begun"
        if each.action_id in done:
            yield f"{each.action_id} was revoked and done"


def _day_limits(evidence: Evidence, log: list[Entry]) -> Iterator[str]:
    """Nobody approves more of reallocating within a day than the limit, in person or by a lent right."""
    proposals = {e.action_id: e for e in log if e.kind == "proposal" and e.outcome == "accepted"}
    before: list[tuple[set[str], str, int, datetime]] = []
    for each in log:
        if each.outcome != "accepted" or each.body.get("verdict") != "approve":
            continue
        terms, at = each.body["terms"], datetime.fromisoformat(each.body["issued_at"])
        if terms["remedy"] != "reallocate" or each.action_id not in proposals:
            continue
        user = each.body["actor"]["user_id"]
        who = {user, _right_used(evidence, each, proposals[each.action_id]) or user}
        amount = terms["amount"]["minor"]
        others = {
            action: minor
            for people, action, minor, then in before
            if people & who and action != each.action_id and abs(then - at) < DAY
        }
        if amount + sum(others.values()) > DAY_MINOR:
            yield f"{user} approved more than a day's limit with {each.action_id}"
        before.append((who, each.action_id, amount, at))


def _endings(log: list[Entry], states: dict[str, dict[str, str]]) -> Iterator[str]:
    """In the end every proposal has ended at the desk it is carried out from, and hangs at none."""
    by_hand = {
        each.action_id
        for each in log
        if each.kind == "proposal" and "erp-d" in {c["source"] for c in each.body["terms"]["commands"]}
    }
    for action_id, by_desk in states.items():
        for desk, state in by_desk.items():
            if state not in ENDED and not (state == "in_doubt" and action_id in by_hand):
                yield f"{action_id} hangs at {desk} as {state}"
    proposed = {each.action_id for each in log if each.kind == "proposal" and each.outcome == "accepted"}
    for action_id in sorted(proposed - set(states)):
        yield f"{action_id} is in the log and at no desk"


def _told_alike(log: list[Entry], states: dict[str, dict[str, str]]) -> Iterator[str]:
    """How an approved action ended is said once, and every desk that shows an end shows that one."""
    said: dict[str, list[str]] = {}
    for each in log:
        if each.kind == "ending" and each.outcome == "accepted" and each.body["outcome"] != "in_doubt":
            said.setdefault(each.action_id, []).append(each.body["outcome"])
    for action_id, outcomes in said.items():
        if len(outcomes) > 1:
            yield f"{action_id} ended {len(outcomes)} times"
        for desk, state in states.get(action_id, {}).items():
            if state != outcomes[0]:
                yield f"{action_id} ended {outcomes[0]} and {desk} shows {state}"
    begun = {each.action_id for each in log if each.kind == "beginning" and each.outcome == "accepted"}
    doubted = {e.action_id for e in log if e.kind == "ending" and e.body["outcome"] == "in_doubt"}
    for action_id in sorted(begun - set(said) - doubted):
        yield f"{action_id} was begun and nobody said how it ended"


def _taken_back(evidence: Evidence) -> Iterator[str]:
    """What is taken back was done before, once, and after everything that was done later."""
    standing: dict[str, list[str]] = {}
    for effect in evidence.effects:
        done = standing.setdefault(effect.key[:ULID_SIGNS], [])
        command, mark, _ = effect.key.partition("-undo-")
        if not mark:
            done.append(command)
        elif not done or done.pop() != command:
            yield f"command {effect.key} was taken back out of order"


def _known_outcomes(evidence: Evidence, log: list[Entry], succeeded: set[str]) -> Iterator[str]:
    """What was done is known to be done: signed, unless only a person can tell."""
    told = {e.body["command_key"]: e.body["result"] for e in log if e.kind == "execution"}
    for effect in evidence.effects:
        if effect.source == "erp-d":
            continue
        if effect.key not in succeeded:
            yield f"command {effect.key} was done and no desk knows it"
        elif told.get(effect.key) != "succeeded":
            yield f"command {effect.key} was done and the log says {told.get(effect.key, 'nothing')}"
