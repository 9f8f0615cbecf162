"""Commands on one customer shipment: another carrier or day, fewer units, cancelled and planned anew."""

from __future__ import annotations

from datetime import date, datetime

from connectors.tryton import keys
from connectors.tryton.saga import Saga, lock_on, refusal
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, links, number, optional_text, reference, text, whole
from domain.commands import RebookCarrier, RecoverShipment, RescheduleShipment, ShipShort

_SHIPMENT = "stock.shipment.out"
_NOT_PACKED = frozenset({"draft", "waiting", "assigned", "picked"})
_NOT_PICKED = frozenset({"draft", "waiting", "assigned"})
_ON_ITS_WAY = frozenset({"picked", "packed", "shipped", "done"})


def day_of(saga: Saga, at: datetime) -> date:
    """The company's day of an instant."""
    return at.astimezone(saga.reference_data.zone()).date()


def _pickup_day(saga: Saga, action: RebookCarrier) -> date | None:
    return None if action.pickup_at is None else day_of(saga, action.pickup_at)


def is_rebooked(saga: Saga, action: RebookCarrier) -> bool:
    """Whether the shipment has that carrier, and that day if one is asked for."""
    row = saga.row(_SHIPMENT, saga.target.row_id, "carrier", "planned_date", "state")
    wanted = keys.number_of(keys.CARRIER, action.service_id)
    day = _pickup_day(saga, action)
    return row["carrier"] == wanted and day in {None, row["planned_date"]} and not _is_half_moved(saga, row)


def rebook(saga: Saga, action: RebookCarrier) -> str:
    """Give an unpacked shipment another carrier, and another day if asked."""
    shipment = saga.target.row_id
    row = saga.row(_SHIPMENT, shipment, "state", "carrier", "planned_date")
    carrier, day = keys.number_of(keys.CARRIER, action.service_id), _pickup_day(saga, action)
    if text(row, "state") not in _NOT_PACKED:
        if row["carrier"] == carrier:
            return "the carrier was changed already"
        raise refusal(f"The shipment is {row['state']} in Tryton; its carrier can no longer be changed.")
    resumed = saga.noted("begun") is not None
    if row["carrier"] == carrier and day in {None, row["planned_date"]} and not resumed:
        return "the carrier was changed already"
    if not resumed:
        saga.check_expected()
    if row["carrier"] != carrier:
        lock = lock_on(_SHIPMENT, row)
        saga.act(saga.client.write, _SHIPMENT, [shipment], {"carrier": carrier}, lock=lock)
    if resumed or (day is not None and day != row["planned_date"]):
        _move_to(saga, shipment, text(row, "state"), day)
    return f"carrier changed to {saga.reference_data.carriers[carrier]['name']}"


def is_rescheduled(saga: Saga, action: RescheduleShipment) -> bool:
    """Whether the shipment goes on that day."""
    row = saga.row(_SHIPMENT, saga.target.row_id, "planned_date", "state")
    return row["planned_date"] == day_of(saga, action.pickup_at) and not _is_half_moved(saga, row)


def reschedule(saga: Saga, action: RescheduleShipment) -> str:
    """Give a shipment that is not being picked another day."""
    shipment, day = saga.target.row_id, day_of(saga, action.pickup_at)
    row = saga.row(_SHIPMENT, shipment, "state", "planned_date")
    resumed = saga.noted("begun") is not None
    if row["planned_date"] == day and not resumed:
        return "the shipment was planned for that day already"
    if text(row, "state") not in _NOT_PACKED:
        raise refusal(f"The shipment is {row['state']} in Tryton; its day can no longer be changed.")
    if not resumed:
        saga.check_expected()
    _move_to(saga, shipment, text(row, "state"), day)
    return f"shipment planned for {day.isoformat()}"


def _is_half_moved(saga: Saga, shipment: Row) -> bool:
    """Whether its day was changed, and it may not have been asked to take its stock again yet."""
    return saga.noted("begun") is not None and shipment["state"] in {"draft", "waiting"}


def _move_to(saga: Saga, shipment: int, state: str, day: date | None) -> None:
    """Give an unpacked shipment another day: only a draft takes one, then it is assigned again."""
    if state == "picked":
        raise refusal("The shipment is being picked in Tryton; its day can no longer be changed.")
    if saga.noted("begun") is None:
        saga.note("begun", state)
    # ``draft`` alone would leave the picking moves of a partly assigned shipment behind: wait first.
    for button in ("wait", "draft") if state != "draft" else ():
        saga.act(saga.client.press, _SHIPMENT, button, [shipment])
    saga.act(saga.client.write, _SHIPMENT, [shipment], {"planned_date": day})
    for button in ("wait", "assign_try"):
        saga.act(saga.client.press, _SHIPMENT, button, [shipment])


def is_shipped_short(saga: Saga, action: ShipShort) -> bool:
    """Whether this command's shipment was picked."""
    del action
    state = saga.row(_SHIPMENT, saga.target.row_id, "state")["state"]
    return saga.noted("begun") is not None and state in _ON_ITS_WAY


