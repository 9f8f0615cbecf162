"""Moves units of an order line to other warehouses: Tryton's shipments are split and sent from elsewhere.

The shipments touched carry the command's key in their reference, written first and under lock: a second
writer fails there, and a run that was cut off is taken up where it stopped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from connectors.tryton.saga import Saga, lock_on, refusal
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, links, number, optional_text, reference, text, whole

_SHIPMENT = "stock.shipment.out"
_MOVABLE = frozenset({"draft", "waiting", "assigned"})
_TAG = re.compile(r"\s*\bCT:\S+")
_SHIPMENT_FIELDS = ("state", "warehouse", "reference", "number")
_MOVE_FIELDS = ("origin", "shipment", "state", "quantity", "internal_quantity", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMove:
    """Units of the line inside a shipment that has not left, in the item's unit."""

    move: int
    shipment: int
    warehouse: int
    quantity: int
    tagged: bool


class Redistribution:
    """Brings ``wanted`` units of a line to warehouses, taking them from the warehouse ``start``."""

    def __init__(self, saga: Saga, *, line: int, start: int, wanted: dict[int, int]) -> None:
        """Nothing is read yet; ``wanted`` maps warehouse to units."""
        self._saga = saga
        self._line = line
        self._start = start
        self._wanted = wanted
        self._tag = f"CT:{saga.command.key}"

    def is_done(self) -> bool:
        """Whether all units are where they were wanted, and assigned there.

        A shipment that only waits may not have been asked to assign its stock yet: not done.
        """
        shipments = self._shipments()
        tagged = [row for row in shipments.values() if self._is_tagged(row)]
        settled = all(row["state"] not in {"draft", "waiting"} for row in tagged)
        return bool(tagged) and settled and not self._missing(self._moves(shipments))

    def run(self) -> str:
        """Do it, or the rest of it, and tell what ships from where.

        Raises:
            RefusedError: there are not that many open units, or Tryton refused a step.
            ConflictError: somebody changed the shipment meanwhile.
        """
        shipments = self._shipments()
        moves = self._moves(shipments)
        if not any(self._is_tagged(row) for row in shipments.values()):
            self._saga.check_expected()
            self._require_enough(moves)
        for warehouse in self._wanted:
            while missing := self._missing(moves).get(warehouse, 0):
                self._take(self._best_source(moves, missing), missing, warehouse)
                shipments = self._shipments()
                moves = self._moves(shipments)
        self._settle(shipments)
        return self._summary()

    def _is_tagged(self, shipment: Row) -> bool:
        return self._tag in optional_text(shipment, "reference").split()

    def _shipments(self) -> dict[int, Row]:
        sale = self._saga.row("sale.sale", self._saga.target.row_id, "shipments")
        rows = self._saga.client.read(_SHIPMENT, links(sale, "shipments"), [*_SHIPMENT_FIELDS, "_timestamp"])
        return {link(row, "id"): row for row in rows}

    def _moves(self, shipments: dict[int, Row]) -> list[OpenMove]:
        found = self._saga.client.search_read(
            "stock.move", [["origin", "=", f"sale.line,{self._line}"]], _MOVE_FIELDS
        )
        moves: list[OpenMove] = []
        for row in found:
            target = reference(row, "shipment")
            shipment = shipments.get(target[1]) if target and target[0] == _SHIPMENT else None
            if shipment is not None and shipment["state"] in _MOVABLE:
                moves.append(
                    OpenMove(
                        move=link(row, "id"),
                        shipment=link(shipment, "id"),
                        warehouse=link(shipment, "warehouse"),
                        quantity=whole(number(row, "internal_quantity"), "quantity"),
                        tagged=self._is_tagged(shipment),
                    )
                )
        return moves

    def _missing(self, moves: list[OpenMove]) -> dict[int, int]:
        """Units still to bring to each warehouse; what this command brought is known by its key."""
        brought: dict[int, int] = defaultdict(int)
        for each in moves:
            if each.tagged:
                brought[each.warehouse] += each.quantity
        missing = {warehouse: units - brought[warehouse] for warehouse, units in self._wanted.items()}
        return {warehouse: units for warehouse, units in missing.items() if units > 0}

    def _require_enough(self, moves: list[OpenMove]) -> None:
        there = sum(each.quantity for each in moves if each.warehouse == self._start)
        needed = sum(self._wanted.values())
        if there < needed:
            name = self._name_of(self._start)
            raise refusal(f"Only {there} units of the line still ship from {name}; {needed} were to move.")

    def _best_source(self, moves: list[OpenMove], units: int) -> OpenMove:
        """The move to take from: one that an earlier run prepared, then an exact fit, then the largest."""
        there = [each for each in moves if each.warehouse == self._start]
        if not there:
            raise refusal(f"Nothing of the line ships from {self._name_of(self._start)} any more.")
        return max(there, key=lambda m: (m.tagged and m.quantity == units, m.quantity == units, m.quantity))

    def _take(self, source: OpenMove, units: int, warehouse: int) -> None:
        """Bring up to ``units`` of a move to a warehouse, in a shipment of their own."""
        saga, client = self._saga, self._saga.client
        self._mark_and_open(source.shipment)
        if units < source.quantity:
            self._split_move(source, units)
        inside = client.search(
            "stock.move",
            [["shipment", "=", f"{_SHIPMENT},{source.shipment}"], ["origin", "like", "sale.line,%"]],
        )
        if len(inside) > 1:
            saga.act(
                client.wizard,
                "stock.shipment.split",
                model=_SHIPMENT,
                record=source.shipment,
                state="split",
                form={"moves": [source.move], "domain_moves": inside},
            )
        target = reference(saga.row("stock.move", source.move, "shipment"), "shipment")
        site = saga.row("stock.location", warehouse, "storage_location", "output_location")
        output = link(site, "output_location")
        values: Row = {
            "warehouse": warehouse,
            "warehouse_storage": link(site, "storage_location"),
            "warehouse_output": output,
            "moves": [["write", [source.move], {"from_location": output}]],
        }
        saga.act(client.write, _SHIPMENT, [target[1] if target else source.shipment], values)

    def _mark_and_open(self, shipment: int) -> None:
        """Write the key into the shipment, under lock, and make it a draft."""
        row = self._saga.row(_SHIPMENT, shipment, *_SHIPMENT_FIELDS)
        if not self._is_tagged(row):
            kept = _TAG.sub("", optional_text(row, "reference"))
            marked: Row = {"reference": f"{kept} {self._tag}".strip()}
            lock = lock_on(_SHIPMENT, row)
            self._saga.act(self._saga.client.write, _SHIPMENT, [shipment], marked, lock=lock)
        state = text(row, "state")
        if state in {"waiting", "assigned"}:
            # ``draft`` alone leaves the picking moves of a partly assigned shipment behind.
            self._press("wait", shipment)
            self._press("draft", shipment)

    def _split_move(self, source: OpenMove, units: int) -> None:
        """Leave ``units`` in the move; the rest becomes another move of the same shipment."""
        row = self._saga.row("stock.move", source.move, "unit", "quantity", "internal_quantity")
        per_stock_unit = number(row, "quantity") / number(row, "internal_quantity")
        form: Row = {"quantity": float(units * per_stock_unit), "unit": link(row, "unit"), "count": 1}
        self._saga.act(
            self._saga.client.wizard,
            "stock.move.split",
            model="stock.move",
            record=source.move,
            state="split",
            form=form,
        )

    def _settle(self, shipments: dict[int, Row]) -> None:
        """Have every shipment of this command wait for its stock and take what there is."""
        for each, row in sorted(shipments.items()):
            if self._is_tagged(row) and row["state"] == "draft":
                self._press("wait", each)
        for each, row in sorted(shipments.items()):
            if self._is_tagged(row) and row["state"] in _MOVABLE - {"assigned"}:
                self._press("assign_try", each)

    def _press(self, button: str, shipment: int) -> None:
        self._saga.act(self._saga.client.press, _SHIPMENT, button, [shipment])

    def _summary(self) -> str:
        shipments = self._shipments()
        parts = []
        for each in sorted(self._moves(shipments), key=lambda m: m.move):
            row = shipments[each.shipment]
            parts.append(
                f"{each.quantity} from {self._name_of(each.warehouse)}"
                f" (shipment {optional_text(row, 'number')}, {row['state']})"
            )
        return "now ships " + ", ".join(parts)

    def _name_of(self, warehouse: int) -> str:
        row = self._saga.reference_data.warehouses.get(warehouse, {})
        return optional_text(row, "name") or f"warehouse {warehouse}"
