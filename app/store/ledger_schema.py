"""Tables of the ledger: what was signed, what the hub said of it, and where everything stands.

Signed entries, receipts, state events and notes are only ever added: triggers abort an UPDATE or
DELETE. Times are integers, milliseconds since 1970 UTC; money is integer minor units.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

LEDGER_METADATA = MetaData()


def _words(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


def _number(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=optional)


def _entry_digest(name: str = "entry_sha256", *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey("audit_entry.sha256"), primary_key=key, nullable=optional)


#: Public keys this ledger accepts signatures of, and who vouched for each.
KNOWN_KEY = Table(
    "known_key",
    LEDGER_METADATA,
    Column("keyid", Text, primary_key=True),
    _words("user_id"),
    _words("device_id"),
    Column("spki", LargeBinary, nullable=False),
    _words("vouched_by"),
    _number("registered_at"),
    sqlite_strict=True,
)

#: Every signed envelope, own and foreign, byte for byte; ``keyid`` and ``seq`` are its place in a chain.
AUDIT_ENTRY = Table(
    "audit_entry",
    LEDGER_METADATA,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("keyid", Text, ForeignKey("known_key.keyid"), nullable=False),
    _number("seq"),
    _words("prev"),
    _words("predicate_type"),
    _words("action_id"),
    Column("envelope", LargeBinary, nullable=False),
    _number("appended_at"),
    UniqueConstraint("keyid", "seq"),
    sqlite_strict=True,
)
Index("audit_entry_by_action", AUDIT_ENTRY.c.action_id)

#: The hub's signed word that it has recorded an entry.
HUB_RECEIPT = Table(
    "hub_receipt",
    LEDGER_METADATA,
    _entry_digest(key=True),
    _number("hub_index"),
    _number("received_at"),
    Column("envelope", LargeBinary, nullable=False),
    sqlite_strict=True,
)

APPROVAL_CASE = Table(
    "approval_case",
    LEDGER_METADATA,
    Column("action_id", Text, primary_key=True),
    _words("case_id"),
    _words("code"),
    _words("remedy"),
    _words("state"),
    _number("rev"),
    _words("why"),
    _entry_digest("proposal_sha256"),
    _number("min_approvers"),
    _number("expires_at"),
    _number("created_at"),
    _number("updated_at"),
    _words("case_told"),
    sqlite_strict=True,
)
Index("approval_case_by_case", APPROVAL_CASE.c.case_id)

#: Decisions on proposals; ``standing`` tells whether the hub has recorded them.
DECISION = Table(
    "decision",
    LEDGER_METADATA,
    _entry_digest(key=True),
    Column("action_id", Text, ForeignKey("approval_case.action_id"), nullable=False),
    _words("user_id"),
    _words("verdict"),
    _words("standing"),
    _words("why"),
    _number("issued_at"),
    sqlite_strict=True,
)
Index("decision_by_action", DECISION.c.action_id)

COMMAND = Table(
    "command",
    LEDGER_METADATA,
    Column("key", Text, primary_key=True),
    Column("action_id", Text, ForeignKey("approval_case.action_id"), nullable=False),
    _number("ordinal"),
    _words("source"),
    _words("verb"),
    _words("state"),
    _number("rev"),
    _words("why"),
    _number("attempt"),
    _number("probes"),
    _number("started_at", optional=True),
    _number("due_at", optional=True),
    _words("upstream_version"),
    _number("updated_at"),
    sqlite_strict=True,
)
Index("command_by_action", COMMAND.c.action_id, COMMAND.c.ordinal)

OUTBOX = Table(
    "outbox",
    LEDGER_METADATA,
    Column("outbox_id", Integer, primary_key=True, autoincrement=True),
    Column("entry_sha256", Text, ForeignKey("audit_entry.sha256"), nullable=False, unique=True),
    _words("state"),
    _number("rev"),
    _number("attempt"),
    _words("why"),
    _number("updated_at"),
    sqlite_strict=True,
)
Index("outbox_waiting", OUTBOX.c.state, sqlite_where=text("state IN ('pending', 'sent')"))

#: Every move of every state machine, with its cause.
STATE_EVENT = Table(
    "state_event",
    LEDGER_METADATA,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    _words("machine"),
    _words("object_id"),
    _words("from_state"),
    _words("to_state"),
    _words("actor"),
    _words("cause"),
    _number("at"),
    _entry_digest(optional=True),
    sqlite_strict=True,
)
Index("state_event_by_object", STATE_EVENT.c.machine, STATE_EVENT.c.object_id)

NOTE = Table(
    "note",
    LEDGER_METADATA,
    Column("note_id", Text, primary_key=True),
    _words("case_id"),
    _words("author"),
    _words("body"),
    _number("at"),
    sqlite_strict=True,
)
Index("note_by_case", NOTE.c.case_id)

#: How far the hub's feed has been read, by the hub's key.
FEED_POSITION = Table(
    "feed_position",
    LEDGER_METADATA,
    Column("hub_keyid", Text, primary_key=True),
    _number("hub_index"),
    sqlite_strict=True,
)

#: The last checkpoint of each log that this desk accepted; every newer one must go on from it.
CHECKPOINT_SEEN = Table(
    "checkpoint_seen",
    LEDGER_METADATA,
    Column("origin", Text, primary_key=True),
    _number("size"),
    _words("note"),
    _number("accepted_at"),
    sqlite_strict=True,
)

#: Evidence that a log was rewritten: two notes of it, both signed, that cannot both be true.
LOG_FORK = Table(
    "log_fork",
    LEDGER_METADATA,
    Column("fork_id", Integer, primary_key=True, autoincrement=True),
    _words("origin"),
    _words("accepted_note"),
    _words("other_note"),
    _words("why"),
    _number("found_at"),
    sqlite_strict=True,
)

#: What approvals rest on, by the digest they name it with: cases, records, recommendations, solver inputs.
BLOB = Table(
    "blob",
    LEDGER_METADATA,
    Column("sha256", Text, primary_key=True),
    Column("deflated", LargeBinary, nullable=False),
    _number("kept_at"),
    sqlite_strict=True,
)

APPEND_ONLY = (AUDIT_ENTRY, HUB_RECEIPT, STATE_EVENT, NOTE, LOG_FORK)

for _table in APPEND_ONLY:
    for _verb in ("UPDATE", "DELETE"):
        event.listen(
            _table,
            "after_create",
            DDL(  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
                f"CREATE TRIGGER {_table.name}_no_{_verb.lower()} BEFORE {_verb} ON {_table.name} "
                f"BEGIN SELECT RAISE(ABORT, '{_table.name} is append-only'); END"
            ),
        )
