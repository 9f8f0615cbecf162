"""The prices of a certificate as a Parquet file, so that anybody can add the bound up again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from optimization.backlog.certificate import PRICE_SCALE, Certificate
from optimization.backlog.checks_of_columns import bad_input
from optimization.backlog.instance import Instance
from optimization.backlog.parquet_columns import numbers_of, read_columns, write_columns
from optimization.backlog.rules import NEVER_EXPIRES
from optimization.backlog.tables import NO_SKU

PRICE_COLUMNS = ("sku", "node", "expires_day", "day", "price_thousandths")
FLOOR = -2
"""In place of a SKU: the price is the reward of the floor that ``node`` numbers."""


def write_prices(instance: Instance, certificate: Certificate, file: Path) -> None:
    """Write what is priced above nothing; ``sku`` is -1 where the price is of hands, -2 where of a floor."""
    arrays = instance.arrays
    stock, pick = np.flatnonzero(certificate.stock), np.flatnonzero(certificate.pick)
    row = stock // arrays.n_days
    floor = np.flatnonzero(certificate.reward)
    columns = {
        "sku": np.concatenate([arrays.row_sku[row], np.full(pick.size, NO_SKU), np.full(floor.size, FLOOR)]),
        "node": np.concatenate([arrays.row_node[row], pick // arrays.n_days, floor]),
        "expires_day": np.concatenate(
            [instance.row_expires[row], np.full(pick.size + floor.size, NEVER_EXPIRES)]
        ),
        "day": np.concatenate([stock % arrays.n_days, pick % arrays.n_days, np.zeros_like(floor)]),
        "price_thousandths": np.concatenate(
            [certificate.stock[stock], certificate.pick[pick], PRICE_SCALE * certificate.reward[floor]]
        ),
    }
    write_columns(columns, file)


def read_prices(instance: Instance, file: Path) -> Certificate:
    """Read prices that were written for a backlog; they claim no bound until they are added up.

    Raises:
        BadInputError: the file holds no prices of this backlog.
    """
    try:
        found = read_columns(file)
        sku, node, expires, day, price = (numbers_of(found[column], pa.int64()) for column in PRICE_COLUMNS)
    except (FileNotFoundError, KeyError, pa.ArrowInvalid) as error:
        raise bad_input(f"{file} holds no prices: {error}.") from None
    arrays = instance.arrays
    of_stock = sku >= 0
    row, known = instance.rows_of(sku[of_stock], node[of_stock], expires[of_stock])
    of_floor, most = sku == FLOOR, instance.floors.short_cents
    inside = (day >= 0) & (day < arrays.n_days) & (node >= 0) & (price >= 0)
    inside &= node < np.where(of_floor, most.size, arrays.n_nodes)
    if not known.all() or not inside.all():
        raise bad_input(f"{file} holds prices of another backlog.")
    stock, pick = np.zeros_like(arrays.supply), np.zeros_like(arrays.pick)
    stock[row * arrays.n_days + day[of_stock]] = price[of_stock]
    of_pick = ~of_stock & ~of_floor
    pick[(node * arrays.n_days + day)[of_pick]] = price[of_pick]
    reward = np.zeros_like(most)
    reward[node[of_floor]] = price[of_floor] // PRICE_SCALE
    return Certificate(stock=stock, pick=pick, reward=reward, bound_thousandths=0)
