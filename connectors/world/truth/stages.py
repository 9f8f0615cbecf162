"""All that is watched, stage by stage."""

from __future__ import annotations

from connectors.world.truth import (
    allocation,
    carriers,
    centres,
    comparisons,
    data_quality,
    invoicing,
    order_entry,
    returns,
    transport,
    warehouse,
)
from connectors.world.truth.watch import Watch

WATCHES: tuple[Watch, ...] = (
    *order_entry.WATCHES,
    *comparisons.WATCHES,
    *allocation.WATCHES,
    *warehouse.WATCHES,
    *centres.WATCHES,
    *transport.WATCHES,
    *carriers.WATCHES,
    *invoicing.WATCHES,
    *returns.WATCHES,
    *data_quality.WATCHES,
)
