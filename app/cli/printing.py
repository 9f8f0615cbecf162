"""What commands of the loop print: JSON, and of what was signed always the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.settling import SettleReport
    from app.signing.statements import SignedEntry


def print_document(document: Mapping[str, Any]) -> None:
    """Print a document as JSON."""
    print(json.dumps(document, indent=1, ensure_ascii=False))


def signed_document(entry: SignedEntry, user: str, report: SettleReport) -> dict[str, Any]:
    """What was signed, by whom, and whether the hub has recorded it."""
    return {
        "action": entry.action_id,
        "digest_code": entry.code,
        "by": user,
        "recorded": not report.delivery.waiting and not report.cannot,
        "waits": report.cannot,
    }
