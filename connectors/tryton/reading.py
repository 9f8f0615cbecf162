"""Reads rows for one page: each row of each table at most once, with the fields this connector uses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import ParamSpec

from connectors.tryton.client import TrytonClient
from connectors.tryton.reference import Reference
from connectors.tryton.tagged import Row, raw_bytes
from connectors.tryton.values import instant, link
from domain.errors import BadValueError
from domain.ids import EntityRef, SourceName
from domain.records import DeletedRecord, Entity, RejectedRecord, SourceRecord

P = ParamSpec("P")

_CHANGED = ("_timestamp", "last_modified_at", "create_date")

#: Stored fields where there are any: function fields are computed row by row; ids are joined in the tower.
FIELDS: dict[str, tuple[str, ...]] = {
    "sale.sale": (
        *_CHANGED,
        "number",
        "party",
        "state",
        "shipment_state",
        "sale_date",
        "shipping_date",
        "shipment_address",
        "warehouse",
        "currency",
        "total_amount_cache",
        "lines",
    ),
    "sale.line": (*_CHANGED, "sale", "product", "quantity", "unit", "unit_price"),
    "stock.move": (
        *_CHANGED,
        "origin",
        "shipment",
        "product",
        "internal_quantity",
        "from_location",
        "to_location",
        "state",
        "planned_date",
        "origin_planned_date",
        "effective_date",
    ),
    "stock.shipment.out": (
        *_CHANGED,
        "number",
        "customer",
        "warehouse",
        "state",
        "carrier",
        "planned_date",
        "effective_date",
    ),
    "stock.shipment.internal": (
        *_CHANGED,
        "number",
        "state",
        "from_location",
        "to_location",
        "planned_date",
        "effective_date",
    ),
    "purchase.purchase": ("number", "party", "delivery_date", "create_date", "state"),
    "purchase.line": ("purchase",),
    "party.party": (*_CHANGED, "name", "addresses", "categories"),
    "party.address": (
        "party",
        "party_name",
        "street",
        "postal_code",
        "city",
        "country",
        "subdivision",
    ),
    "party.category": ("name",),
    "party.contact_mechanism": ("party", "type", "value", "name", "sequence"),
    "sale.complaint": (*_CHANGED, "number", "customer", "type", "origin", "description", "state"),
    "sale.complaint.type": ("name",),
    "product.product": (
        *_CHANGED,
        "code",
        "name",
        "default_uom",
        "list_price_used",
        "cost_price",
    ),
    "stock.location": (*_CHANGED, "name", "code", "address"),
    "carrier": (*_CHANGED,),
    "account.invoice": (*_CHANGED, "number", "party", "state", "invoice_date", "lines"),
    "account.invoice.line": (
        "origin",
        "product",
        "product.type",
        "quantity",
        "unit_price",
        "stock_moves",
        "invoice",
    ),
}


@dataclass(slots=True)
class Batch:
    """What a page's roots gave so far."""

    records: list[SourceRecord] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)
    deleted: list[DeletedRecord] = field(default_factory=list)


class Reader:
    """Reads for one page of one stream and builds its records."""

    def __init__(
        self,
        client: TrytonClient,
        reference_data: Reference,
        *,
        source: SourceName,
        stream: str,
        began: int,
        first: bool,
    ) -> None:
        """Start with nothing read.

        ``began`` is when the pull began, in microseconds; ``first`` is true while a stream is read from
        its beginning.
        """
        self.client = client
        self.reference_data = reference_data
        self.source = source
        self.stream = stream
        self.began = began
        self.first = first
        self._rows: dict[tuple[str, int], Row] = {}

    def rows(self, model: str, ids: Collection[int | None]) -> dict[int, Row]:
        """Rows by id, without those that are gone."""
        wanted = {each for each in ids if each is not None}
        missing = sorted(each for each in wanted if (model, each) not in self._rows)
        if missing:
            for row in self.client.read(model, missing, FIELDS[model]):
                self._rows[model, link(row, "id")] = row
        return {each: self._rows[model, each] for each in wanted if (model, each) in self._rows}

    def found(self, model: str, domain: list[object]) -> list[Row]:
        """Rows in a domain, by id; remembered for :meth:`rows`."""
        rows = self.client.search_read(model, domain, FIELDS[model])
        self.remember(model, rows)
        return rows

    def remember(self, model: str, rows: list[Row]) -> None:
        """Rows that were read already, with all their fields."""
        for row in rows:
            self._rows[model, link(row, "id")] = row

    def keep(
        self,
        batch: Batch,
        key: tuple[str, Row, int],
        make: Callable[P, Entity | tuple[Entity, ...]],
        *facts: P.args,
        **more: P.kwargs,
    ) -> None:
        """Add what ``make`` makes of the facts; when it refuses them, add the row as rejected instead.

        ``key`` is the record's id, its row, and when the change that led here happened, in
        microseconds: that is the records' stamp.
        """
        external_id, row, event = key
        try:
            made = make(*facts, **more)
            version = version_of(row, event)
        except (BadValueError, LookupError, TypeError, ValueError, ArithmeticError) as error:
            self.reject(batch, external_id, row, error)
            return
        batch.records.extend(
            SourceRecord(
                source=self.source, entity=entity, version=version, stamp=event, observed_at=instant(event)
            )
            for entity in (made if isinstance(made, tuple) else (made,))
        )

    def reject(self, batch: Batch, external_id: str, row: Row, error: Exception) -> None:
        """Add a row that could not be understood, with its bytes."""
        words = error.what if isinstance(error, BadValueError) else f"{type(error).__name__}: {error}"
        batch.rejected.append(
            RejectedRecord(
                source=self.source,
                stream=self.stream,
                external_id=external_id,
                code="BAD-VALUE",
                message=words,
                raw=raw_bytes(row),
                observed_at=instant(self.began),
            )
        )

    def gone(self, batch: Batch, ref: EntityRef, event: int) -> None:
        """Add a deletion; while a stream is read from its beginning there is nothing to delete."""
        if not self.first:
            batch.deleted.append(
                DeletedRecord(source=self.source, ref=ref, stamp=event, observed_at=instant(event))
            )


def version_of(row: Row, event: int) -> str:
    """The lock of the row (Tryton's ``_timestamp``) and the change seen last, as ``lock/event``."""
    stamp = row["_timestamp"]
    if not isinstance(stamp, str) or not stamp:
        raise BadValueError(
            what=f"Record {row.get('id')} has no _timestamp.", remedy="Check Tryton's version."
        )
    return f"{stamp}/{event}"


def lock_of(version: str) -> str:
    """The part of a version that Tryton compares."""
    return version.partition("/")[0]


def event_of(version: str) -> int:
    """When the change seen last happened, in microseconds."""
    return int(version.partition("/")[2] or 0)
