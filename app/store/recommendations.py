"""The options worked out for each case: the latest one kept, as the bytes they were made of."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, select
from sqlalchemy.dialects.sqlite import insert

from app.store.schema_base import MIRROR_METADATA, key, number, words
from domain.ids import CaseId

RECOMMENDATION = Table(
    "recommendation",
    MIRROR_METADATA,
    key("case_id"),
    words("recommendation_id"),
    number("computed_at"),
    words("best_label"),
    number("best_delta_cents"),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)


def save_recommendation(
    connection: Connection,
    *,
    case_id: CaseId,
    recommendation_id: str,
    computed_at_ms: int,
    best_label: str,
    best_delta_cents: int,
    body: bytes,
) -> None:
    """Keep the latest recommendation of a case in place of an earlier one."""
    row = {
        "case_id": case_id,
        "recommendation_id": recommendation_id,
        "computed_at": computed_at_ms,
        "best_label": best_label,
        "best_delta_cents": best_delta_cents,
        "body": body,
    }
    statement = insert(RECOMMENDATION).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=row))


def recommendation_body(engine: Engine, case_id: str) -> bytes | None:
    """The bytes of the latest recommendation of a case."""
    with engine.connect() as connection:
        found: bytes | None = connection.execute(
            select(RECOMMENDATION.c.body).where(RECOMMENDATION.c.case_id == case_id)
        ).scalar()
    return found


def best_options(engine: Engine) -> dict[str, tuple[str, int]]:
    """By case id: the recommended option's label and its cost against doing nothing, in cents."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(RECOMMENDATION.c.case_id, RECOMMENDATION.c.best_label, RECOMMENDATION.c.best_delta_cents)
        )
        return {row.case_id: (row.best_label, row.best_delta_cents) for row in rows}
