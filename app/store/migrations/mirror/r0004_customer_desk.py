"""The mirror with the customer desk: contacts and service cases."""

from __future__ import annotations

from pathlib import Path

from app.store.migrations.frozen import run_statements

revision = "mirror_0004"
down_revision = "mirror_0003"


def upgrade() -> None:
    run_statements(Path(__file__).with_suffix(".sql"))
