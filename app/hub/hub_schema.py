"""Tables of the hub, the same on SQLite and PostgreSQL; log entries are only ever added."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HUB_METADATA = MetaData()

#: Milliseconds since 1970 do not fit the 32 bits of PostgreSQL's integer.
_Milliseconds = BigInteger().with_variant(Integer(), "sqlite")


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


#: Enrolled keys; ``revoked_index`` is the number of the statement in the log that ended one.
DEVICE_KEY = Table(
    "device_key",
    HUB_METADATA,
    Column("keyid", Text, primary_key=True),
    _words("user_id"),
    _words("device_id"),
    Column("spki", LargeBinary, nullable=False),
    _words("method"),
    Column("enrolled_at", _Milliseconds, nullable=False),
    Column("revoked_index", Integer, nullable=True),
)

#: One row, locked by every batch: how long the log is, its name, and the decision rights last put into it.
LOG_HEAD = Table(
    "log_head",
    HUB_METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    _words("origin"),
    _words("policy_sha256"),
)

LOG_ENTRY = Table(
    "log_entry",
    HUB_METADATA,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False, unique=True),
    _words("keyid"),
    Column("seq", Integer, nullable=False),
    _words("action_id"),
    _words("predicate_type"),
    _words("outcome"),
    _words("why"),
    Column("envelope", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("received_at", _Milliseconds, nullable=False),
    _words("idempotency_key"),
    UniqueConstraint("keyid", "seq"),
    UniqueConstraint("keyid", "idempotency_key"),
)

#: The hash tree, 256 hashes a row; the last row of a level grows.
TILE = Table(
    "tile",
    HUB_METADATA,
    Column("lvl", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

CHECKPOINT = Table(
    "checkpoint",
    HUB_METADATA,
    Column("size", Integer, primary_key=True, autoincrement=False),
    _words("note"),
)

#: What witnesses cosigned; the largest size of a witness is where its next one must go on from.
COSIGNATURE = Table(
    "cosignature",
    HUB_METADATA,
    Column("keyid", Text, primary_key=True),
    Column("size", Integer, primary_key=True, autoincrement=False),
    _words("line"),
    Column("cosigned_at", _Milliseconds, nullable=False),
)

APPROVAL = Table(
    "approval",
    HUB_METADATA,
    Column("action_id", Text, primary_key=True),
    _words("state"),
    _words("proposal_sha256"),
    Column("min_approvers", Integer, nullable=False),
)

#: One word a person and action, and one revocation: the constraint holds even if two hubs' workers race.
RECORDED_DECISION = Table(
    "recorded_decision",
    HUB_METADATA,
    Column("action_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
)

#: What was approved, for limits over a day and for delegations; ``customer_id`` is empty where there is none.
ASSENT = Table(
    "assent",
    HUB_METADATA,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    _words("action_id"),
    _words("user_id"),
    _words("role"),
    _words("remedy"),
    _words("currency"),
    Column("minor", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
    _words("basis"),
    _words("customer_id"),
    Column("issued_at", _Milliseconds, nullable=False),
)
Index("assent_by_action", ASSENT.c.action_id)
Index("assent_by_user", ASSENT.c.user_id, ASSENT.c.issued_at)
Index("assent_by_customer", ASSENT.c.customer_id, ASSENT.c.issued_at)
