"""How often things go wrong by themselves, without any disruption: ordinary faults as "one in so many"."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """One in so many of what the name says; 0 is never.

    Order entry counts orders (``screening_hit`` and ``customs_hold`` those that leave the country,
    ``edi_reject`` those that come by EDI), stock counts order lines, supply purchases, the warehouse
    picks or shipments, transport shipments, billing invoices, returns returns. ``stranded`` counts orders
    on credit hold that have stock bound to them. ``bad_notice_hours`` is how often the supplier portal
    sends a notice nobody can read; 0 is never.
    """

    price_fault: int = 150
    incomplete: int = 200
    repeated_order: int = 400
    odd_quantity: int = 250
    early_promise: int = 300
    screening_hit: int = 8
    fraud_marks: int = 500
    forgotten_order: int = 350
    discontinued_item: int = 22
    change_request: int = 45
    edi_reject: int = 200
    early_allocation: int = 3
    stranded: int = 2
    lost_stock: int = 900
    sold_out: int = 900
    count_difference: int = 12
    lot_fault: int = 40
    refill_fault: int = 150
    slip: int = 25
    short_ship: int = 40
    missing_asn: int = 60
    slow_putaway: int = 50
    short_pick: int = 300
    forgotten_pick: int = 500
    quality_fail: int = 400
    document_fail: int = 300
    declined_tender: int = 60
    unanswered_tender: int = 150
    missed_pickup: int = 250
    silent_trail: int = 200
    late_booking: int = 300
    late_transit: int = 250
    failed_delivery: int = 300
    damage: int = 400
    customs_hold: int = 12
    surcharge: int = 250
    guide_slip: int = 60
    route_event: int = 150
    wrong_billed_quantity: int = 300
    wrong_billed_price: int = 300
    unbilled: int = 300
    billed_twice: int = 400
    missing_receipt: int = 250
    short_receipt: int = 200
    deduction: int = 120
    returned: int = 40
    unmatched_return: int = 8
    overdue_return: int = 8
    undecided_return: int = 8
    uncredited_return: int = 8
    late_posting: int = 250
    clock_slip: int = 1500
    orphan: int = 1500
    master_gap: int = 60
    bad_notice_hours: int = 0


QUIET = Nature(**dict.fromkeys((field.name for field in fields(Nature)), 0))
"""Nothing goes wrong by itself."""

LIVELY = replace(
    Nature(),
    price_fault=36,
    incomplete=44,
    short_pick=50,
    late_booking=130,
    late_transit=140,
    short_receipt=50,
    returned=40,
    lost_stock=170,
    sold_out=260,
    short_ship=140,
    slip=16,
    bad_notice_hours=3,
)
"""A demo: the ordinary faults often enough that there is always something to do."""

RESTLESS = replace(
    LIVELY,
    price_fault=7,
    incomplete=8,
    short_pick=4,
    late_booking=7,
    late_transit=9,
    short_receipt=6,
    returned=12,
    lost_stock=12,
    sold_out=30,
    slip=2,
)
"""A world of few orders in which each of the main faults must still be there at any time."""
