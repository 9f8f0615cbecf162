"""Which rules make which model; an explanation screen can list them as they are."""

from __future__ import annotations

from optimization.constraints import (
    booking,
    carriers,
    commitments,
    completeness,
    demand,
    freight,
    picking,
    service,
    shipping,
    stock,
)
from optimization.constraints.rule import Rule
from optimization.constraints.variables import BookingVariables, ReallocationVariables

REALLOCATION_RULES: tuple[Rule[ReallocationVariables], ...] = (
    demand.FILL_OR_LEAVE,
    demand.UNFILLED_PENALTY,
    shipping.UNITS_NEED_A_SHIPMENT,
    shipping.SHIPMENT_COST,
    shipping.SHIPMENT_LIMIT,
    stock.STOCK_BY_DAY,
    picking.PICK_CAPACITY,
    completeness.SHIP_COMPLETE,
    commitments.FIRM_UNITS_STAY,
    commitments.CHANGE_COST,
    service.LAST_SHIP_DAY,
    service.LATE_PENALTY,
    freight.UNIT_FREIGHT,
    freight.SUBSTITUTION_COST,
)

BOOKING_RULES: tuple[Rule[BookingVariables], ...] = (
    booking.ONE_BOOKING_OR_NONE,
    booking.CARRIER_RATE,
    booking.LATE_DELIVERY,
    booking.REBOOKING_COST,
    booking.UNBOOKED_PENALTY,
    carriers.PICKUP_LIMIT,
    carriers.WEIGHT_LIMIT,
    carriers.CONTRACT_MINIMUM,
)
