"""The truth of a world as plain values: what was wrong, from when to when, because of what, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.checks import require, require_text, require_utc
from domain.ids import EntityRef


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueException:
    """A condition of the catalogue that really held, from ``onset`` until ``clear`` (``None``: to the end).

    ``causes`` are the disruptions without which it would not have been, by paired runs; empty for the
    ordinary faults of every day, and for what several disruptions at once would each have caused
    (``jointly``: it is not so in the world without any of them). ``loss_cents`` is what it really cost,
    and ``avoidable_cents`` what the right action before ``act_by`` would have saved.
    """

    code: str
    entity: EntityRef
    onset: datetime
    clear: datetime | None
    causes: tuple[str, ...] = ()
    jointly: bool = False
    loss_cents: int = 0
    avoidable_cents: int = 0
    act_by: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an exception without code, or one that ends before it begins."""
        require_text(self.code, "code")
        for name in ("onset", "clear", "act_by"):
            require_utc(getattr(self, name), name)
        require(self.clear is None or self.clear >= self.onset, f"{self.code} clears before its onset.")
        require(not (self.jointly and self.causes), f"{self.code} has causes of its own and joint ones.")

    @property
    def identity(self) -> tuple[str, str]:
        """Code and entity: what the tower's case is matched by."""
        return self.code, str(self.entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueDisruption:
    """Something that hit the world, with the orders that it delayed and what that cost them."""

    disruption_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    delayed_orders: int = 0
    loss_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldTruth:
    """All that is known of a world: its span, its orders, what hit it, what was wrong.

    ``null_spells`` are stretches that no disruption touches, not even by its after-effects.
    """

    seed: int
    size: str
    starts_at: datetime
    ends_at: datetime
    orders: int
    disruptions: tuple[TrueDisruption, ...]
    exceptions: tuple[TrueException, ...]
    null_spells: tuple[tuple[datetime, datetime, int], ...]
