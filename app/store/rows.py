"""Any entity to its rows and back, and the digest of the fields that decisions rest on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from app.store import rows_fulfilment as fulfilment
from app.store import rows_masters as masters
from app.store import rows_orders as orders
from app.store import rows_service as service
from app.store import rows_signals as signals
from app.store.instants import from_ms, to_ms
from domain.ids import EntityKind, SourceName
from domain.records import Entity, SourceRecord, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = dict[str, Any]

#: Compact, in the order given, nothing escaped that need not be: digests are kept and signed.
_canonical = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """How one kind is written and read; ``decisive`` names the columns of the digest.

    Whatever is not decisive (a name, an address on the map, an ETA that drifts while goods are under
    way) may change without making a signed decision stale.
    """

    write: Callable[[Any], Row]
    read: Callable[..., Entity]
    decisive: tuple[str, ...]
    write_children: Callable[[Any], list[Row]] | None = None


FORMS: dict[EntityKind, RowForm] = {
    EntityKind.NODE: RowForm(
        write=masters.node_row,
        read=masters.node_of,
        decisive=(
            "kind",
            "timezone",
            "working_weekdays",
            "cutoff_minute_of_day",
            "pick_capacity_units_per_day",
        ),
    ),
    EntityKind.LANE: RowForm(
        write=masters.lane_row,
        read=masters.lane_of,
        decisive=("origin_node_id", "zone_id", "transit_days", "fixed_cost_cents", "rate_cents_per_kg"),
    ),
    EntityKind.CARRIER_SERVICE: RowForm(
        write=masters.carrier_service_row,
        read=masters.carrier_service_of,
        decisive=("scac", "transit_days", "fixed_cost_cents", "rate_cents_per_kg", "pickups_per_day"),
    ),
    EntityKind.ITEM: RowForm(
        write=masters.item_row,
        read=masters.item_of,
        decisive=(
            "sku",
            "weight_grams",
            "list_price_cents",
            "landed_cost_cents",
            "case_pack_quantity",
            "substitutes",
            "lifecycle",
            "unit_of_measure",
            "minimum_order_quantity",
            "restricted_countries",
        ),
    ),
    EntityKind.CUSTOMER: RowForm(
        write=masters.customer_row,
        read=masters.customer_of,
        decisive=(
            "tier",
            "zone_id",
            "limit_cents",
            "open_receivables_cents",
            "on_hold",
            "late_penalty_bp_per_day",
            "fixed_penalty_cents",
            "penalty_cap_bp",
            "cancel_probability_bp",
            "max_shipments",
            "ship_complete",
            "required_fields",
            "routing_scacs",
            "routing_chargeback_cents",
            "minimum_shelf_life_days",
            "allows_substitutes",
            "currency",
        ),
    ),
    EntityKind.CONTRACT_PRICE: RowForm(
        write=masters.contract_price_row,
        read=masters.contract_price_of,
        decisive=("customer_id", "item_id", "unit_price_cents", "valid_from", "valid_until"),
    ),
    EntityKind.SALES_ORDER: RowForm(
        write=orders.sales_order_row,
        read=orders.sales_order_of,
        decisive=(
            "customer_id",
            "status",
            "credit_status",
            "requested_at",
            "promised_at",
            "ship_to_name",
            "ship_to_street",
            "ship_to_postcode",
            "ship_to_city",
            "ship_to_country",
            "ship_to_contact",
            "total_cents",
            "customer_po",
            "screening",
            "licence_number",
            "ship_to_is_new",
            "payment_changed",
            "contact_changed",
            "reviewed",
            "billing_block",
        ),
    ),
    EntityKind.ORDER_LINE: RowForm(
        write=orders.order_line_row,
        read=orders.order_line_of,
        decisive=(
            "order_id",
            "item_id",
            "ordered_quantity",
            "shipped_quantity",
            "unit_price_cents",
            "promised_at",
            "node_id",
            "cancelled",
            "quantity_confirmed",
            "price_approved",
        ),
    ),
    EntityKind.INVENTORY_POSITION: RowForm(
        write=orders.inventory_position_row,
        read=orders.inventory_position_of,
        decisive=("item_id", "node_id", "on_hand_quantity", "safety_stock_quantity"),
    ),
    EntityKind.ALLOCATION: RowForm(
        write=orders.allocation_row,
        read=orders.allocation_of,
        decisive=("line_id", "item_id", "node_id", "quantity", "status", "lot_id"),
    ),
    EntityKind.INBOUND_SUPPLY: RowForm(
        write=orders.inbound_supply_row,
        read=orders.inbound_supply_of,
        decisive=(
            "item_id",
            "node_id",
            "ordered_quantity",
            "received_quantity",
            "due_at",
            "eta_at",
            "cancelled",
            "confirmed_quantity",
            "shipped_quantity",
            "dock_at",
        ),
    ),
    EntityKind.PICK_TASK: RowForm(
        write=fulfilment.pick_task_row,
        read=fulfilment.pick_task_of,
        decisive=(
            "line_id",
            "item_id",
            "node_id",
            "bin_code",
            "requested_quantity",
            "picked_quantity",
            "status",
            "wave_id",
            "quality",
        ),
    ),
    EntityKind.SHIPMENT: RowForm(
        write=fulfilment.shipment_row,
        read=fulfilment.shipment_of,
        decisive=(
            "order_id",
            "origin_node_id",
            "status",
            "planned_pickup_at",
            "window_end_at",
            "service_id",
            "scac",
            "document_status",
            "quote_cents",
            "claim_filed",
        ),
        write_children=fulfilment.shipment_line_rows,
    ),
    EntityKind.MILESTONE: RowForm(
        write=fulfilment.milestone_row,
        read=fulfilment.milestone_of,
        decisive=("shipment_id", "code", "reason_code", "happened_at", "corrects_id"),
    ),
    EntityKind.CARRIER_BOOKING: RowForm(
        write=fulfilment.carrier_booking_row,
        read=fulfilment.carrier_booking_of,
        decisive=("shipment_id", "service_id", "scac", "status", "cost_cents", "expires_at"),
    ),
    EntityKind.INVOICE: RowForm(
        write=fulfilment.invoice_row,
        read=fulfilment.invoice_of,
        decisive=(
            "order_id",
            "customer_id",
            "shipment_id",
            "status",
            "paid_cents",
            "deduction_code",
            "deduction_closed",
        ),
        write_children=fulfilment.invoice_line_rows,
    ),
    EntityKind.PROOF_OF_DELIVERY: RowForm(
        write=fulfilment.proof_of_delivery_row,
        read=fulfilment.proof_of_delivery_of,
        decisive=("shipment_id", "delivered_at"),
        write_children=fulfilment.pod_line_rows,
    ),
    EntityKind.RETURN_AUTHORISATION: RowForm(
        write=fulfilment.return_authorisation_row,
        read=fulfilment.return_authorisation_of,
        decisive=(
            "line_id",
            "item_id",
            "quantity",
            "status",
            "lot_id",
            "received_quantity",
            "claimed_quantity",
            "disposition",
            "credited_at",
            "node_id",
        ),
    ),
    EntityKind.LOT: RowForm(
        write=signals.lot_row,
        read=signals.lot_of,
        decisive=("item_id", "node_id", "expires_at", "quality"),
    ),
    EntityKind.CYCLE_COUNT: RowForm(
        write=signals.cycle_count_row,
        read=signals.cycle_count_of,
        decisive=("node_id", "bin_code", "item_id", "system_quantity", "counted_quantity", "adjusted"),
    ),
    EntityKind.ROUTE_EVENT: RowForm(
        write=signals.route_event_row,
        read=signals.route_event_of,
        decisive=("reason_code", "node_ids", "zone_ids", "starts_at", "ends_at"),
    ),
    EntityKind.ORDER_CHANGE: RowForm(
        write=signals.order_change_row,
        read=signals.order_change_of,
        decisive=("order_id", "line_id", "change", "new_quantity", "status"),
    ),
    EntityKind.EDI_MESSAGE: RowForm(
        write=signals.edi_message_row,
        read=signals.edi_message_of,
        decisive=("transaction_set", "reference", "status", "segment", "error_code", "order_id"),
    ),
    EntityKind.CONTACT: RowForm(
        write=service.contact_row,
        read=service.contact_of,
        decisive=("customer_id", "role", "email", "phone", "preferred"),
    ),
    EntityKind.SERVICE_CASE: RowForm(
        write=service.service_case_row,
        read=service.service_case_of,
        decisive=("number", "customer_id", "status", "order_id", "contact_id"),
    ),
}


#: The name of a kind and the getter of its decisive columns, found once: every row read is digested.
_DECISIVE = {kind: (kind.value, itemgetter(*form.decisive)) for kind, form in FORMS.items()}


def record_rows(record: SourceRecord, kind: EntityKind) -> tuple[Row, list[Row]]:
    """A record as its row, provenance included, and the rows of its lines."""
    form = FORMS[kind]
    row = form.write(record.entity)
    children = form.write_children(record.entity) if form.write_children else []
    row["source"] = record.source
    row["version"] = record.version
    row["stamp"] = record.stamp
    row["fields_sha256"] = _digest(kind, row, children)
    row["observed_at"] = to_ms(record.observed_at)
    row["deleted_at"] = None
    return row, children


def record_of(
    kind: EntityKind, row: Mapping[str, Any], children: Sequence[Mapping[str, Any]]
) -> SourceRecord:
    """A record from its rows; ``children`` is empty for kinds without lines."""
    form = FORMS[kind]
    entity = form.read(row, children) if form.write_children else form.read(row)
    return SourceRecord(
        source=SourceName(row["source"]),
        entity=entity,
        version=row["version"],
        stamp=row["stamp"],
        observed_at=from_ms(row["observed_at"]),
    )


def fields_sha256(entity: Entity) -> str:
    """The digest of the decision-relevant fields of an entity, as the mirror keeps it."""
    return hashlib.sha256(decisive_bytes(entity)).hexdigest()


def decisive_bytes(entity: Entity) -> bytes:
    """The decision-relevant fields of an entity as :func:`fields_sha256` digests them."""
    kind = kind_of(entity)
    form = FORMS[kind]
    children = form.write_children(entity) if form.write_children else []
    return _decisive(kind, form.write(entity), children)


def _digest(kind: EntityKind, row: Row, children: list[Row]) -> str:
    return hashlib.sha256(_decisive(kind, row, children)).hexdigest()


def _decisive(kind: EntityKind, row: Row, children: list[Row]) -> bytes:
    name, decisive_of = _DECISIVE[kind]
    lines = [tuple(child.values()) for child in children] if children else children
    return _canonical.encode((name, decisive_of(row), lines))
