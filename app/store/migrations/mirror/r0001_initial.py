"""The mirror as first released."""

from __future__ import annotations

from alembic import op

revision = "mirror_0001"
down_revision = None


def upgrade() -> None:
    from app.store.schema import MIRROR_METADATA  # noqa: PLC0415 - until its DDL is frozen here

    MIRROR_METADATA.create_all(op.get_bind())
