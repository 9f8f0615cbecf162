"""Tables of incidents: cases with one root, why each belongs to it, and what people said of that."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from app.store.schema_base import MIRROR_METADATA, key, number, words

#: Several cases with one root; ``basis`` says how that was found, or that a person said so.
INCIDENT = Table(
    "incident",
    MIRROR_METADATA,
    key("incident_id"),
    words("title"),
    words("basis"),
    words("correlation_key"),
    number("correlation_version"),
    words("root_case_id", optional=True),
    number("opened_at"),
    number("closed_at", optional=True),
    number("orders"),
    number("lines"),
    number("loss_cents"),
    number("avoidable_cents"),
    number("effort_minutes"),
    words("action_label"),
)
Index("incident_open", INCIDENT.c.correlation_key, sqlite_where=text("closed_at IS NULL"))

#: A case belongs to one incident at most; ``basis`` says what brought it there.
INCIDENT_MEMBER = Table(
    "incident_member",
    MIRROR_METADATA,
    key("case_id"),
    words("incident_id"),
    words("basis"),
    words("why"),
    number("joined_at"),
    sqlite_with_rowid=False,
)
Index("incident_member_by_incident", INCIDENT_MEMBER.c.incident_id)

#: Incidents that touch a case they are not the reason of.
ALSO_AFFECTED = Table(
    "also_affected",
    MIRROR_METADATA,
    key("case_id"),
    key("incident_id"),
    words("why"),
    sqlite_with_rowid=False,
)
Index("also_affected_by_incident", ALSO_AFFECTED.c.incident_id)

#: A person's word on where a case belongs; a blank ``incident_id`` means that it stands alone.
INCIDENT_OVERRIDE = Table(
    "incident_override",
    MIRROR_METADATA,
    key("case_id"),
    words("incident_id"),
    words("author"),
    words("reason"),
    number("at"),
    sqlite_with_rowid=False,
)

#: What each open case hangs on, as far as causes and mutes are looked for there: its own entity, what it
#: names, and what follows from both (``own`` is 1 for the first two); ``weight`` is units that wait.
CASE_ABOUT = Table(
    "case_about",
    MIRROR_METADATA,
    key("case_id"),
    key("kind"),
    key("id"),
    words("code"),
    number("own"),
    number("weight"),
    sqlite_with_rowid=False,
)
Index("case_about_by_thing", CASE_ABOUT.c.kind, CASE_ABOUT.c.id, CASE_ABOUT.c.code)