def ship_short(saga: Saga, action: ShipShort) -> str:
    """Pick fewer units of a line than the shipment was to have; Tryton plans the rest anew by itself."""
    shipment, line = saga.target.row_id, keys.number_of(keys.SALE_LINE, action.line_id)
    row = saga.row(_SHIPMENT, shipment, "state")
    if is_shipped_short(saga, action):
        return f"{action.quantity} units were picked already"
    if text(row, "state") not in _NOT_PICKED:
        raise refusal(f"The shipment is {row['state']} in Tryton; it can no longer be picked short.")
    outgoing = _moves(
        saga, [["shipment", "=", f"{_SHIPMENT},{shipment}"], ["origin", "=", f"sale.line,{line}"]]
    )
    there = sum(_units(move) for move in outgoing)
    if action.quantity >= there:
        raise refusal(f"The shipment holds {there} units of the line; {action.quantity} would not be short.")
    lock = None
    if saga.noted("begun") is None:
        saga.check_expected()
        saga.note("begun", f"{action.quantity} of {there}")
        lock = lock_on(_SHIPMENT, row)
    # Waiting has Tryton lay out the picking anew and in full, whatever an earlier run left.
    saga.act(saga.client.press, _SHIPMENT, "wait", [shipment], lock=lock)
    origins = [f"stock.move,{link(move, 'id')}" for move in outgoing]
    _cut_down(saga, _moves(saga, [["origin", "in", origins]]), action.quantity)
    saga.act(saga.client.press, _SHIPMENT, "assign_try", [shipment])
    if saga.row(_SHIPMENT, shipment, "state")["state"] != "assigned":
        saga.act(saga.client.press, _SHIPMENT, "wait", [shipment])
        raise refusal("Tryton has no stock for that many units, or for the other lines of the shipment.")
    saga.act(saga.client.press, _SHIPMENT, "pick", [shipment])
    return f"{action.quantity} of {there} units picked, the rest follows"


def _moves(saga: Saga, domain: list[object]) -> list[Row]:
    return saga.client.search_read("stock.move", domain, ["quantity", "internal_quantity", "origin", "state"])


def _units(move: Row) -> int:
    return whole(number(move, "internal_quantity"), "quantity")


def _cut_down(saga: Saga, picks: list[Row], wanted: int) -> None:
    """Have picking moves bring no more than ``wanted`` units together."""
    left = wanted
    for pick in picks:
        units = _units(pick)
        taken = min(units, left)
        left -= taken
        if taken != units:
            per_unit = number(pick, "quantity") / number(pick, "internal_quantity")
            values: Row = {"quantity": float(taken * per_unit)}
            saga.act(saga.client.write, "stock.move", [link(pick, "id")], values)


def is_recovered(saga: Saga, action: RecoverShipment) -> bool:
    """Whether the shipment is cancelled and its goods are planned elsewhere."""
    del action
    state = saga.row(_SHIPMENT, saga.target.row_id, "state")["state"]
    return state == "cancelled" and not _left_over(saga)


def recover(saga: Saga, action: RecoverShipment) -> str:
    """Cancel a shipment and have the order make another one of its goods."""
    del action
    shipment = saga.target.row_id
    row = saga.row(_SHIPMENT, shipment, "state", "number")
    state = text(row, "state")
    if saga.noted("begun") is None:
        if state not in _NOT_PICKED:
            raise refusal(f"The shipment is {state} in Tryton; only one that is not picked is planned anew.")
        saga.check_expected()
        saga.note("begun", state)
    if state != "cancelled":
        saga.act(saga.client.press, _SHIPMENT, "cancel", [shipment], lock=lock_on(_SHIPMENT, row))
    for sale, moves in sorted(_left_over(saga).items()):
        form: Row = {"recreate_moves": moves, "ignore_moves": [], "domain_moves": moves}
        saga.act(
            saga.client.wizard,
            "sale.handle.shipment.exception",
            model="sale.sale",
            record=sale,
            state="handle",
            form=form,
            view="ask",
        )
    return f"shipment {optional_text(row, 'number')} cancelled, its goods planned anew"


def _left_over(saga: Saga) -> dict[int, list[int]]:
    """The cancelled moves of the shipment that no order has planned anew, by order."""
    found = _moves(
        saga,
        [
            ["shipment", "=", f"{_SHIPMENT},{saga.target.row_id}"],
            ["origin", "like", "sale.line,%"],
            ["state", "=", "cancelled"],
        ],
    )
    line_of = {link(move, "id"): target[1] for move in found if (target := reference(move, "origin"))}
    rows = saga.client.read(
        "sale.line", sorted(set(line_of.values())), ["sale", "moves_recreated", "moves_ignored"]
    )
    lines = {link(line, "id"): line for line in rows}
    left: dict[int, list[int]] = {}
    for move, line_id in sorted(line_of.items()):
        line = lines[line_id]
        if move not in links(line, "moves_recreated") and move not in links(line, "moves_ignored"):
            left.setdefault(link(line, "sale"), []).append(move)
    return left
