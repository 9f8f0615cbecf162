"""What the window says of policy files that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.policies import PolicyRecord


def policy_notice(records: Sequence[PolicyRecord]) -> str:
    """One line: what is wrong and what stays in force; empty where every file is good."""
    refused = [record for record in records if record.problem]
    if not refused:
        return ""
    first = refused[0]
    policy_id, _, version = first.version.rpartition(" ")
    stays = f"version {version} of {policy_id} stays" if version else "what was in force stays"
    more = f" {len(refused) - 1} more refused." if len(refused) > 1 else ""
    return f"Policies: {first.problem}. It was refused; {stays} in force.{more}"
