"""Which X12 set is read by which function, and to which stream its faults belong."""

from __future__ import annotations

from collections.abc import Callable

from connectors.edi.documents import Document
from connectors.edi.reading import SetReading
from connectors.edi.x12sets.acknowledgements import read_997, read_999
from connectors.edi.x12sets.billing import read_180, read_810
from connectors.edi.x12sets.freight import read_204, read_210, read_214, read_990
from connectors.edi.x12sets.orders import read_850, read_855, read_860
from connectors.edi.x12sets.shipping import read_856, read_940, read_943, read_944, read_945
from connectors.edi.x12sets.stock import read_846, read_947

Reader = Callable[[SetReading], Document]

X12_READERS: dict[str, tuple[Reader, str]] = {
    "850": (read_850, "orders"),
    "860": (read_860, "orders"),
    "180": (read_180, "orders"),
    "855": (read_855, "supply"),
    "856": (read_856, "supply"),
    "943": (read_943, "supply"),
    "944": (read_944, "supply"),
    "846": (read_846, "stock"),
    "947": (read_947, "stock"),
    "940": (read_940, "freight"),
    "945": (read_945, "freight"),
    "204": (read_204, "freight"),
    "990": (read_990, "freight"),
    "214": (read_214, "freight"),
    "210": (read_210, "freight"),
    "810": (read_810, "invoices"),
    "997": (read_997, "messages"),
    "999": (read_999, "messages"),
}
