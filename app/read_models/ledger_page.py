"""The ledger as the approvals page lists it: every entry, verified anew as far as its proof reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.read_models.people import short_name
from app.signing.keys import PublicKey
from app.signing.notes import cosigned_at, open_checkpoint, origin_of
from app.signing.receipts import HubOutcome, open_receipt
from app.signing.statements import open_entry
from app.signing_desk import HUB_KEY_FILE
from domain.approval_states import DeliveryState
from domain.approvals import Beginning, Decision, Ending, Execution, Proposal, Settlement, Signed
from domain.errors import BadInputError, CorruptError, RefusedError
from views.approvals.ledger_state import LedgerLine, LedgerShown, Proof
from views.formatting import counted

if TYPE_CHECKING:
    from app.profile import Profile
    from app.store.ledger_entries import EntryRow
    from app.store.ledger_reads import LedgerReads
    from views.shell.state import Identity

#: Verifying takes well under a millisecond an entry; nobody reads more of them in a list.
MOST_ENTRIES: Final = 500
_KINDS: Final[dict[type[Signed], str]] = {
    Proposal: "Proposal",
    Decision: "Decision",
    Beginning: "Beginning",
    Execution: "Execution",
    Ending: "Ending",
    Settlement: "Word on a doubt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """What is known of the hub's log: its key, how far it was witnessed, and by how many devices."""

    key: PublicKey | None
    size: int = 0
    witnesses: int = 0
    rewritten: str = ""


def ledger_shown(ledger: LedgerReads, profile: Profile, people: tuple[Identity, ...]) -> LedgerShown:
    """The latest entries with the state of their proofs."""
    rows, total = ledger.latest_entries(MOST_ENTRIES)
    log = _log(ledger, profile)
    titles = {
        row.action_id: row.entry.value.terms.option_label
        for row in rows
        if isinstance(row.entry.value, Proposal | Decision)
    }
    return LedgerShown(
        lines=tuple(_line(ledger, row, log, titles, people) for row in rows),
        total=total,
        log_words=_log_words(log, profile),
        is_rewritten=bool(log.rewritten),
    )


def _log(ledger: LedgerReads, profile: Profile) -> _Log:
    try:
        key = PublicKey.from_text((profile.folder / HUB_KEY_FILE).read_text(encoding="utf-8"))
    except (OSError, BadInputError, UnicodeDecodeError):
        return _Log(key=None)
    origin = origin_of(key)
    forks = ledger.forks(origin)
    note = ledger.checkpoint_seen(origin)
    rewritten = forks[0].why if forks else ""
    if note is None:
        return _Log(key=key, rewritten=rewritten)
    try:
        size = open_checkpoint(note, key).size
        witnesses = sum(cosigned_at(note, known.key) is not None for known in ledger.known_keys())
    except (BadInputError, RefusedError):
        return _Log(key=key, rewritten=rewritten)
    return _Log(key=key, size=size, witnesses=witnesses, rewritten=rewritten)


def _log_words(log: _Log, profile: Profile) -> str:
    if not profile.hub_url:
        return ""
    if log.rewritten:
        return f"The hub's log was rewritten: {log.rewritten}. Nothing more is carried out."
    if log.key is None:
        return "This desk has not reached its hub yet."
    seen = counted(log.size, "record")
    witnessed = f", cosigned by {counted(log.witnesses, 'device')} known here" if log.witnesses else ""
    return f"The hub's log goes on from what was seen before: {seen}{witnessed}."


def _line(
    ledger: LedgerReads, row: EntryRow, log: _Log, titles: dict[str, str], people: tuple[Identity, ...]
) -> LedgerLine:
    value = row.entry.value
    proof, why = _proof(ledger, row, log)
    witnesses = log.witnesses if proof is Proof.VERIFIED and _covers(row, log) else 0
    return LedgerLine(
        sha256=row.entry.sha256,
        kind=_KINDS[type(value)],
        title=_title(value, titles),
        action_id=row.action_id,
        signed_by=short_name(people, row.signed_by),
        seq=row.seq,
        at=value.issued_at,
        proof=Proof.WITNESSED if witnesses else proof,
        hub_index=row.hub_index,
        witnesses=witnesses,
        why=why,
    )


def _covers(row: EntryRow, log: _Log) -> bool:
    return row.hub_index is not None and row.hub_index < log.size


def _title(value: Signed, titles: dict[str, str]) -> str:
    match value:
        case Proposal():
            return f"{value.terms.option_label}, {value.terms.case.title}"
        case Decision():
            return f"{value.verdict.replace('_', ' ')}: {value.terms.option_label}"
        case Ending():
            words = titles.get(value.action_id, value.action_id)
            return f"{words}: {value.outcome.replace('_', ' ')}"
        case Execution():
            words = titles.get(value.action_id, value.action_id)
            return f"{words}: {value.result.replace('_', ' ')}"
        case Settlement():
            words = titles.get(value.action_id, value.action_id)
            return f"{words}: {'it happened' if value.happened else 'it did not happen'}"
        case Beginning():
            return titles.get(value.action_id, value.action_id)


def _proof(ledger: LedgerReads, row: EntryRow, log: _Log) -> tuple[Proof, str]:
    """How far an entry is proved now, and why it is no further; signature and receipt are checked anew."""
    try:
        open_entry(row.entry.envelope, ledger.public_key)
    except (BadInputError, RefusedError, CorruptError) as error:
        return Proof.BROKEN, error.what
    if row.receipt is None:
        if row.delivery in {DeliveryState.PENDING, DeliveryState.SENT}:
            tried = f"tried {counted(row.attempts, 'time')}" if row.attempts else "not tried yet"
            return Proof.WAITS, f"{row.why or 'on its way'}; {tried}"
        return (Proof.REFUSED, row.why) if row.delivery is DeliveryState.REFUSED else (Proof.SIGNED, row.why)
    if log.key is None:
        return Proof.RECORDED, "the hub's key is not pinned here, so its receipt cannot be verified"
    try:
        receipt = open_receipt(row.receipt, log.key, row.entry.envelope)
    except (BadInputError, RefusedError) as error:
        return Proof.BROKEN, error.what
    if receipt.outcome is not HubOutcome.ACCEPTED:
        return Proof.REFUSED, receipt.why
    return Proof.VERIFIED, ""
