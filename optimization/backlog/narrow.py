"""A backlog with those ways alone that are tried: where stock lies at many nodes, a fraction of its pairs.

Every order keeps its place, and so does every stock row; what is left of the pairs lies close together, so
that passes over all of them and the moves of a search find it sooner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimization.backlog.candidates import EntryLists
from optimization.backlog.instance import Instance
from optimization.backlog.plan import PairPlan
from optimization.backlog.pricing import Ideal
from optimization.backlog.recording import PAIR
from optimization.backlog.tables import Integers
from optimization.backlog.ways import Indices


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """The narrowed backlog, and which pair and entry of the whole one each of its own is."""

    instance: Instance
    pair: Integers
    entry: Integers
    whole_pairs: int

    def lists(self, lists: EntryLists) -> EntryLists:
        """The same entries, by their places here."""
        return EntryLists(first=lists.first, entry=np.searchsorted(self.entry, lists.entry).astype(np.int64))

    def ideal(self, ideal: Ideal) -> Ideal:
        """The same patterns, by their places here."""
        piece = ideal.piece.copy()
        used = piece[:, PAIR] >= 0
        piece[used, PAIR] = np.searchsorted(self.pair, piece[used, PAIR])
        return Ideal(piece=piece)

    def pairs(self, plan: PairPlan) -> PairPlan:
        """A plan of the whole backlog that uses nothing but what is here."""
        return PairPlan(qty=plan.qty[self.pair], day=plan.day[self.pair])

    def whole(self, qty: Indices, day: Indices) -> PairPlan:
        """Units and days by the pairs here, for the whole backlog."""
        whole = PairPlan(qty=np.zeros(self.whole_pairs, np.int64), day=np.zeros(self.whole_pairs, np.int64))
        whole.qty[self.pair], whole.day[self.pair] = qty, day
        return whole


def narrowed(instance: Instance, kept: NDArray[np.bool_]) -> Narrow:
    """The backlog with the entries alone that are marked."""
    arrays = instance.arrays
    sizes = np.diff(arrays.pair_first)
    pair = np.flatnonzero(np.repeat(kept, sizes))
    entry = np.flatnonzero(kept)
    counts = np.append(0, np.cumsum(kept)).astype(np.int64)
    own = arrays._replace(
        entry_first=counts[arrays.entry_first],
        entry_source=arrays.entry_source[entry],
        pair_first=np.append(0, np.cumsum(sizes[entry])).astype(np.int64),
        pair_line=arrays.pair_line[pair],
        pair_row=arrays.pair_row[pair],
        pair_source=arrays.pair_source[pair],
        pair_lead=arrays.pair_lead[pair],
        pair_last=arrays.pair_last[pair],
        pair_cost=arrays.pair_cost[pair],
    )
    narrow = replace(instance, arrays=own)
    return Narrow(instance=narrow, pair=pair, entry=entry, whole_pairs=arrays.pair_row.size)


def entries_tried(instance: Instance, lists: EntryLists, ideal: Ideal, plan: PairPlan) -> NDArray[np.bool_]:
    """The entries that are listed, wished for or used."""
    arrays = instance.arrays
    kept = np.zeros(arrays.entry_source.size, np.bool_)
    kept[lists.entry] = True
    wished = ideal.piece[ideal.piece[:, PAIR] >= 0, PAIR]
    for pair in (wished, np.flatnonzero(plan.qty)):
        kept[np.searchsorted(arrays.pair_first, pair, side="right") - 1] = True
    return kept
