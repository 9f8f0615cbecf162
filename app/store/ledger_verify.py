"""A full check of the ledger: bytes, signatures, chains, receipts, and that nothing hangs in the air.

1. Every envelope still has the digest it is filed under. 2. Its signature holds under the registered
key, and what it says agrees with the row. 3. Each device's chain is unbroken. 4. Every receipt is
signed by the hub and proves that its log holds that entry; no log was found to be rewritten.
5. Approvals, decisions, commands, deliveries and events refer to entries that exist, and every executed
command to a recorded approval by another person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, select

from app.signing.canonical import sha256_hex
from app.signing.chain import ChainLink, check_chain
from app.signing.keys import PublicKey
from app.signing.receipts import open_receipt
from app.signing.statements import open_entry
from app.store.engine import reading
from app.store.ledger_schema import (
    APPROVAL_CASE,
    AUDIT_ENTRY,
    COMMAND,
    DECISION,
    HUB_RECEIPT,
    KNOWN_KEY,
    LOG_FORK,
    OUTBOX,
    STATE_EVENT,
)
from app.store.ledger_transaction import Standing
from app.store.ledger_views import LedgerReport
from domain.approval_states import CommandState
from domain.approvals import Decision, Execution, Settlement, Signed, Verdict
from domain.compensation import steps_of
from domain.errors import TowerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERRING = (
    (APPROVAL_CASE, APPROVAL_CASE.c.proposal_sha256, APPROVAL_CASE.c.action_id),
    (DECISION, DECISION.c.entry_sha256, DECISION.c.action_id),
    (OUTBOX, OUTBOX.c.entry_sha256, OUTBOX.c.outbox_id),
    (STATE_EVENT, STATE_EVENT.c.entry_sha256, STATE_EVENT.c.event_id),
)


def verify_ledger(engine: Engine, hub_key: PublicKey | None) -> LedgerReport:
    """Check everything; ``hub_key`` is the pinned key of the hub, where there is one."""
    with reading(engine).connect() as connection:
        spki_of = {row.keyid: row.spki for row in connection.execute(select(KNOWN_KEY))}
        keys, problems = _read_keys(spki_of)
        rows = connection.execute(select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.entry_id)).all()
        values: dict[str, Signed] = {}
        for row in rows:
            problem = _check_entry(row, keys, values)
            if problem:
                problems.append(f"Entry {row.entry_id}: {problem}")
        links = [
            ChainLink(keyid=row.keyid, seq=row.seq, prev=row.prev, sha256=sha256_hex(row.envelope))
            for row in rows
        ]
        problems.extend(check_chain(links))
        receipts = connection.execute(select(HUB_RECEIPT)).all()
        envelopes = {row.sha256: row.envelope for row in rows}
        problems.extend(_check_receipts(receipts, envelopes, hub_key))
        problems.extend(_check_forks(connection))
        problems.extend(_check_references(connection, values))
        problems.extend(_check_execution(connection, values))
    return LedgerReport(
        entries=len(rows),
        receipts=len(receipts),
        devices=len({row.keyid for row in rows}),
        problems=tuple(problems),
    )


def _read_keys(spki_of: dict[str, bytes]) -> tuple[dict[str, PublicKey], list[str]]:
    keys: dict[str, PublicKey] = {}
    problems: list[str] = []
    for keyid, spki in spki_of.items():
        try:
            key = PublicKey(spki)
        except TowerError as error:
            problems.append(f"Key {keyid[:12]}: {error.what}")
            continue
        if key.keyid != keyid:
            problems.append(f"Key {keyid[:12]}: it was replaced by another key.")
            continue
        keys[keyid] = key
    return keys, problems


def _check_entry(row: Row[Any], keys: dict[str, PublicKey], values: dict[str, Signed]) -> str:
    if sha256_hex(row.envelope) != row.sha256:
        return "its bytes were changed."
    try:
        entry = open_entry(row.envelope, keys.get)
    except TowerError as error:
        return error.what
    value = entry.value
    filed = (row.keyid, row.seq, row.prev, row.predicate_type, row.action_id)
    said = (value.actor.keyid, value.seq, value.prev, entry.predicate_type, entry.action_id)
    if filed != said:
        return "it is filed under other names than it says."
    values[row.sha256] = value
    return ""


def _check_receipts(
    rows: Any,  # noqa: ANN401 - rows of the driver
    envelopes: dict[str, bytes],
    hub_key: PublicKey | None,
) -> Iterator[str]:
    for row in rows:
        if hub_key is None:
            yield f"Receipt #{row.hub_index}: no hub key is pinned, so it cannot be checked."
            continue
        if row.entry_sha256 not in envelopes:
            yield f"Receipt #{row.hub_index}: the entry it is for is missing."
            continue
        try:
            receipt = open_receipt(row.envelope, hub_key, envelopes[row.entry_sha256])
        except TowerError as error:
            yield f"Receipt #{row.hub_index}: {error.what}"
            continue
        if receipt.index != row.hub_index:
            yield f"Receipt #{row.hub_index}: it is filed under another number."


def _check_forks(connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(LOG_FORK)):
        yield f"The log {row.origin} was rewritten: {row.why}. Both checkpoints are kept as evidence."


def _check_references(connection: Connection, values: dict[str, Signed]) -> Iterator[str]:
    for table, reference, name in _REFERRING:
        query = select(name.label("name"), reference.label("digest")).where(reference.is_not(None))
        for row in connection.execute(query):
            if row.digest not in values:
                yield f"{table.name} {row.name}: the entry it rests on is missing or broken."


def _check_execution(connection: Connection, values: dict[str, Signed]) -> Iterator[str]:
    recorded = {
        row.entry_sha256
        for row in connection.execute(select(DECISION).where(DECISION.c.standing == str(Standing.RECORDED)))
    }
    decisions = {
        value.terms.action_id: value
        for digest, value in values.items()
        if isinstance(value, Decision) and value.verdict is Verdict.APPROVE and digest in recorded
    }
    executed = {value.command_key for value in values.values() if isinstance(value, Execution)}
    executed |= {v.command_key for v in values.values() if isinstance(v, Settlement) and v.happened}
    done = select(COMMAND).where(COMMAND.c.state == str(CommandState.SUCCEEDED))
    for row in connection.execute(done):
        decision = decisions.get(row.action_id)
        if decision is None or row.key not in _entitled(decision):
            yield f"Command {row.key}: it was executed without a recorded approval."
        elif row.key not in executed:
            yield f"Command {row.key}: it counts as done but no signed outcome says so."


def _entitled(decision: Decision) -> set[str]:
    """The commands that a decision entitles to, and the steps that take them back."""
    commands = decision.terms.commands
    return {each.key for each in commands} | {key for each in commands for key, _ in steps_of(each)}
