"""Service time, as SQL: how long the clocks of a case ran, and which of them has run out.

The clocks begin when a case opens. They stand still while it is held back, waits for somebody, or rests by
somebody's wish, as its history says. ``e`` is the case in every part.
"""

from __future__ import annotations

#: What ends a rest or a wait; such steps are few, and their index holds no others.
REST_STEP = "(v.kind = 'snoozed' OR v.from_state = 'waiting')"
#: The step that shows a case which was held back.
SHOWN_STEP = "(v.from_state = 'suspended' AND v.to_state <> 'suspended')"

_OF_EPISODE = "{v}.case_id = e.case_id AND {v}.episode = e.episode AND {v}.at >= e.opened_at"


def _last(what: str, which: str) -> str:
    """What the last such step of the case up to the step ``v`` says."""
    return f"""
(SELECT {what} FROM case_event x
  WHERE {_OF_EPISODE.format(v="x")} AND x.event_id <= v.event_id AND {which}
  ORDER BY x.event_id DESC LIMIT 1)
"""  # noqa: S608 - constants of this file


def ran_ms(until: str) -> str:
    """Milliseconds that the clocks of the case ``e`` ran up to ``until``."""
    return f"""
({until} - e.opened_at - COALESCE((
  SELECT SUM(p.until - p.at)
    FROM (SELECT v.at, LEAD(v.at, 1, {until}) OVER (ORDER BY v.event_id) AS until,
                 COALESCE({_last("x.to_state", "x.from_state <> x.to_state")} IN ('waiting', 'suspended'), 0)
                 OR COALESCE({_last("x.reason GLOB 'Snoozed*'", "x.kind = 'snoozed'")}, 0) AS stands
            FROM case_event v WHERE {_OF_EPISODE.format(v="v")}) p
   WHERE p.stands), 0))
"""  # noqa: S608 - constants of this file


def clock_that_ran_out(ran: str, *, acknowledge_minutes: str, resolve_minutes: str) -> str:
    """``resolve`` or ``acknowledge``, whichever clock of the case ``e`` is over its minutes; else null."""
    return f"""
CASE WHEN {ran} > 60000 * ({resolve_minutes}) THEN 'resolve'
     WHEN {ran} > 60000 * ({acknowledge_minutes}) AND e.acknowledged_at IS NULL AND e.state = 'open'
     THEN 'acknowledge' END
"""
