"""An approval of three commands on a real Tryton: the last one fails for good, the others are taken back."""

from __future__ import annotations

from pathlib import Path

from app.services.decide import DecisionRequest, decide
from app.services.execute import Executor
from app.services.propose import propose
from domain.approval_states import ApprovalState
from domain.approvals import Ending, Verdict
from domain.commands import ReallocateLine, RebookCarrier, SetLinePrice
from domain.endings import CommandFate, EndedAs
from domain.ids import LineId, NodeId, OrderId, ServiceId, ShipmentId
from tests.support import tryton_scenarios as scenarios
from tests.support.approval_desk import Desk, TurnedClock
from tests.support.tryton_company import CLERK
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_seed import find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import SOURCE, TowerDesk


def ships_from(clerk: TrytonRpc, line: int) -> dict[str, float]:
    """Units of a line by warehouse."""
    found: dict[str, float] = {}
    for move in clerk.find("stock.move", [["origin", "=", f"sale.line,{line}"]], "shipment", "quantity"):
        shipment = int(move["shipment"].partition(",")[2])
        warehouse = clerk.read("stock.shipment.out", shipment, "warehouse")["warehouse"]
        code = clerk.read("stock.location", warehouse, "code")["code"]
        found[code] = found.get(code, 0) + move["quantity"]
    return found


def test_carrier_and_warehouse_are_as_they_were(server: TrytonServer, tmp_path: Path) -> None:
    clerk = server.rpc(CLERK)
    distributor = find_distributor(clerk)
    tower = TowerDesk(server)
    slow, short = scenarios.carrier_to_change(clerk, distributor), scenarios.shortage(clerk, distributor)
    carrier = clerk.read("stock.shipment.out", slow.shipments[0], "carrier")["carrier"]
    order_id, line_id = OrderId(f"sale-{short.sale}"), LineId(f"line-{short.lines[0]}")
    actions = (
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
        # A confirmed order keeps its prices in Tryton.
        SetLinePrice(order_id=order_id, line_id=line_id, unit_price_cents=1),
    )
    desk = Desk(tmp_path, clock=TurnedClock())
    for record in tower.state("lines", "shipments").values():
        desk.facts.records[record.ref] = record
    entry = propose(desk.room, desk.people["a.moreno"], desk.request(actions=actions))
    yes = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
    decide(desk.room, desk.people["j.okafor"], yes, desk.facts.fresh)
    before = ships_from(clerk, short.lines[0])

    Executor(
        room=desk.room,
        connectors={SOURCE: tower.connector},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 0.0,
    ).run_once()

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
