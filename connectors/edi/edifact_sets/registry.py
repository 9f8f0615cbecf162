"""Which EDIFACT message is read by which function, and to which stream its faults belong."""

from __future__ import annotations

from collections.abc import Callable

from connectors.edi.documents import Document
from connectors.edi.edifact_sets.trade import (
    read_desadv,
    read_invoic,
    read_invrpt,
    read_orders,
    read_ordrsp,
    read_recadv,
)
from connectors.edi.edifact_sets.transport import read_contrl, read_iftmin, read_iftsta
from connectors.edi.reading import SetReading

Reader = Callable[[SetReading], Document]

EDIFACT_READERS: dict[str, tuple[Reader, str]] = {
    "ORDERS": (read_orders, "orders"),
    "ORDRSP": (read_ordrsp, "supply"),
    "DESADV": (read_desadv, "supply"),
    "INVRPT": (read_invrpt, "stock"),
    "INVOIC": (read_invoic, "invoices"),
    "RECADV": (read_recadv, "freight"),
    "IFTMIN": (read_iftmin, "freight"),
    "IFTSTA": (read_iftsta, "freight"),
    "CONTRL": (read_contrl, "messages"),
}
