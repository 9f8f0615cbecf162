"""What exceptions really cost, and what the right action in time would have saved of it.

All is reckoned from how the world went in the end:

- A line costs its contract penalty for the days begun between promise and delivery (to the end of the
  world where it never came), and its margin where a customer whose line is late draws that it gives the
  rest up. Nothing else is claimed for service.
- ``loss`` of an exception is what the lines it touched cost in the end, and for papers the share of the
  money in question that is usually lost.
- ``avoidable`` is by how much that would be less, had somebody acted when it began:
  * an order that could not go on (order entry, EDI): every line comes earlier by as long as it was held;
  * before the truck left (warehouse, tender, pickup): the goods leave with the first truck planned;
  * short of stock: all of the loss where another node had enough, half of it where only the inbound
    could be expedited, or the lines served from elsewhere;
  * on its way: all of the loss if it could still be rebooked, a fifth once it has left;
  * papers and returns: their share of the money; wrong carriers and freight: what it cost if it left so;
  * records that are late, missing or wrong by themselves cost and save nothing.
- ``act_by`` is the last hour at which acting still saves half of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.world.truth.limits import ALL_BP
from domain.customers import SlaTerms
from domain.orders import OrderStatus
from domain.transport import ShipmentStatus

if TYPE_CHECKING:
    from connectors.world.loads import Consignment
    from connectors.world.state import WorldState
    from connectors.world.things import Line, Order

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SAVED_BY_EXPEDITING_BP = 5_000
SAVED_ON_THE_WAY_BP = 2_000
HANDLED_WITH_DAMAGE_BP = 5_000
SENT_BACK_BP = 1_500
#: Of money on paper this share is lost in the end.
LOST_ON_PAPER_BP = {
    "IN-QTY": 1_000,
    "IN-PRICE": 1_000,
    "IN-POD-MISMATCH": 1_000,
    "IN-POD-MISSING": 100,
    "IN-UNBILLED": 1_000,
    "IN-DEDUCTION": 4_000,
    "IN-DUP": 1_000,
    "RT-UNMATCHED": 1_000,
    "RT-OVERDUE": 3_000,
    "RT-DISPOSITION": 500,
    "RT-CREDIT": 500,
}
#: What stands in the way of an order while it lasts.
HOLDS = frozenset(
    {
        "OE-CREDIT", "OE-PRICE", "OE-INCOMPLETE", "OE-EXPORT", "OE-DUP", "OE-FRAUD", "OE-STUCK",
        "OE-OBSOLETE", "OE-QTY-OUTLIER", "OE-LATE-CHANGE", "DQ-EDI",
    }
)  # fmt: skip
#: What keeps goods from leaving with the truck that was planned for them.
KEEPS_BACK = frozenset(
    {
        "WH-PICK-SHORT", "WH-LOC", "WH-LATE-START", "WH-LABOUR", "WH-OUTAGE", "WH-REPLEN", "WH-QC",
        "WH-LABEL", "TR-TENDER", "TR-PICKUP", "TR-CAPACITY",
    }
)  # fmt: skip
ELSEWHERE = frozenset({"AL-IMBALANCE"})
SHORT = frozenset(
    {"AL-SHORT", "AL-PRIORITY-INV", "AL-BO-AGED", "AL-PO-LATE", "AL-PO-SHORT", "AL-STRANDED", "OE-PROMISE",
     "WH-DOCK-STOCK"}
)  # fmt: skip
ON_THE_WAY = frozenset({"TR-GAP", "TR-ETA-LATE", "TR-CARRIER", "TR-ROUTE", "TR-FAILED", "TR-CUSTOMS"})
#: Money that was only lost if the goods left as they were.
LOST_BY_LEAVING_BP = {
    "OE-ROUTING": ALL_BP,
    "TR-OVERSPEND": ALL_BP,
    "OE-DUP": SENT_BACK_BP,
    "OE-FRAUD": ALL_BP,
}


@dataclass(frozen=True, slots=True)
class Worth:
    """What an exception cost, what could have been saved of it, and until when."""

    loss_cents: int = 0
    avoidable_cents: int = 0
    act_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """How a line of the world ended."""

    line_id: str
    order_id: str
    value_cents: int
    margin_cents: int
    terms: SlaTerms
    promised_at: datetime
    there_at: datetime
    is_wanted: bool
    would_cancel: bool
    shipments: tuple[Consignment, ...]

    def loss_cents(self, earlier_by: timedelta = timedelta()) -> int:
        """What it cost; or would have, had it come earlier."""
        days = max(0, -((self.promised_at - (self.there_at - earlier_by)) // DAY))
        if not self.is_wanted or not days:
            return 0
        penalty = self.terms.fixed_penalty_cents
        penalty += self.value_cents * self.terms.late_penalty_bp_per_day * days // ALL_BP
        penalty = min(penalty, self.value_cents * self.terms.penalty_cap_bp // ALL_BP)
        return penalty + (max(0, self.margin_cents) if self.would_cancel else 0)


class Outcome:
    """How every line of a world ended, and what was planned for its shipments at first."""

    def __init__(self, state: WorldState, first_pickup: dict[str, datetime]) -> None:
        """Read the end of ``state``; its archive must have been kept."""
        self._first_pickup = first_pickup
        self._ends_at = state.now
        self.fates: dict[str, Fate] = {}
        for order in (*state.orders.values(), *state.archive.values()):
            for line in order.lines:
                self.fates[line.line_id] = self._fate(state, order, line)

    def _fate(self, state: WorldState, order: Order, line: Line) -> Fate:
        shipments = tuple(
            shipment
            for shipment in order.shipments
            if shipment.status is not ShipmentStatus.CANCELLED
            and any(other is line for other, _ in shipment.contents)
        )
        came = [shipment.delivered_at for shipment in shipments if shipment.delivered_at is not None]
        is_there = bool(came) and len(came) == len(shipments) and line.is_done
        cancel_share = order.customer.sla.cancel_probability_bp / ALL_BP
        return Fate(
            line_id=line.line_id,
            order_id=order.order_id,
            value_cents=line.quantity * line.price_cents,
            margin_cents=line.quantity * (line.price_cents - line.item.landed_cost_cents),
            terms=order.customer.sla,
            promised_at=order.promised_at,
            there_at=max(came) if is_there else self._ends_at,
            is_wanted=not line.cancelled and order.status is not OrderStatus.CANCELLED,
            would_cancel=state.draws.share("gives-up", line.line_id) < cancel_share,
            shipments=shipments,
        )

    def worth(
        self, code: str, line_ids: Iterable[str], cents: int, onset: datetime, clear: datetime | None
    ) -> Worth:
        """What an exception was worth."""
        ended = clear or self._ends_at
        if code in LOST_ON_PAPER_BP:
            lost = cents * LOST_ON_PAPER_BP[code] // ALL_BP
            return Worth(lost, lost, ended)
        if code == "TR-DAMAGE":
            return Worth(cents, cents * HANDLED_WITH_DAMAGE_BP // ALL_BP, ended)
        fates = [self.fates[line_id] for line_id in sorted(line_ids) if line_id in self.fates]
        loss = sum(fate.loss_cents() for fate in fates)
        if code in LOST_BY_LEAVING_BP:
            return self._if_it_left(code, fates, cents, ended)
        saved = self._saving(code, fates, ended)
        if saved is None:
            return Worth(loss)
        most = saved(onset)
        return Worth(loss, most, _last_hour(saved, most, onset, ended) if most else None)

    def _if_it_left(self, code: str, fates: list[Fate], cents: int, ended: datetime) -> Worth:
        """Money that is lost because the goods left as they were, at the end of the condition or after."""
        left = [s.shipped_at for fate in fates for s in fate.shipments if s.shipped_at is not None]
        if not left or min(left) > ended + HOUR:
            return Worth()
        lost = cents * LOST_BY_LEAVING_BP[code] // ALL_BP
        return Worth(lost, lost, min(left))

    def _saving(self, code: str, fates: list[Fate], ended: datetime) -> Callable[[datetime], int] | None:
        """What acting at a time would have saved."""
        if code in HOLDS:
            return lambda at: sum(_saved(fate, ended - at) for fate in fates)
        if code in KEEPS_BACK:
            return lambda at: sum(_saved(fate, self._kept_back(fate, at)) for fate in fates)
        if code in ELSEWHERE:
            return lambda at: sum(fate.loss_cents() for fate in fates if _could_leave(fate, at))
        if code in SHORT:
            return lambda at: _share(fates, SAVED_BY_EXPEDITING_BP, at, ended)
        if code in ON_THE_WAY:
            return lambda at: sum(self._rebooked(fate, at, ended) for fate in fates)
        return None

    def _kept_back(self, fate: Fate, at: datetime) -> timedelta:
        """How much earlier a line's goods would have left, had they been ready at ``at``."""
        left = [s for s in fate.shipments if s.shipped_at is not None]
        if not left or len(left) < len(fate.shipments):
            return timedelta()
        last = max(left, key=lambda s: s.shipped_at or at)
        planned = self._first_pickup.get(last.shipment_id, at)
        return (last.shipped_at or at) - max(at, planned)

    def _rebooked(self, fate: Fate, at: datetime, ended: datetime) -> int:
        """All of a loss while the goods are here, a part of it while the condition lasts on the way."""
        if not fate.shipments or any(s.shipped_at is None or s.shipped_at > at for s in fate.shipments):
            return fate.loss_cents()
        return fate.loss_cents() * SAVED_ON_THE_WAY_BP // ALL_BP if at < ended else 0


def _saved(fate: Fate, earlier_by: timedelta) -> int:
    if earlier_by <= timedelta():
        return 0
    return fate.loss_cents() - fate.loss_cents(earlier_by)


def _could_leave(fate: Fate, at: datetime) -> bool:
    """Whether goods from elsewhere, sent at ``at``, would have come by the promise."""
    return at + 2 * DAY <= fate.promised_at


def _share(fates: Iterable[Fate], share_bp: int, at: datetime, ended: datetime) -> int:
    """A share of all losses, as long as there is something to be done."""
    return sum(fate.loss_cents() for fate in fates) * share_bp // ALL_BP if at < ended else 0


def _last_hour(saved: Callable[[datetime], int], most: int, onset: datetime, ended: datetime) -> datetime:
    """The last hour at which acting still saves half of what acting at once would have."""
    low, high = 0, max(0, (ended - onset) // HOUR)
    while low < high:
        middle = (low + high + 1) // 2
        if 2 * saved(onset + middle * HOUR) >= most:
            low = middle
        else:
            high = middle - 1
    return onset + low * HOUR
