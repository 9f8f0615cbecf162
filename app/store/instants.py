"""Times as the databases keep them: whole milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC, rounded down."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(value: int) -> datetime:
    """The UTC instant of that many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=value)


def to_ms_or_none(instant: datetime | None) -> int | None:
    """Like :func:`to_ms`; ``None`` stays ``None``."""
    return None if instant is None else to_ms(instant)


def from_ms_or_none(value: int | None) -> datetime | None:
    """Like :func:`from_ms`; ``None`` stays ``None``."""
    return None if value is None else from_ms(value)
