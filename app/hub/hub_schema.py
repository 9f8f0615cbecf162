"""Tables of the hub, the same on SQLite and PostgreSQL; log entries are only ever added."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
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


DEVICE_KEY = Table(
    "device_key",
    HUB_METADATA,
    Column("keyid", Text, primary_key=True),
    _words("user_id"),
    _words("device_id"),
    Column("spki", LargeBinary, nullable=False),
    _words("method"),
    Column("enrolled_at", _Milliseconds, nullable=False),
)

#: One row, locked by every append: how long the log is and the digest that chains it.
LOG_HEAD = Table(
    "log_head",
    HUB_METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    _words("link_sha256"),
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
    Column("envelope", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("received_at", _Milliseconds, nullable=False),
    _words("link_sha256"),
    _words("idempotency_key"),
    UniqueConstraint("keyid", "seq"),
    UniqueConstraint("keyid", "idempotency_key"),
)

APPROVAL = Table(
    "approval",
    HUB_METADATA,
    Column("action_id", Text, primary_key=True),
    _words("state"),
    _words("proposal_sha256"),
    Column("min_approvers", Integer, nullable=False),
)

#: One decision a person and action: the constraint holds even if two hubs' workers race.
RECORDED_DECISION = Table(
    "recorded_decision",
    HUB_METADATA,
    Column("action_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    _words("verdict"),
    Column("idx", Integer, nullable=False),
)
