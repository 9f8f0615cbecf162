"""The mirror as first released."""

from __future__ import annotations

from pathlib import Path

from app.store.migrations.frozen import run_statements

revision = "mirror_0001"
down_revision = None


def upgrade() -> None:
    run_statements(Path(__file__).with_suffix(".sql"))
