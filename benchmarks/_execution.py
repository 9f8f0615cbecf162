"""What follows from the orders of the statistical distributor: picks, shipments, bills, returns, signals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks._bulk_rows import DAY, HOUR, NOW, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from benchmarks._distributor import Distributor, Order

_CARRIERS = [("UPSN", "UPSN-GND"), ("FDEG", "FDEG-GND"), ("ODFL", "ODFL-LTL"), ("SAIA", "SAIA-LTL")]


class Execution:
    """The warehouse, the road and the office of a distributor."""

    def __init__(self, company: Distributor) -> None:
        """Follow the orders of ``company``."""
        self.company = company
        self.chance = company.chance

    def write(
        self, connection: Connection, orders: list[Order], moving: list[Order], closed: list[Order]
    ) -> dict[str, int]:
        """Write everything that follows from open, moving and closed orders; the rows by table."""
        released = [order for order in orders if order.status == "released"]
        picked = [order for order in released if self.chance.random() < 0.5]
        booked = [order for order in picked if self.chance.random() < 0.3]
        counts = dict(self._picks(connection, picked))
        counts.update(self._transport(connection, booked, moving, closed))
        counts.update(self._bills(connection, closed))
        counts.update(self._returns(connection, [o for o in closed if self.chance.random() < 0.03]))
        counts.update(self._signals(connection, orders))
        return counts

    def _picks(self, connection: Connection, orders: list[Order]) -> Iterator[tuple[str, int]]:
        columns = """id order_id line_id item_id node_id bin_code requested_quantity picked_quantity status
                     due_at updated_at wave_id released_at work_minutes"""
        yield "pick_task", write(connection, "pick_task", columns, self._task_rows(orders))

    def _task_rows(self, orders: list[Order]) -> Iterator[tuple[Any, ...]]:
        chance = self.chance
        for order in orders:
            done = chance.random() < 0.8
            due = NOW - HOUR if not done and chance.random() < 0.005 else NOW + chance.randint(3, 20) * HOUR
            wave = f"W{chance.randrange(200):03}"
            for line_id, item, units, _ in order.lines:
                short = done and chance.random() < 0.004
                place = f"{chance.choice('ABCDEFGH')}-{item % 90:02}-{item % 40:02}"
                head = (
                    f"T{line_id}",
                    order.order_id,
                    line_id,
                    self.company.item(item),
                    order.node,
                    place,
                    units,
                )
                status = "short" if short else "done" if done else "released"
                picked = units // 2 if short else units if done else 0
                yield (*head, picked, status, due, NOW - HOUR, wave, NOW - 2 * HOUR, 10)

    def _transport(
        self, connection: Connection, booked: list[Order], moving: list[Order], closed: list[Order]
    ) -> Iterator[tuple[str, int]]:
        shipments = [self._booked(order) for order in booked]
        shipments += [self._moving(order) for order in moving]
        shipments += [self._delivered(order) for order in closed]
        columns = """id number order_id customer_id origin_node_id service_id scac freight_cost_cents
                     quote_cents zone_id status planned_pickup_at window_end_at eta_at shipped_at
                     delivered_at"""
        yield "shipment", write(connection, "shipment", columns, shipments)
        lines = (
            (f"S{order.order_id}", number, line_id, self.company.item(item), units)
            for order in (*booked, *moving, *closed)
            for number, (line_id, item, units, _) in enumerate(order.lines)
        )
        columns = "shipment_id ordinal line_id item_id quantity"
        yield "shipment_line", write(connection, "shipment_line", columns, lines)
        columns = "id shipment_id code raw_code reason_code happened_at received_at"
        yield "milestone", write(connection, "milestone", columns, self._milestone_rows(shipments))
        bookings = ((f"B{s[0]}", s[0], s[5], s[6], self._answer(s[10]), s[11] - DAY, s[7]) for s in shipments)
        columns = "id shipment_id service_id scac status booked_at cost_cents"
        yield "carrier_booking", write(connection, "carrier_booking", columns, bookings)

    def _answer(self, status: str) -> str:
        return "declined" if status == "booked" and self.chance.random() < 0.01 else "accepted"

    def _head(self, order: Order) -> tuple[Any, ...]:
        scac, service = _CARRIERS[order.customer % len(_CARRIERS)]
        cost = sum(units * price for _, _, units, price in order.lines) // 50
        name, zone = f"S{order.order_id}", f"Z{order.customer % 20:02}"
        whose = (order.order_id, f"C{order.customer:05}", order.node)
        return (name, name, *whose, service, scac, cost, cost, zone)

    def _booked(self, order: Order) -> tuple[Any, ...]:
        missed = self.chance.random() < 0.01
        pickup = NOW - 6 * HOUR if missed else NOW + self.chance.randint(8, 40) * HOUR
        end = order.promised_at + DAY
        return (*self._head(order), "booked", pickup, end, order.promised_at, None, None)

    def _moving(self, order: Order) -> tuple[Any, ...]:
        end = order.promised_at
        eta = end + 30 * HOUR if self.chance.random() < 0.04 else end - 6 * HOUR
        quiet = self.chance.random() < 0.01
        left = NOW - (70 if quiet else self.chance.randint(2, 11)) * HOUR
        return (*self._head(order), "in_transit", left, end, eta, left, None)

    def _delivered(self, order: Order) -> tuple[Any, ...]:
        end = order.promised_at
        came = end + DAY if self.chance.random() < 0.03 else end - 5 * HOUR
        return (*self._head(order), "delivered", end - 2 * DAY, end, came, end - 2 * DAY, came)

    def _milestone_rows(self, shipments: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for shipment in shipments:
            name, left, came = shipment[0], shipment[14], shipment[15]
            if left is None:
                continue
            steps = [("departed", "AF", left)]
            if came or left > NOW - DAY:
                steps.append(("in_transit", "X6", max(left, (came or NOW - HOUR) - HOUR)))
            if came:
                steps.append(("delivered", "D1", came))
            for code, raw, at in steps:
                yield f"M{name}-{raw}", name, code, raw, "NS", at, at + HOUR // 4

    def _bills(self, connection: Connection, closed: list[Order]) -> Iterator[tuple[str, int]]:
        chance, item_of = self.chance, self.company.item
        billed = [order for order in closed if chance.random() > 0.005]
        invoices = (
            (
                f"V{o.order_id}",
                f"V{o.order_id}",
                o.order_id,
                f"C{o.customer:05}",
                f"S{o.order_id}",
                o.promised_at,
            )
            for o in billed
        )
        rows = ((*invoice, "posted") for invoice in invoices)
        columns = "id number order_id customer_id shipment_id issued_at status"
        yield "invoice", write(connection, "invoice", columns, rows)
        lines = (
            (f"V{o.order_id}", n, line, item_of(item), units + 2 * (chance.random() < 0.002), price)
            for o in billed
            for n, (line, item, units, price) in enumerate(o.lines)
        )
        columns = "invoice_id ordinal line_id item_id quantity unit_price_cents"
        yield "invoice_line", write(connection, "invoice_line", columns, lines)
        signed = [order for order in closed if chance.random() > 0.01]
        pods = [(f"D{o.order_id}", f"S{o.order_id}", o.promised_at - 5 * HOUR) for o in signed]
        yield "proof_of_delivery", write(connection, "proof_of_delivery", "id shipment_id delivered_at", pods)
        delivered = (
            (f"D{o.order_id}", n, line, units - (chance.random() < 0.003))
            for o in signed
            for n, (line, _, units, _) in enumerate(o.lines)
        )
        yield (
            "pod_line",
            write(connection, "pod_line", "pod_id ordinal line_id delivered_quantity", delivered),
        )

    def _returns(self, connection: Connection, orders: list[Order]) -> Iterator[tuple[str, int]]:
        rows = []
        for order in orders:
            line_id, item, units, _ = order.lines[0]
            issued, back = order.promised_at + DAY, min(2, units)
            got = back + (self.chance.random() < 0.05)
            head = (
                f"R{order.order_id}",
                order.order_id,
                line_id,
                f"C{order.customer:05}",
                self.company.item(item),
            )
            times = (issued, issued + 30 * DAY, issued + DAY, issued + DAY, issued + DAY)
            rows.append((*head, back, got, back, *times, "WRONG", "credited", "restock", order.node))
        columns = """id order_id line_id customer_id item_id quantity received_quantity claimed_quantity
                     issued_at expected_by received_at disposed_at credited_at reason_code status
                     disposition node_id"""
        yield "return_authorisation", write(connection, "return_authorisation", columns, rows)

    def _signals(self, connection: Connection, orders: list[Order]) -> Iterator[tuple[str, int]]:
        chance, lines = self.chance, self.company.lines
        counts = []
        for n in range(lines // 200):
            place = f"{chance.choice('ABCDEFGH')}-{n % 90:02}-{n % 40:02}"
            counted = 100 if chance.random() > 0.05 else 90
            at = NOW - chance.randint(1, 60) * HOUR
            item = self.company.item(n % self.company.items)
            counts.append((f"K{n}", f"DC{n % 12:02}", place, item, 100, counted, at, 0))
        columns = "id node_id bin_code item_id system_quantity counted_quantity counted_at adjusted"
        yield "cycle_count", write(connection, "cycle_count", columns, counts)
        changes = [
            (
                f"H{o.order_id}",
                o.order_id,
                o.lines[0][0],
                "change",
                5,
                NOW - 3 * HOUR,
                "applied" if n % 50 else "open",
            )
            for n, o in enumerate(orders[::75])
        ]
        columns = "id order_id line_id change new_quantity requested_at status"
        yield "order_change", write(connection, "order_change", columns, changes)
        messages = (
            (f"E{n}", f"P{n % 50}", "850", f"{n}", "accepted" if n % 100 else "rejected", "N1", NOW - DAY)
            for n in range(lines // 50)
        )
        columns = "id partner transaction_set reference status segment received_at"
        yield "edi_message", write(connection, "edi_message", columns, messages)
        events = [("EV1", "WEA", "Storm", json.dumps(["DC03"]), json.dumps(["Z03"]), NOW - DAY, NOW + DAY)]
        columns = "id reason_code title node_ids zone_ids starts_at ends_at"
        yield "route_event", write(connection, "route_event", columns, events)
