"""Views of the queue kept under names: what is filtered, sorted, grouped and shown; free of Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from views.case_queue.state import QueueFilter, QueueView, SortKey
from views.language import tr

VERSION: Final = 1
MOST_VIEWS: Final = 60
MOST_LETTERS: Final = 60


def lasting(view: QueueView) -> QueueView:
    """The part of a view that can be kept: without what is unfolded or was picked elsewhere."""
    return replace(view, unfolded=frozenset(), picked=frozenset(), picked_title="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewShelf:
    """The kept views by name, in the order in which they were saved."""

    views: Mapping[str, QueueView] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self.views)

    def why_not(self, name: str, *, besides: str = "") -> str:
        """Why a view cannot have this name, in words; empty when it can. ``besides`` may be replaced."""
        if not name.strip():
            return tr("A view needs a name.")
        if len(name) > MOST_LETTERS:
            return tr("A name has at most {value} letters.", value=MOST_LETTERS)
        if name != besides and name in self.views:
            return tr("There is a view {name!r} already.", name=name)
        if name not in self.views and len(self.views) >= MOST_VIEWS:
            return tr("There are {value} views; delete one first.", value=MOST_VIEWS)
        return ""

    def with_view(self, name: str, view: QueueView) -> ViewShelf:
        """The shelf with a view under a name, in place of an earlier one of that name."""
        return ViewShelf(views={**self.views, name: lasting(view)})

    def renamed(self, old: str, new: str) -> ViewShelf:
        """The shelf with a view under another name, at the same place."""
        return ViewShelf(views={new if name == old else name: view for name, view in self.views.items()})

    def without(self, name: str) -> ViewShelf:
        """The shelf without a view."""
        return ViewShelf(views={kept: view for kept, view in self.views.items() if kept != name})

    def only(self, name: str) -> ViewShelf:
        """The shelf with that view alone, to be shared."""
        return ViewShelf(views={name: self.views[name]} if name in self.views else {})

    def joined(self, other: ViewShelf) -> tuple[ViewShelf, str]:
        """The shelf with the views of another, and the name of the last one; empty if none could be taken.

        A view whose name means something else here gets the next free number behind its name.
        """
        shelf, last = self, ""
        for name, view in other.views.items():
            numbered = (name, *(f"{name} {number}" for number in range(2, MOST_VIEWS)))
            free = next(each for each in numbered if shelf.views.get(each, view) == view)
            if free in shelf.views or not shelf.why_not(free):
                shelf, last = shelf.with_view(free, view), free
        return shelf, last

    def to_text(self) -> str:
        """The shelf as text, with its version."""
        entries = [
            {
                "name": name,
                "chip": view.chip.value,
                "text": view.text,
                "sort": view.sort.value,
                "descending": view.descending,
                "grouped": view.grouped,
                "all_hidden": view.all_hidden,
                "hidden_columns": sorted(view.hidden_columns),
            }
            for name, view in self.views.items()
        ]
        return json.dumps({"version": VERSION, "views": entries})


def shelf_from_text(text: str) -> ViewShelf:
    """The shelf that :meth:`ViewShelf.to_text` wrote; what cannot be understood is left out."""
    try:
        raw = json.loads(text)
    except ValueError:
        return ViewShelf()
    if not isinstance(raw, dict) or raw.get("version") != VERSION or not isinstance(raw.get("views"), list):
        return ViewShelf()
    shelf = ViewShelf()
    for entry in raw["views"]:
        found = _view(entry) if isinstance(entry, dict) else None
        if found is not None and not shelf.why_not(found[0]):
            shelf = shelf.with_view(*found)
    return shelf


def _view(entry: dict[str, Any]) -> tuple[str, QueueView] | None:
    try:
        view = QueueView(
            chip=QueueFilter(entry["chip"]),
            text=str(entry["text"]),
            sort=SortKey(entry["sort"]),
            descending=bool(entry["descending"]),
            grouped=bool(entry["grouped"]),
            all_hidden=bool(entry["all_hidden"]),
            hidden_columns=frozenset(SortKey(name) for name in entry["hidden_columns"]),
        )
        return str(entry["name"]), view
    except (KeyError, TypeError, ValueError):
        return None
