"""Open cases for the search: those that hold all words typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from views.shell.palette import Found

if TYPE_CHECKING:
    from views.tower.view_model import TowerViewModel


def find_cases(model: TowerViewModel, text: str, most: int) -> Sequence[Found]:
    """Open cases that hold all words of ``text``, the most urgent first."""
    words_of = model.words_of
    found = (words_of(case_id) for case_id in model.queue.store.search(text, most))
    return [
        Found(
            case_id=w.case_id,
            title=f"{w.case_id}  {w.type_title}",
            text=f"{w.subject}  ·  {w.loss}",
            severity=w.severity,
        )
        for w in found
        if w is not None
    ]
