"""The queue's rows: columns in, an order of row numbers out; sorting and filtering in numpy, free of Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from domain.cases import CaseState, Severity
from views.case_queue.groups import Grouping, grouped
from views.case_queue.state import (
    NO_AMOUNT,
    NO_TIME,
    STATE_ORDER,
    BoolArray,
    CaseTable,
    IncidentRow,
    Int64Array,
    QueueCounts,
    QueueFilter,
    QueueView,
    SortKey,
    no_cases,
)
from views.case_queue.text_column import TextColumn

_LAST: Final = int(np.iinfo(np.int64).max)
_SEARCHED: Final = ("ids", "type_titles", "subjects", "owners", "best_options", "places")
_TEXT_COLUMNS: Final = {
    SortKey.CASE_ID: "ids",
    SortKey.TYPE: "type_titles",
    SortKey.SUBJECT: "subjects",
    SortKey.OWNER: "owners",
}


class QueueStore:
    """Which rows are shown and in which order.

    ``order`` holds slots (row numbers of the table) from top to bottom. A new table keeps that order, so
    that nothing moves under the pointer; ``pending`` counts what a re-order would bring in.
    """

    def __init__(self) -> None:
        """Start empty, showing everything by priority."""
        self.table = no_cases()
        self.view = QueueView()
        self.me = ""
        self.now_s = 0
        self.order: Int64Array = np.zeros(0, dtype=np.int64)
        self.pending = 0
        self._heads: frozenset[str] = frozenset()
        self._inner: frozenset[str] = frozenset()
        self._columns: dict[str, TextColumn] = {}
        self._usual: Int64Array | None = None

    # ------------------------------------------------------------------ what the screen asks
    def __len__(self) -> int:
        """How many rows are shown."""
        return len(self.order)

    def id_at(self, row: int) -> str:
        """The case shown in a row."""
        return self.table.ids[int(self.order[row])]

    def row_of(self, case_id: str) -> int:
        """The row of a case, -1 when it is not shown."""
        try:
            slot = self.table.ids.index(case_id)
        except ValueError:
            return -1
        found = np.flatnonzero(self.order == slot)
        return int(found[0]) if len(found) else -1

    def incident_at(self, row: int) -> IncidentRow | None:
        """The incident that a row stands for; ``None`` where it stands for its case alone."""
        slot = int(self.order[row])
        if self.table.ids[slot] not in self._heads:
            return None
        return self.table.incidents.get(self.table.incident_ids[slot])

    def is_inner(self, row: int) -> bool:
        """Whether a row stands under its incident's row."""
        return self.table.ids[int(self.order[row])] in self._inner

    def counts(self) -> QueueCounts:
        """How many cases each chip would show, whatever the text filter, and how many are hidden."""
        shown = self._listed()
        hidden = self.table.hidden
        held_back = hidden & (self.table.state == STATE_ORDER.index(CaseState.SUSPENDED))
        return QueueCounts(
            **{chip.value: int((self._chip_mask(chip) & shown).sum()) for chip in QueueFilter},
            held_back=int(held_back.sum()),
            silenced=int(hidden.sum()) - int(held_back.sum()),
        )

    def search(self, text: str, most: int) -> list[str]:
        """Cases of the whole table that hold all words of ``text``, by priority, at most ``most``."""
        hits = np.flatnonzero(self._holding(text))
        urgent = np.argsort(-self.table.priority_cents[hits], kind="stable")[:most]
        return [self.table.ids[slot] for slot in hits[urgent].tolist()]

    # ------------------------------------------------------------------ changes
    def wanted(self) -> Grouping:
        """The slots that filter, sort and grouping ask for now, top first."""
        order = self._sorted(self._mask())
        return grouped(self.table, order, self.view) if self.view.grouped else Grouping(order)

    def shows_same_rows(self, order: Int64Array) -> bool:
        """Whether ``order`` holds the rows shown now, in whatever order."""
        if len(order) != len(self.order) or len(order) == len(self.table):
            return len(order) == len(self.order)
        shown, wanted = np.zeros(len(self.table), dtype=np.bool_), np.zeros(len(self.table), dtype=np.bool_)
        shown[self.order], wanted[order] = True, True
        return bool(np.array_equal(shown, wanted))

    def take(self, wanted: Grouping) -> None:
        """Show these slots; nothing is pending any more."""
        self.order = wanted.order
        self._heads, self._inner = wanted.heads, wanted.inner
        self.pending = 0

    def gone_rows(self, table: CaseTable) -> list[int]:
        """Rows shown now whose case ``table`` no longer has, top first."""
        if table.ids == self.table.ids:
            return []
        kept = set(table.ids)
        return [row for row, slot in enumerate(self.order.tolist()) if self.table.ids[slot] not in kept]

    def drop_rows(self, first: int, last: int) -> None:
        """Take rows ``first`` to ``last`` off the screen."""
        self.order = np.delete(self.order, np.s_[first : last + 1])

    def keep_rows(self, order: Int64Array) -> None:
        """Show only these of the slots shown now."""
        self.order = order

    def replace_table(self, table: CaseTable) -> None:
        """Take a new table, the rows shown keeping their places; every one of them must still exist."""
        if table.ids != self.table.ids:
            slot_of = {case_id: slot for slot, case_id in enumerate(table.ids)}
            old_ids = self.table.ids
            self.order = np.fromiter(
                (slot_of[old_ids[slot]] for slot in self.order.tolist()),
                dtype=np.int64,
                count=len(self.order),
            )
        self.table = table
        self._usual = None
        self.pending = self._missing()

    def _missing(self) -> int:
        """How many rows a re-order would bring in."""
        if self.view.grouped:
            return len(np.setdiff1d(self.wanted().order, self.order))
        mask = self._mask()
        return int(mask.sum()) - int(mask[self.order].sum())

    # ------------------------------------------------------------------ filter
    def _listed(self) -> BoolArray:
        """The cases that are not hidden, or all where hidden ones are wanted."""
        return ~self.table.hidden | self.view.all_hidden

    def _chip_mask(self, chip: QueueFilter) -> BoolArray:
        table = self.table
        if chip is QueueFilter.CRITICAL:
            critical: BoolArray = table.severity == int(Severity.CRITICAL)
            return critical
        if chip is QueueFilter.UNOWNED:
            return self._owner_is("")
        if chip is QueueFilter.MY_TRIAGE:
            awake = (table.snoozed_until_s == NO_TIME) | (table.snoozed_until_s <= self.now_s)
            mine: BoolArray = self._owner_is(self.me) & awake
            return mine
        return np.ones(len(table), dtype=np.bool_)

    def _picked(self) -> BoolArray:
        """The cases that somebody picked elsewhere, hidden ones too: they were counted there."""
        ids, picked = self.table.ids, self.view.picked
        return np.fromiter((case_id in picked for case_id in ids), dtype=np.bool_, count=len(ids))

    def _owner_is(self, name: str) -> BoolArray:
        return self._column("owners").equal_to(name)

    def _mask(self) -> BoolArray:
        mask = self._chip_mask(self.view.chip)
        mask = mask & (self._picked() if self.view.picked_title else self._listed())
        return mask & self._holding(self.view.text) if self.view.text.split() else mask

    def _holding(self, text: str) -> BoolArray:
        """The cases that hold every word of a text, each in whichever column."""
        held = np.ones(len(self.table), dtype=np.bool_)
        for word in text.casefold().split():
            found = np.zeros(len(self.table), dtype=np.bool_)
            for name in _SEARCHED:
                found |= self._column(name).holding(word)
            held &= found
        return held

    def _column(self, name: str) -> TextColumn:
        """A column of the table's texts; the one of the table before, where the texts are the same."""
        texts = getattr(self.table, name)
        kept = self._columns.get(name)
        if kept is None or not kept.holds(texts):
            kept = self._columns[name] = TextColumn(texts)
        return kept

    # ------------------------------------------------------------------ sort
    def _sorted(self, mask: BoolArray) -> Int64Array:
        """The slots of a mask in the wanted order; ties go by priority, then severity, then slot."""
        # One stable sort over the rows in their usual order keeps that order among equals.
        usual = self._usual_order()
        usual = usual[mask[usual]]
        if self.view.sort is SortKey.PRIORITY:
            if self.view.descending:
                return usual
            key = self.table.priority_cents[usual]
        else:
            values, missing = self._key(self.view.sort)
            values, missing = values[usual], missing[usual]
            key = np.where(missing, _LAST, -values if self.view.descending else values)
        return usual[np.argsort(key, kind="stable")]

    def _usual_order(self) -> Int64Array:
        """Every slot by priority, then severity, then slot; worked out once a table."""
        if self._usual is None:
            # Stable, so that the slot decides last; severities are bytes, which sort by counting.
            self._usual = np.lexsort((-self.table.severity, -self.table.priority_cents))
        return self._usual

    def _key(self, sort: SortKey) -> tuple[Int64Array, BoolArray]:
        """The numbers to sort by, and which rows have none (they come last either way)."""
        table = self.table
        numbers: dict[SortKey, Int64Array] = {
            SortKey.SEVERITY: table.severity.astype(np.int64),
            SortKey.STATUS: table.state.astype(np.int64),
            SortKey.LOSS: table.loss_cents,
        }
        if sort in numbers:
            return numbers[sort], np.zeros(len(table), dtype=np.bool_)
        if sort is SortKey.BREACH:
            return table.breach_s, table.breach_s == NO_TIME
        if sort is SortKey.BEST_OPTION:
            # The column shows what an option saves; that is what people want it ordered by.
            return table.best_delta_cents, table.best_delta_cents == NO_AMOUNT
        return self._text_key(sort)

    def _text_key(self, sort: SortKey) -> tuple[Int64Array, BoolArray]:
        column = self._column(_TEXT_COLUMNS[sort])
        return column.ranks, column.equal_to("")


def toggled(view: QueueView, sort: SortKey) -> QueueView:
    """The view after a click on a column's header: sort by it, or turn its direction round."""
    if view.sort is sort:
        return replace(view, descending=not view.descending)
    starts_high = sort in {SortKey.PRIORITY, SortKey.SEVERITY, SortKey.LOSS}
    return replace(view, sort=sort, descending=starts_high)
