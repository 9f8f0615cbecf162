"""What becomes of bookings in a world that lost a carrier or a lane: figures, a sentence, rows that flip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from views.formatting import count, counted, day_and_month, money, money_delta
from views.language import tr
from views.what_if.state import Figure, FigureRow, FlipRow, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.services.what_if.brief import BaselineBrief
    from app.services.what_if.outcome import WorldAnswer
    from app.services.what_if.rebooking import Rebooked, Rebooking

#: What tells a shipment's row from a line's.
BOOKING: Final = "booking:"


def booking_figures(worlds: Sequence[WorldAnswer], currency: str) -> tuple[FigureRow, ...]:
    """The rows about bookings; none where no world loses any."""
    found = [world.rebooking for world in worlds]
    if not any(each.rows for each in found if each is not None):
        return ()
    nothing = Figure(text=count(0))
    return (
        FigureRow(
            title=tr("Bookings to make anew"),
            figures=tuple(nothing if each is None else Figure(text=count(len(each.rows))) for each in found),
            hint=tr("Shipments not picked up yet that lose their carrier or their lane."),
        ),
        FigureRow(
            title=tr("Premium freight"),
            figures=tuple(_premium(each, currency) for each in found),
            hint=tr("What other carriers ask more for them than was booked; no part of the total cost."),
        ),
        FigureRow(
            title=tr("Later or not taken"),
            figures=tuple(nothing if each is None else _worse(each) for each in found),
            hint=tr("Of them: those that come later than they would have, and those that nothing can take."),
        ),
    )


def _premium(found: Rebooking | None, currency: str) -> Figure:
    cents = 0 if found is None else found.premium_cents
    turn: Turn = "bad" if cents > 0 else "good" if cents < 0 else ""
    return Figure(text=money(0, currency), delta=money_delta(cents, currency) if cents else "", turn=turn)


def _worse(found: Rebooking) -> Figure:
    worse = found.newly_late + found.stranded
    text = f"{count(found.newly_late)} + {count(found.stranded)}" if found.stranded else count(worse)
    return Figure(text=text, turn="bad" if worse else "")


def booking_words(found: Rebooking | None, currency: str) -> str:
    """What becomes of the bookings, in a sentence; blank where none is lost."""
    if found is None:
        return ""
    if not found.rows:
        return tr("No shipment loses its booking.")
    return tr(
        "{bookings} to make anew: {premium} premium freight, {late} later, {stranded} that nothing takes.",
        bookings=counted(len(found.rows), "booking"),
        premium=money_delta(found.premium_cents, currency) if found.premium_cents else money(0, currency),
        late=count(found.newly_late),
        stranded=count(found.stranded),
    )


def booking_flips(found: Rebooking | None, brief: BaselineBrief) -> tuple[FlipRow, ...]:
    """A row for each shipment that loses its booking."""
    if found is None:
        return ()
    names = dict(brief.node_names)
    orders = {line.order_id: line.order_number for line in brief.lines}
    return tuple(_flip(row, names, orders, brief.today) for row in found.rows)


def _flip(row: Rebooked, names: Mapping[str, str], orders: Mapping[str, str], today: date) -> FlipRow:
    booked = row.booked
    worse = not row.service_id or row.late_days > booked.late_days
    turn: Turn = "bad" if worse else "good" if row.late_days < booked.late_days else ""
    after = tr("nothing takes it")
    if row.service_id:
        after = _day(row.pickup_day, row.late_days, today)
    return FlipRow(
        line_id=f"{BOOKING}{booked.shipment_id}",
        order_number=orders.get(booked.order_id, booked.order_id),
        position=0,
        sku=booked.number,
        item_name=tr("booked shipment"),
        customer=booked.customer_name,
        units=0,
        from_words=booked.scac,
        to_words=row.service_name or "—",
        before=_day(booked.pickup_day, booked.late_days, today),
        after=after,
        turn=turn,
        order_delta_cents=row.premium_cents,
        at_node=names.get(booked.node_id, booked.node_id),
        parts=(),
        why_not=tr("a booking: rebook it on its own case"),
    )


def _day(pickup_day: int, late_days: int, today: date) -> str:
    at = day_and_month(today + timedelta(days=pickup_day))
    if late_days:
        return tr("leaves {day}, {late} d late", day=at, late=late_days)
    return tr("leaves {day}, on time", day=at)


def why_booking(found: Rebooking | None, key: str, brief: BaselineBrief) -> tuple[str, ...]:
    """Why a shipment goes as it does in a world; empty where it keeps its booking."""
    shipment_id = key.removeprefix(BOOKING)
    row = next((r for r in (found.rows if found else ()) if r.booked.shipment_id == shipment_id), None)
    if row is None:
        return ()
    booked, currency = row.booked, brief.currency
    said = [
        tr(
            "Shipment {number} is booked with {carrier} for {money}.",
            number=booked.number, carrier=booked.scac, money=money(booked.freight_cents, currency),
        )
    ]  # fmt: skip
    if row.on_lane:
        said.append(tr("Its lane is lost: no carrier goes there from this node. Ship from another node."))
    elif not row.service_id:
        said.append(tr("No other carrier has room for it within the week."))
    else:
        said.append(
            tr(
                "{service} asks {money}, {delta} against the booking.",
                service=row.service_name,
                money=money(row.freight_cents, currency),
                delta=money_delta(row.premium_cents, currency),
            )
        )
        late = counted(row.late_days, "day")
        said.append(
            tr("It comes {days} after its window ends.", days=late) if row.late_days
            else tr("It still comes within its window.")
        )  # fmt: skip
        said += _other_ways(row, brief)
    return tuple(said)


def _other_ways(row: Rebooked, brief: BaselineBrief) -> list[str]:
    """What a cheaper service would have come to, and whom to ask if the chosen one declines."""
    said = []
    if row.cheaper is not None:
        said.append(
            tr(
                "{service} asks {money}, but would come {days} later; that costs more than it saves.",
                service=row.cheaper.service_name,
                money=money(row.cheaper.freight_cents, brief.currency),
                days=counted(row.cheaper.late_days - row.late_days, "day"),
            )
        )
    if row.asked_next:
        asked = (
            f"{way.service_name}, {_day(way.pickup_day, way.late_days, brief.today)}, "
            f"{money(way.freight_cents, brief.currency)}"
            for way in row.asked_next
        )
        said.append(tr("If it declines, ask {services}.", services="; ".join(asked)))
    return said
