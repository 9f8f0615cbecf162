"""Which EDIFACT message is read by which function, and to which stream its faults belong."""

from __future__ import annotations

from collections.abc import Callable

from connectors.edi.documents import Document
from connectors.edi.reading import SetReading

Reader = Callable[[SetReading], Document]

EDIFACT_READERS: dict[str, tuple[Reader, str]] = {}
