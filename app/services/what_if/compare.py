"""A world beside the baseline: what is proven of the difference, and the order lines that flip."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.what_if.outcome import LineAnswer, WorldAnswer
from domain.errors import ConflictError


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A line that another world treats otherwise: by another node, late or short where it was not.

    ``place`` is its place among the lines; ``order_delta_cents`` what its whole order costs more.
    """

    place: int
    before: LineAnswer
    after: LineAnswer
    order_delta_cents: int

    @property
    def line_id(self) -> str:
        """Which line it is."""
        return self.before.line_id

    @property
    def moves(self) -> bool:
        """Whether it ships from elsewhere."""
        return set(self.before.nodes) != set(self.after.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference of a world to its baseline in cents, positive dearer.

    The true difference of the two optima lies from ``least_cents`` to ``most_cents``: bound to cost each way.
    """

    delta_cents: int
    least_cents: int
    most_cents: int
    flips: tuple[Flip, ...]

    @property
    def proven(self) -> str:
        """``worse`` or ``better`` where the intervals prove it, else blank."""
        if self.least_cents > 0:
            return "worse"
        return "better" if self.most_cents < 0 else ""


def compare_worlds(baseline: WorldAnswer, world: WorldAnswer) -> Difference:
    """What differs.

    Raises:
        ConflictError: they were solved from different data.
    """
    if [line.line_id for line in baseline.lines] != [line.line_id for line in world.lines]:
        raise ConflictError(
            what=f"{world.what_if.name} was solved from other data than the baseline.",
            remedy="Rebase it on the data of now.",
        )
    pairs = zip(baseline.lines, world.lines, strict=True)
    return Difference(
        delta_cents=world.kpis.total_cents - baseline.kpis.total_cents,
        least_cents=world.kpis.bound_cents - baseline.kpis.total_cents,
        most_cents=world.kpis.total_cents - baseline.kpis.bound_cents,
        flips=tuple(
            Flip(
                place=place,
                before=before,
                after=after,
                order_delta_cents=world.order_cents_of(place) - baseline.order_cents_of(place),
            )
            for place, (before, after) in enumerate(pairs)
            if _differs(before, after)
        ),
    )


def _differs(before: LineAnswer, after: LineAnswer) -> bool:
    return (
        set(before.nodes) != set(after.nodes)
        or before.on_time != after.on_time
        or before.late_days != after.late_days
        or before.short_units != after.short_units
    )
