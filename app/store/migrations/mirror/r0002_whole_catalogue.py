"""The mirror with what the whole catalogue looks at: more fields, five more kinds, incidents, policy."""

from __future__ import annotations

from pathlib import Path

from app.store.migrations.frozen import run_statements

revision = "mirror_0002"
down_revision = "mirror_0001"


def upgrade() -> None:
    run_statements(Path(__file__).with_suffix(".sql"))
