"""The situations of the loop, and what the clerk sees of them in Tryton with a client of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from app.tower import Tower
from domain.commands import RebookCarrier
from tests.support import tryton_scenarios as scenarios
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_scenarios import LateInbound, Order
from tests.support.tryton_seed import Distributor


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Everything that goes wrong on the day of the test."""

    held: Order
    short: Order
    scattered: Order
    late: LateInbound
    mispriced: Order
    slow: Order

    @property
    def expected(self) -> dict[str, tuple[str, str]]:
        """The case that each must give: its code and entity."""
        return {
            "held": ("OE-CREDIT", f"sale-{self.held.sale}"),
            "short": ("AL-IMBALANCE", f"line-{self.short.lines[0]}"),
            "scattered": ("AL-IMBALANCE", f"line-{self.scattered.lines[0]}"),
            "late": ("AL-PO-LATE", f"in-{self.late.moves[0]}"),
            "waiting": ("AL-SHORT", f"line-{self.late.order.lines[0]}"),
            "mispriced": ("OE-PRICE", f"line-{self.mispriced.lines[0]}"),
            "slow": ("TR-ETA-LATE", f"out-{self.slow.shipments[0]}"),
        }

    @property
    def noted_on(self) -> dict[str, str]:
        """Where Tryton keeps what was done about each, as ``model,id``."""
        return {
            "held": f"sale.sale,{self.held.sale}",
            "short": f"sale.sale,{self.short.sale}",
            "scattered": f"sale.sale,{self.scattered.sale}",
            "late": f"purchase.purchase,{self.late.purchase}",
            "mispriced": f"sale.sale,{self.mispriced.sale}",
            "slow": f"stock.shipment.out,{self.slow.shipments[0]}",
        }


def make_trouble(clerk: TrytonRpc, distributor: Distributor) -> Trouble:
    """Have the clerk enter all of it."""
    return Trouble(
        held=scenarios.credit_hold(clerk, distributor),
        short=scenarios.shortage(clerk, distributor),
        scattered=scenarios.split_needed(clerk, distributor),
        late=scenarios.late_inbound(clerk, distributor),
        mispriced=scenarios.wrong_price(clerk, distributor),
        slow=scenarios.carrier_to_change(clerk, distributor),
    )


def ships_from(clerk: TrytonRpc, order: Order) -> dict[str, int]:
    """Units of the first line of an order by the warehouse whose shipment holds them."""
    domain = [["origin", "=", f"sale.line,{order.lines[0]}"], ["state", "!=", "cancelled"]]
    units: Counter[str] = Counter()
    for move in clerk.find("stock.move", domain, "shipment", "quantity"):
        shipment = int(move["shipment"].partition(",")[2])
        warehouse = clerk.read("stock.shipment.out", shipment, "warehouse")["warehouse"]
        units[clerk.read("stock.location", warehouse, "code")["code"]] += int(move["quantity"])
    return dict(units)


def units_to_pick(clerk: TrytonRpc, order: Order) -> int:
    """Units of an order in picking moves, cancelled ones aside: each is to be picked once."""
    shipments = scenarios.read_order(clerk, order.sale).shipments
    targets = [f"stock.shipment.out,{each}" for each in shipments]
    domain = [["shipment", "in", targets], ["state", "!=", "cancelled"]]
    rows = clerk.find("stock.move", domain, "origin", "quantity")
    return sum(int(row["quantity"]) for row in rows if row["origin"].startswith("stock.move,"))


def carrier_of(clerk: TrytonRpc, order: Order) -> int:
    """The carrier of the order's first shipment."""
    carrier: int = clerk.read("stock.shipment.out", order.shipments[0], "carrier")["carrier"]
    return carrier


def approved_carrier(tower: Tower, action_id: str) -> int:
    """The carrier an approved rebooking is for: which one is best depends on the day of the week."""
    [command] = tower.parts.ledger.approval(action_id).proposal.terms.commands
    assert isinstance(command.action, RebookCarrier)
    return int(command.action.service_id.removeprefix("carrier-"))


def sale_state(clerk: TrytonRpc, order: Order) -> str:
    """The state of an order, in Tryton's word."""
    state: str = clerk.read("sale.sale", order.sale, "state")["state"]
    return state


def unit_price(clerk: TrytonRpc, order: Order) -> str:
    """The unit price of the first line, in dollars."""
    return f"{clerk.read('sale.line', order.lines[0], 'unit_price')['unit_price']:.2f}"


def times_done(clerk: TrytonRpc, target: str, action_id: str) -> int:
    """How often a record (``model,id``) says that the command of this approval was carried out on it."""
    notes = clerk.find("ir.note", [["resource", "=", target]], "message")
    return sum(note["message"].startswith(f"[{action_id}-1] done:") for note in notes)
