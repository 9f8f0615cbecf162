"""The ledger as first released."""

from __future__ import annotations

from alembic import op

revision = "ledger_0001"
down_revision = None


def upgrade() -> None:
    from app.store.ledger_schema import LEDGER_METADATA  # noqa: PLC0415 - until its DDL is frozen here

    LEDGER_METADATA.create_all(op.get_bind())
