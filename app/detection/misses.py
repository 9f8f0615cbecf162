"""How many lines of each customer were missed in the last 90 days, counted once an hour.

A line is missed when it was signed for after the end of its window. The count is kept for the hour, so
that everything that is assessed within it rests on the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

MISSES_TABLE = """
CREATE TABLE IF NOT EXISTS det_customer_miss (
  customer_id TEXT NOT NULL PRIMARY KEY, lines INTEGER NOT NULL) WITHOUT ROWID
"""
MISSES_INDEX = """
CREATE INDEX IF NOT EXISTS det_pod_by_delivery ON proof_of_delivery (delivered_at, shipment_id)
 WHERE deleted_at IS NULL
"""
_WINDOW_MS = 90 * 24 * 3_600_000

_COUNT = """
INSERT INTO det_customer_miss
SELECT s.customer_id, COUNT(*)
  FROM proof_of_delivery p
  CROSS JOIN shipment s ON s.id = p.shipment_id
  CROSS JOIN shipment_line b ON b.shipment_id = s.id
 WHERE p.deleted_at IS NULL AND p.delivered_at > :since AND p.delivered_at <= :hour
   AND s.deleted_at IS NULL AND p.delivered_at > s.window_end_at
 GROUP BY s.customer_id
"""


def count_misses(connection: Connection, *, hour_ms: int) -> None:
    """Count anew as of that hour."""
    connection.exec_driver_sql("DELETE FROM det_customer_miss")
    connection.exec_driver_sql(_COUNT, {"since": hour_ms - _WINDOW_MS, "hour": hour_ms})


class Misses(Mapping[str, int]):
    """The counts by customer, read when first asked for."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``, within its transaction."""
        self._connection = connection
        self._lines: dict[str, int] | None = None

    def __getitem__(self, customer_id: str) -> int:
        """The lines missed of a customer."""
        return self._counted()[customer_id]

    def __iter__(self) -> Iterator[str]:
        """The customers with a miss."""
        return iter(self._counted())

    def __len__(self) -> int:
        """How many customers had a miss."""
        return len(self._counted())

    def _counted(self) -> dict[str, int]:
        if self._lines is None:
            rows = self._connection.exec_driver_sql("SELECT customer_id, lines FROM det_customer_miss")
            self._lines = {row.customer_id: row.lines for row in rows}
        return self._lines
