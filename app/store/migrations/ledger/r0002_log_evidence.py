"""The ledger keeps checkpoints, evidence of a rewritten log, and what approvals rest on."""

from __future__ import annotations

from pathlib import Path

from app.store.migrations.frozen import run_statements

revision = "ledger_0002"
down_revision = "ledger_0001"


def upgrade() -> None:
    run_statements(Path(__file__).with_suffix(".sql"))
