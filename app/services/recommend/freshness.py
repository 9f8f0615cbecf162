"""Whether options are still about the case as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.recommendations import Recommendation

if TYPE_CHECKING:
    from app.store.values import CaseEvent

_CHANGES = frozenset({"changed", "reopened"})


def is_outdated(recommendation: Recommendation, events: Iterable[CaseEvent]) -> bool:
    """Whether the case changed, or came back, after its options were worked out."""
    return any(event.at > recommendation.computed_at and event.kind in _CHANGES for event in events)
