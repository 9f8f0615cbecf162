"""Credits units of an invoice line by a credit note of these alone, found again by the command's key."""

from __future__ import annotations

from connectors.tryton import keys
from connectors.tryton.billing import LINE, credits_of
from connectors.tryton.building import linked_ids, target
from connectors.tryton.client import TrytonRefusalError, TrytonStaleError, TrytonWarningError
from connectors.tryton.reading import event_of
from connectors.tryton.saga import Saga, refusal
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, modified, number, optional_text, whole
from domain.commands import CreditInvoiceLine
from domain.ids import EntityKind

_INVOICE = "account.invoice"
_POSTED = frozenset({"posted", "paid"})
_KEPT_OF_INVOICE = (
    *("company", "party", "invoice_address", "currency", "journal", "account", "payment_term", "type"),
    *("tax_identifier", "party_tax_identifier", "description"),
)
_KEPT_OF_LINE = (
    *("type", "party", "currency", "company", "unit_price", "description", "unit", "product", "account"),
    "taxes_deductible_rate",
)


def is_credited(saga: Saga, action: CreditInvoiceLine) -> bool:
    """Whether the credit note stands in the books."""
    del action
    found = _own(saga)
    return found is not None and found["state"] in _POSTED


def credit(saga: Saga, action: CreditInvoiceLine) -> str:
    """Make a credit note and post it.

    Raises:
        RefusedError: the invoice is not posted, less is left to credit, or Tryton does not post; nothing is
            left drafted then.
        ConflictError: the invoice was changed, or credited by somebody else, since the decision.
    """
    found = _own(saga)
    if found is None:
        values = _values(saga, action)
        saga.check_expected()
        saga.act(saga.client.create, _INVOICE, values)
        found = _own(saga)
    if found is None:
        raise refusal("Tryton made no credit note of it.")
    note = link(found, "id")
    if found["state"] not in _POSTED:
        try:
            saga.act(saga.client.press, _INVOICE, "post", [note])
        except (TrytonRefusalError, TrytonWarningError):
            saga.act(saga.client.press, _INVOICE, "cancel", [note])
            raise
    posted = optional_text(saga.row(_INVOICE, note, "number"), "number")
    return f"{action.quantity} units credited (credit note {posted})"


def _own(saga: Saga) -> Row | None:
    """The credit note of this command; one that was cancelled was refused, and is none."""
    domain: list[object] = [["reference", "=", f"CT:{saga.command.key}"], ["state", "!=", "cancelled"]]
    rows = saga.client.search_read(_INVOICE, domain, ["state"])
    return rows[0] if rows else None


def _values(saga: Saga, action: CreditInvoiceLine) -> Row:
    """The credit note: as Tryton's own, but of some units of one line."""
    invoice = saga.row(_INVOICE, saga.target.row_id, *_KEPT_OF_INVOICE, "state", "invoice_date", "lines")
    if invoice["state"] not in _POSTED:
        raise refusal(f"The invoice is {invoice['state']} in Tryton; only a posted one can be credited.")
    sale_line = keys.number_of(keys.SALE_LINE, action.line_id)
    fields = (*_KEPT_OF_LINE, "origin", "quantity", "taxes")
    rows = saga.client.read(LINE, linked_ids(invoice, "lines"), fields)
    billing = [row for row in rows if target(row, "origin", "sale.line") == sale_line]
    left = _left(saga, billing)
    lines: list[Row] = []
    missing = action.quantity
    for row in billing:
        units = min(missing, left[link(row, "id")])
        if units > 0:
            lines.append(
                {
                    **{name: row[name] for name in _KEPT_OF_LINE},
                    "origin": f"{LINE},{link(row, 'id')}",
                    "quantity": -float(units),
                    "taxes": [["add", linked_ids(row, "taxes")]],
                    "taxes_date": invoice["invoice_date"],
                }
            )
            missing -= units
    if missing > 0 or not lines:
        raise refusal(f"Only {action.quantity - missing} units of {action.line_id} are left to credit.")
    return {
        **{name: invoice[name] for name in _KEPT_OF_INVOICE},
        "reference": f"CT:{saga.command.key}",
        "lines": [["create", lines]],
    }


def _left(saga: Saga, billing: list[Row]) -> dict[int, int]:
    """What can still be credited, by line; what others have drafted counts as credited.

    Raises:
        TrytonStaleError: somebody else credited units since the decision.
    """
    left = {link(row, "id"): whole(number(row, "quantity"), "quantity") for row in billing}
    fields = ("origin", "quantity", "last_modified_at", "invoice.last_modified_at", "invoice.reference")
    domain: list[object] = [credits_of(left), ["invoice.state", "!=", "cancelled"]]
    versions = [each.version for each in saga.command.expected if each.ref.kind is EntityKind.INVOICE]
    known = min((event_of(each) for each in versions if each), default=None)
    own = f"CT:{saga.command.key.rpartition('-')[0]}-"
    for row in saga.client.search_read(LINE, domain, fields):
        note = row["invoice."]
        if not isinstance(note, dict):
            raise refusal("Tryton told of a credit without its credit note.")
        is_new = known is not None and max(modified(row), modified(note)) > known
        if is_new and not optional_text(note, "reference").startswith(own):
            raise TrytonStaleError(
                what="Units of the invoice were credited in Tryton since it was decided on.",
                remedy="Look at the case again and decide anew.",
            )
        left[target(row, "origin", LINE)] += whole(number(row, "quantity"), "quantity")
    return left
