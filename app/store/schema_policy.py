"""Tables of what people decided beforehand: the policy in force, silences, priorities of lines."""

from __future__ import annotations

from sqlalchemy import Index, Table

from app.store.schema_base import MIRROR_METADATA, key, number, words

#: Cases of a code that nobody wants to see for a while, at a node or of a customer (blank: any).
SILENCE = Table(
    "silence",
    MIRROR_METADATA,
    key("silence_id"),
    words("code"),
    words("node_id"),
    words("customer_id"),
    words("author"),
    words("reason"),
    number("starts_at"),
    number("expires_at"),
    sqlite_with_rowid=False,
)
Index("silence_by_code", SILENCE.c.code, SILENCE.c.expires_at)

#: The class and rank that a person gave a line for when supply is short.
LINE_PRIORITY = Table(
    "line_priority",
    MIRROR_METADATA,
    key("line_id"),
    words("confirmation_class"),
    number("rank", optional=True),
    words("reason"),
    words("author"),
    number("at"),
    sqlite_with_rowid=False,
)

#: The policy files that detection last worked with; ``problem`` says why a newer text was not taken.
POLICY_IN_FORCE = Table(
    "policy_in_force",
    MIRROR_METADATA,
    key("name"),
    words("version"),
    words("sha256"),
    words("body"),
    number("loaded_at"),
    words("problem"),
)
