"""The mirror without the table of dirty kinds: what changed is kept by key alone."""

from __future__ import annotations

from pathlib import Path

from app.store.migrations.frozen import run_statements

revision = "mirror_0003"
down_revision = "mirror_0002"


def upgrade() -> None:
    run_statements(Path(__file__).with_suffix(".sql"))
