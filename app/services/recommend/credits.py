"""What of an invoice is to be credited: units that were not signed for, not shipped, or billed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.services.recommend.facts import RemedyFacts, entity_of
from domain.billing import Invoice, InvoiceStatus, PodCondition
from domain.cases import ExceptionCase
from domain.commands import CreditInvoiceLine
from domain.ids import EntityKind, LineId
from domain.transport import Shipment

_POSTED = frozenset({InvoiceStatus.POSTED, InvoiceStatus.PAID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The units of each line to credit, and why in words."""

    lines: tuple[CreditInvoiceLine, ...]
    reason: str

    @property
    def units(self) -> int:
        """Units of all lines together."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rightly:
    """Units of each line that are billed rightly, and what one unit more is; ``words`` end a sentence."""

    units: Mapping[LineId, int]
    words: str


def credit_of(case: ExceptionCase, facts: RemedyFacts) -> Credit | None:
    """What a case says is billed too much; none where nothing is, or the invoice can still be corrected.

    Raises:
        ConflictError: the invoice, or what it is compared with, is no longer there.
    """
    invoice = entity_of(facts, EntityKind.INVOICE, case.entity.entity_id, Invoice)
    rightly = _RIGHTLY[case.code](case, invoice, facts) if invoice.status in _POSTED else None
    if rightly is None:
        return None
    billed: Counter[LineId] = Counter()
    for line in invoice.lines:
        billed[line.line_id] += line.quantity - line.credited_quantity
    lines = tuple(
        CreditInvoiceLine(invoice_id=invoice.invoice_id, line_id=line_id, quantity=excess)
        for line_id, units in billed.items()
        if (excess := units - rightly.units.get(line_id, 0)) > 0
    )
    if not lines:
        return None
    units = sum(line.quantity for line in lines)
    return Credit(lines=lines, reason=f"{invoice.number} bills {units} units {rightly.words}.")


def _signed_for(_case: ExceptionCase, invoice: Invoice, facts: RemedyFacts) -> _Rightly | None:
    pod = facts.pod_of(invoice.shipment_id) if invoice.shipment_id is not None else None
    if pod is None:
        return None
    units: Counter[LineId] = Counter()
    for signed in pod.lines:
        if signed.condition is PodCondition.GOOD:
            units[signed.line_id] += signed.delivered_quantity
    return _Rightly(units=units, words="more than were signed for")


def _shipped(_case: ExceptionCase, invoice: Invoice, facts: RemedyFacts) -> _Rightly | None:
    if invoice.shipment_id is None:
        return None
    shipment = entity_of(facts, EntityKind.SHIPMENT, invoice.shipment_id, Shipment)
    units: Counter[LineId] = Counter()
    for part in shipment.lines:
        units[part.line_id] += part.quantity
    return _Rightly(units=units, words="more than were shipped")


def _not_billed_before(case: ExceptionCase, invoice: Invoice, facts: RemedyFacts) -> _Rightly | None:
    told = next((fact.entity for fact in case.evidence if fact.name == "first_invoice"), None)
    if told is None:
        return None
    first = entity_of(facts, EntityKind.INVOICE, told.entity_id, Invoice)
    before = {line.line_id for line in first.lines}
    units = Counter({line.line_id: line.quantity for line in invoice.lines if line.line_id not in before})
    return _Rightly(units=units, words=f"that {first.number} bills, too")


#: By type, what of an invoice is right.
_RIGHTLY: Mapping[str, Callable[[ExceptionCase, Invoice, RemedyFacts], _Rightly | None]] = MappingProxyType(
    {"IN-POD-MISMATCH": _signed_for, "IN-QTY": _shipped, "IN-DUP": _not_billed_before}
)
