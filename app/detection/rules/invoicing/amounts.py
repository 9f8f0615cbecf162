"""Losses of billing: money that is not asked for, and rows of one case gathered by order line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import BP, LineLoss


def leak_loss(*, key: str, open_cents: int, lost_bp: int) -> LineLoss:
    """The loss of an amount that nobody bills: the share of it that is never recovered."""
    return LineLoss(
        key=key,
        penalty_cents=0,
        margin_cents=open_cents * lost_bp // BP,
        low_cents=0,
        high_cents=open_cents,
    )


def by_line(rows: Sequence[Row[Any]]) -> dict[str, int]:
    """The ``amount_cents`` of the rows, summed by ``line_id``, in order of appearance."""
    amounts: dict[str, int] = {}
    for row in rows:
        amounts[row.line_id] = amounts.get(row.line_id, 0) + row.amount_cents
    return amounts
