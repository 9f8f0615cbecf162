"""What the window says of policy files that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from views.language import tr
from views.phrases import said

if TYPE_CHECKING:
    from app.store.policies import PolicyRecord


def policy_notice(records: Sequence[PolicyRecord]) -> str:
    """One line: what is wrong and what stays in force; empty where every file is good."""
    refused = [record for record in records if record.problem]
    if not refused:
        return ""
    first = refused[0]
    policy_id, _, version = first.version.rpartition(" ")
    stays = (
        tr("version {version} of {policy} stays in force", version=version, policy=policy_id)
        if version
        else tr("what was in force stays in force")
    )
    words = tr("Policies: {problem}. It was refused; {stays}.", problem=said(first.problem), stays=stays)
    return f"{words} {tr('{count} more refused.', count=len(refused) - 1)}" if len(refused) > 1 else words
