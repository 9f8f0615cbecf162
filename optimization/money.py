"""Cents as people read them."""

from __future__ import annotations

CENTS_PER_UNIT = 100


def money(cents: int, currency: str, *, signed: bool = False) -> str:
    """Like ``$1,234.50`` or ``EUR 1,234.50``; with ``signed`` a plus sign for increases."""
    whole, rest = divmod(abs(cents), CENTS_PER_UNIT)
    sign = "-" if cents < 0 else "+" if signed else ""
    symbol = "$" if currency == "USD" else f"{currency} "
    return f"{sign}{symbol}{whole:,}.{rest:02d}"
