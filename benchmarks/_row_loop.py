"""Six archetype rules as a plain Python loop over dicts would find them: the baseline of the benchmark.

Rows are dicts by primary key, loaded beforehand; whatever else a rule needs it groups and looks up itself.
Each function gives the keys that the rule of the tower must find too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from app.detection.pegging import Demand, Supply, shortfalls, waiting_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from app.detection.policy_set import PolicySet

Row = dict[str, Any]
Table = dict[str, Row]
Keys = set[tuple[str, ...]]
HOUR = 3_600_000
OPEN = frozenset({"entered", "confirmed", "released"})
TABLES = {
    "sales_order": "id customer_id status credit_status ship_from_node_id deleted_at",
    "order_line": """id order_id item_id node_id ordered_quantity shipped_quantity unit_price_cents
                     promised_at cancelled price_approved deleted_at""",
    "allocation": "id line_id item_id node_id quantity status deleted_at",
    "inventory_position": "id item_id node_id on_hand_quantity deleted_at",
    "inbound_supply": """id item_id node_id ordered_quantity received_quantity due_at eta_at cancelled
                         deleted_at""",
    "contract_price": "id customer_id item_id unit_price_cents valid_from valid_until deleted_at",
    "item": "id list_price_cents category deleted_at",
    "customer": "id tier deleted_at",
    "pick_task": "id order_id line_id node_id wave_id status due_at work_minutes deleted_at",
    "shipment": """id status eta_at window_end_at planned_pickup_at shipped_at scac service_id deleted_at""",
    "milestone": "id shipment_id code happened_at deleted_at",
    "carrier_service": "id transit_days",
    "invoice": "id shipment_id status deleted_at",
    "proof_of_delivery": "id shipment_id deleted_at",
}
CHILDREN = {
    "invoice_line": "invoice_id line_id quantity credited_quantity",
    "pod_line": "pod_id line_id delivered_quantity condition",
}


class RowLoop:
    """All rows in memory, and the rules as loops over them."""

    def __init__(self, connection: Connection, policy: PolicySet, *, now_ms: int) -> None:
        """Load the rows."""
        self.policy = policy
        self.now_ms = now_ms
        self.tables: dict[str, Table] = {
            name: {row["id"]: row for row in _rows(connection, name, columns)}
            for name, columns in TABLES.items()
        }
        self.children = {name: list(_rows(connection, name, columns)) for name, columns in CHILDREN.items()}
        self._groups: dict[tuple[str, str], tuple[list[Demand], int, list[Supply], Any]] = {}

    def _alive(self, name: str) -> Iterable[Row]:
        return (row for row in self.tables[name].values() if row["deleted_at"] is None)

    def _open_line(self, line: Row) -> bool:
        shipped = line["shipped_quantity"] >= line["ordered_quantity"]
        return line["deleted_at"] is None and not line["cancelled"] and not shipped

    def price_mismatch(self) -> Keys:
        """OE-PRICE: a row predicate with a look-up of the agreed price; by line."""
        agreed: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for price in self._alive("contract_price"):
            ended = price["valid_until"] is not None and price["valid_until"] <= self.now_ms
            if price["valid_from"] <= self.now_ms and not ended:
                agreed[price["customer_id"], price["item_id"]].append(price)
        found: Keys = set()
        for line in self.tables["order_line"].values():
            order = self.tables["sales_order"].get(line["order_id"])
            if order is None or order["deleted_at"] is not None or order["status"] not in OPEN:
                continue
            if line["price_approved"] or not self._open_line(line):
                continue
            contracts = agreed.get((order["customer_id"], line["item_id"]))
            if contracts:
                best = min(contracts, key=lambda price: (-price["valid_from"], price["id"]))
                price_cents = best["unit_price_cents"]
            else:
                price_cents = self.tables["item"][line["item_id"]]["list_price_cents"]
            if price_cents > 0 and self._beyond_tolerance(line, order, price_cents):
                found.add((line["id"],))
        return found

    def _beyond_tolerance(self, line: Row, order: Row, price_cents: int) -> bool:
        gap = abs(line["unit_price_cents"] - price_cents)
        if not gap:
            return False
        tier = self.tables["customer"][order["customer_id"]]["tier"]
        category = self.tables["item"][line["item_id"]]["category"]
        allowed = self.policy.decide("price_tolerance", tier=tier, category=category)
        share = gap * 10_000 > allowed["tolerance_bp"] * price_cents
        return bool(share and gap * line["ordered_quantity"] > allowed["tolerance_cents"])

    def short_lines(self) -> Keys:
        """AL-SHORT and AL-IMBALANCE: pegging over groups of item and node; by line and node."""
        self._groups = {}
        found: Keys = set()
        stock: dict[tuple[str, str], int] = defaultdict(int)
        for position in self._alive("inventory_position"):
            stock[position["item_id"], position["node_id"]] += position["on_hand_quantity"]
        coming: dict[tuple[str, str], list[Supply]] = defaultdict(list)
        for row in self._alive("inbound_supply"):
            units = row["ordered_quantity"] - row["received_quantity"]
            if not row["cancelled"] and units > 0:
                supply = Supply(row["id"], units, row["due_at"], row["eta_at"])
                coming[row["item_id"], row["node_id"]].append(supply)
        for group, demands in self._demand().items():
            demands.sort(key=lambda one: (not one[1].reserved, one[0], one[1].promised_ms, one[1].line_id))
            ordered = [demand for _, demand in demands]
            there = max(0, stock.get(group, 0))
            supplies = sorted(coming.get(group, ()), key=lambda supply: supply.supply_id)
            short = shortfalls(ordered, there, supplies)
            if short:
                self._groups[group] = (ordered, there, supplies, short)
                found |= {(line_id, group[1]) for line_id in short}
        return found

    def _demand(self) -> dict[tuple[str, str], list[tuple[int, Demand]]]:
        allocated: dict[str, list[Row]] = defaultdict(list)
        for allocation in self._alive("allocation"):
            allocated[allocation["line_id"]].append(allocation)
        groups: dict[tuple[str, str], list[tuple[int, Demand]]] = defaultdict(list)
        for line in self.tables["order_line"].values():
            order = self.tables["sales_order"].get(line["order_id"])
            if order is None or order["deleted_at"] is not None or not self._open_line(line):
                continue
            if order["status"] not in {"confirmed", "released"} or order["credit_status"] == "hold":
                continue
            tier = self.tables["customer"][order["customer_id"]]["tier"]
            left = line["ordered_quantity"] - line["shipped_quantity"]
            for row in allocated.get(line["id"], ()):
                left -= row["quantity"]
                reserved = row["status"] == "reserved"
                demand = Demand(line["id"], row["quantity"], reserved, line["promised_at"])
                groups[row["item_id"], row["node_id"]].append((tier, demand))
            if left > 0:
                demand = Demand(line["id"], left, False, line["promised_at"])
                groups[line["item_id"], line["node_id"] or order["ship_from_node_id"]].append((tier, demand))
        return groups

    def late_supply(self) -> Keys:
        """AL-PO-LATE: late inbound to the lines that wait for it; by supply and line; after pegging."""
        late_ms = self.policy.setting("inbound_late_hours") * HOUR
        return {
            (supply.supply_id, line_id)
            for demands, there, supplies, short in self._groups.values()
            for supply in supplies
            if supply.eta_ms - supply.due_ms >= late_ms
            for line_id in waiting_for(supply, demands, there, supplies, short)
        }

    def late_starts(self) -> Keys:
        """WH-LATE-START: a pick that time alone makes late; by node and wave."""
        found: Keys = set()
        for task in self._alive("pick_task"):
            latest = task["due_at"] - task["work_minutes"] * 60_000
            if task["status"] != "released" or not task["wave_id"] or latest > self.now_ms:
                continue
            order = self.tables["sales_order"].get(task["order_id"])
            line = self.tables["order_line"].get(task["line_id"])
            gone = order is not None and order["status"] in {"shipped", "invoiced", "cancelled"}
            if not gone and not (line is not None and line["cancelled"]):
                found.add((f"{task['node_id']}|{task['wave_id']}",))
        return found

    def late_or_silent(self) -> Keys:
        """TR-ETA-LATE and TR-GAP: an ETA after the window, or no milestone for too long; by shipment."""
        last: dict[str, Row] = {}
        for step in self._alive("milestone"):
            known = last.get(step["shipment_id"])
            if known is None or (step["happened_at"], step["id"]) > (known["happened_at"], known["id"]):
                last[step["shipment_id"]] = step
        found: Keys = set()
        for shipment in self._alive("shipment"):
            moving = shipment["status"] in {"planned", "booked", "packed", "in_transit"}
            eta = shipment["eta_at"]
            late = moving and eta is not None and eta > shipment["window_end_at"]
            if late or self._silent(shipment, last.get(shipment["id"])):
                found.add((shipment["id"],))
        return found

    def _silent(self, shipment: Row, step: Row | None) -> bool:
        if shipment["status"] != "in_transit":
            return False
        heard = shipment["shipped_at"] or shipment["planned_pickup_at"]
        code = None
        if step is not None:
            heard, code = step["happened_at"], step["code"]
        if code in {"delivered", "returned"}:
            return False
        days = self.tables["carrier_service"][shipment["service_id"]]["transit_days"]
        answer = self.policy.decide("milestone_gap", milestone=code, scac=shipment["scac"], transit_days=days)
        least, most = self.policy.setting("gap_least_hours"), self.policy.setting("gap_most_hours")
        hours: int = min(max(answer["hours"], least), most)
        return bool(heard + hours * HOUR <= self.now_ms)

    def unmatched_bills(self) -> Keys:
        """IN-POD-MISMATCH: shipped, billed and signed for do not agree; by invoice."""
        signed: dict[tuple[str, str], int] = defaultdict(int)
        delivered: set[str] = set()
        shipment_of: dict[str, str] = {}
        for pod in self._alive("proof_of_delivery"):
            shipment_of[pod["id"]] = pod["shipment_id"]
            delivered.add(pod["shipment_id"])
        for part in self.children["pod_line"]:
            shipment_id = shipment_of.get(part["pod_id"])
            if shipment_id is not None and part["condition"] == "good":
                signed[shipment_id, part["line_id"]] += part["delivered_quantity"]
        billed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for part in self.children["invoice_line"]:
            billed[part["invoice_id"]][part["line_id"]] += part["quantity"] - part["credited_quantity"]
        found: Keys = set()
        for invoice in self._alive("invoice"):
            shipment_id = invoice["shipment_id"]
            if invoice["status"] not in {"posted", "paid"} or shipment_id not in delivered:
                continue
            lines = billed[invoice["id"]]
            if any(units > signed.get((shipment_id, line), 0) for line, units in lines.items()):
                found.add((invoice["id"],))
        return found


def _rows(connection: Connection, table: str, columns: str) -> Iterable[Row]:
    names = columns.split()
    query = f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608 - names of this file
    return (dict(zip(names, row, strict=True)) for row in connection.exec_driver_sql(query))
