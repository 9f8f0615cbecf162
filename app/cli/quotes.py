"""``control-tower quotes``: what a shipment would cost with every carrier, and whom to ask next."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.running import running_tower
from app.services.quotes import QuoteSheet, quote_sheet
from app.services.recommend.mirror_facts import MirrorFacts
from domain.ids import EntityKind, ShipmentId
from domain.quotes import QuoteBasis
from domain.transport import CarrierBooking

if TYPE_CHECKING:
    from app.tower import Tower

_MARK = {QuoteBasis.LIVE: "", QuoteBasis.TABLE: "  by the table"}


def quote_shipment(options: argparse.Namespace) -> int:
    """Print the prices of a shipment, the cheapest first."""
    with running_tower(options.profile) as tower:
        sheet = _sheet(tower, ShipmentId(options.shipment))
    if options.json:
        print(json.dumps(asdict(sheet), indent=1, default=_plain))
    else:
        print("\n".join(_lines(sheet)))
    return 0


def _sheet(tower: Tower, shipment_id: ShipmentId) -> QuoteSheet:
    parts = tower.parts
    records = parts.mirror.entities(EntityKind.CARRIER_BOOKING, shipment_id=shipment_id)
    bookings = [r.entity for r in records if isinstance(r.entity, CarrierBooking)]
    facts = MirrorFacts(parts.mirror)
    return quote_sheet(shipment_id, facts, bookings, tower.rate_source(), parts.clock.now())


def _lines(sheet: QuoteSheet) -> list[str]:
    lines = [f"{'cost':>12}{'days':>6}  service"]
    lines += [
        f"{each.cost_cents / 100:>12,.2f}{each.transit_days:>6}  {each.name} ({each.scac}){_MARK[each.basis]}"
        for each in sheet.quotes
    ]
    if sheet.why_table:
        lines.append(sheet.why_table)
    stand = sheet.stand
    until = f" until {stand.waits_until:%Y-%m-%d %H:%M} UTC" if stand.waits_until else ""
    refused = f"; refused by {', '.join(sorted(stand.refused_by))}" if stand.refused_by else ""
    lines.append(f"Tender: {stand.state.value}{f' ({stand.scac})' if stand.scac else ''}{until}{refused}.")
    if sheet.next_quote is not None:
        lines.append(f"Next in the order of cost: {sheet.next_quote.name} ({sheet.next_quote.scac}).")
    return lines


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
