"""The health of a source as colour and sentence, from what the mirror remembers of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.health import HealthColour, SourceHealth

if TYPE_CHECKING:
    from app.store.values import SourceState

#: Later than this many intervals is late; than that many, silent.
LATE_INTERVALS = 2
SILENT_INTERVALS = 3

_MINUTE = 60
_HOUR = 60 * _MINUTE


def source_health(state: SourceState, *, now: datetime, next_run_at: datetime | None = None) -> SourceHealth:
    """The health of a source at ``now``; ``next_run_at`` is the scheduler's plan, if it has one."""
    lag = None if state.last_success_at is None else max(timedelta(0), now - state.last_success_at)
    colour, why = _judge(state, lag, now)
    upcoming = state.next_attempt_at if _later(state.next_attempt_at, next_run_at) else next_run_at
    return SourceHealth(
        source=state.source,
        colour=colour,
        why=why,
        last_success_at=state.last_success_at,
        last_attempt_at=state.last_attempt_at,
        lag_seconds=None if lag is None else int(lag.total_seconds()),
        failures_in_row=state.failures_in_row,
        quarantined=state.quarantined,
        rows_read=state.rows_read,
        next_run_at=upcoming,
        interval_seconds=state.interval_seconds,
    )


def _judge(state: SourceState, lag: timedelta | None, now: datetime) -> tuple[HealthColour, str]:
    """Colour and sentence; the sentence holds no age, because it is read long after it is made."""
    interval = timedelta(seconds=state.interval_seconds)
    waited = now - state.registered_at if lag is None else lag
    if lag is None and not state.failures_in_row:
        return HealthColour.AMBER, "Not read yet."
    if waited > SILENT_INTERVALS * interval or lag is None:
        since = "yet" if lag is None else f"for more than {_span(SILENT_INTERVALS * interval)}"
        return HealthColour.RED, f"No good sync {since}. {state.why}".strip()
    if state.failures_in_row:
        return HealthColour.AMBER, state.why
    if state.quarantined:
        noun = "record" if state.quarantined == 1 else "records"
        return HealthColour.AMBER, f"{state.quarantined} {noun} could not be read and wait in quarantine."
    if waited > LATE_INTERVALS * interval:
        return HealthColour.AMBER, f"Read later than planned: expected every {_span(interval)}."
    return HealthColour.GREEN, "Read as planned."


def _later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if seconds < 2 * _MINUTE:
        return f"{seconds} s"
    if seconds < 2 * _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h"
