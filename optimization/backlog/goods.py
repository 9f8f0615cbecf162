"""Where the units of a pair come from and whose hands they take, on the day they ship."""

from __future__ import annotations

from optimization.backlog.compiled import compiled
from optimization.backlog.instance import Arrays


@compiled
def goods_at(arrays: Arrays, pair: int, at: int) -> int:
    """The place in stock, by row and day, that units shipped on a day are drawn from; -1 when they cannot be.

    What is transferred leaves its row some days before it ships, and a lot may be too old by then.
    """
    drawn = at - arrays.pair_lead[pair]
    if drawn < 0 or at > arrays.pair_last[pair]:
        return -1
    return int(arrays.pair_row[pair] * arrays.n_days + drawn)


@compiled
def hands_at(arrays: Arrays, pair: int, at: int) -> int:
    """The place in hands, by node and day, that ships a pair on a day."""
    return int(arrays.source_node[arrays.pair_source[pair]] * arrays.n_days + at)


@compiled
def days_late(arrays: Arrays, order: int, source: int, at: int) -> int:
    """How many days after the promise what ships from a source on a day arrives; negative when before."""
    transit = arrays.lane_transit[arrays.order_zone[order] * arrays.n_sources + source]
    return int(at + transit - arrays.order_promised[order])


@compiled
def whole_packs(arrays: Arrays, pair: int, units: int) -> int:
    """The most of some units that may ship: whole packs, and nothing when the line takes no so small part."""
    pack = arrays.row_pack[arrays.pair_row[pair]]
    if pack > 1:
        units -= units % pack
    return int(units if units >= arrays.line_least[arrays.pair_line[pair]] else 0)
