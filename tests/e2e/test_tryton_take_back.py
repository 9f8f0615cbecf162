"""Three commands on a real Tryton: the last fails for good, the others are taken back, whoever is killed."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.decide import DecisionRequest, decide
from app.services.deliver import no_crash
from app.services.execute import Executor
from app.services.propose import propose
from domain.approval_states import ApprovalState, CommandState
from domain.approvals import Ending, Verdict
from domain.commands import Action, ReallocateLine, RebookCarrier, SetLinePrice
from domain.endings import CommandFate, EndedAs
from domain.ids import LineId, NodeId, OrderId, ServiceId, ShipmentId
from tests.support import tryton_scenarios as scenarios
from tests.support.approval_desk import Desk, TurnedClock
from tests.support.executor_room import Killed
from tests.support.tryton_company import CLERK
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_seed import Distributor, find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import SOURCE, TowerDesk

#: More turns of the executor than it takes.
MOST_ROUNDS = 12


def ships_from(clerk: TrytonRpc, line: int) -> dict[str, float]:
    """Units of a line by warehouse."""
    found: dict[str, float] = {}
    for move in clerk.find("stock.move", [["origin", "=", f"sale.line,{line}"]], "shipment", "quantity"):
        shipment = int(move["shipment"].partition(",")[2])
        warehouse = clerk.read("stock.shipment.out", shipment, "warehouse")["warehouse"]
        code = clerk.read("stock.location", warehouse, "code")["code"]
        found[code] = found.get(code, 0) + move["quantity"]
    return found


class Strikes:
    """While an approval is taken back the server dies at a write of the first step, the desk at the last."""

    def __init__(self, desk: Desk, tower: TowerDesk, server: TrytonServer) -> None:
        """Wait for those moments."""
        self._desk, self._tower, self._server = desk, tower, server
        self.struck: list[str] = []

    def __call__(self, point: str) -> None:
        """Strike when it is time, each once."""
        for row in self._desk.ledger.commands_in(CommandState.SENDING):
            step = f"{row.key[-len('2-undo-1') :]} {point}"
            if step in self.struck:
                continue
            if step == "2-undo-1 execute:sending":
                self.struck.append(step)
                self._tower.line.cut_at(3, arrives=True, then=self._server.stop)
            elif step == "1-undo-1 execute:answered":
                self.struck.append(step)
                raise Killed(point)

    def mend(self) -> None:
        """The server is started again where it is down, and some time passes."""
        self._tower.line.cut_at(None)
        if not self._tower.connector.health().reachable:
            self._server.start()
        self._desk.clock.turn(timedelta(minutes=10))


def carrier_then_warehouse_then_price(
    distributor: Distributor, slow: scenarios.Order, order_id: OrderId, line_id: LineId
) -> tuple[Action, ...]:
    """Three actions, of which Tryton refuses the last: a confirmed order keeps its prices."""
    return (
        RebookCarrier(
            shipment_id=ShipmentId(f"out-{slow.shipments[0]}"),
            service_id=ServiceId(f"carrier-{distributor.carriers['Meridian Express']}"),
            scac="MRDX",
        ),
        ReallocateLine(
            order_id=order_id,
            line_id=line_id,
            from_node_id=NodeId(f"wh-{distributor.warehouses['NEW']}"),
            to_node_id=NodeId(f"wh-{distributor.warehouses['COL']}"),
            quantity=10,
        ),
        SetLinePrice(order_id=order_id, line_id=line_id, unit_price_cents=1),
    )


@pytest.mark.parametrize("killed", [False, True])
def test_carrier_and_warehouse_are_as_they_were(server: TrytonServer, tmp_path: Path, killed: bool) -> None:
    clerk = server.rpc(CLERK)
    distributor = find_distributor(clerk)
    tower = TowerDesk(server)
    slow, short = scenarios.carrier_to_change(clerk, distributor), scenarios.shortage(clerk, distributor)
    carrier = clerk.read("stock.shipment.out", slow.shipments[0], "carrier")["carrier"]
    order_id, line_id = OrderId(f"sale-{short.sale}"), LineId(f"line-{short.lines[0]}")
    actions = carrier_then_warehouse_then_price(distributor, slow, order_id, line_id)
    desk = Desk(tmp_path, clock=TurnedClock())
    for record in tower.state("lines", "shipments").values():
        desk.facts.records[record.ref] = record
    entry = propose(desk.room, desk.people["a.moreno"], desk.request(actions=actions))
    yes = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people["j.okafor"], yes, desk.facts.fresh)
    before = ships_from(clerk, short.lines[0])

    strikes = Strikes(desk, tower, server)
    for _ in range(MOST_ROUNDS if killed else 1):
        with suppress(Killed):
            Executor(
                room=desk.room,
                connectors={SOURCE: tower.connector},
                fresh=desk.facts.fresh,
                signer=desk.people["executor@desk"],
                jitter=lambda: 0.0,
                crash=strikes if killed else no_crash,
            ).run_once()
        if desk.ledger.approval(entry.action_id).state is ApprovalState.COMPENSATED:
            break
        strikes.mend()
    assert len(strikes.struck) == (2 if killed else 0)

    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.COMPENSATED, [(row.key, row.state, row.why) for row in view.commands]
    (ending,) = (e.value for e in desk.ledger.entries_of(entry.action_id) if isinstance(e.value, Ending))
    assert ending.outcome is EndedAs.COMPENSATED
    assert [(each.key.removeprefix(entry.action_id), each.fate) for each in ending.commands] == [
        ("-1", CommandFate.SUCCEEDED),
        ("-2", CommandFate.SUCCEEDED),
        ("-3", CommandFate.REJECTED),
        ("-2-undo-1", CommandFate.SUCCEEDED),
        ("-1-undo-1", CommandFate.SUCCEEDED),
    ]
    assert clerk.read("stock.shipment.out", slow.shipments[0], "carrier")["carrier"] == carrier
    assert ships_from(clerk, short.lines[0]) == before == {"NEW": 10}
    tower.close()
    desk.close()
