"""The charts, worked out from when cases were open; numpy over columns, free of Qt.

Days and hours are those of the site: their limits are made from local dates, so that a day on which the
clocks change has the hours it has.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

import numpy as np

from views.formatting import NONE, count, counted, duration, money_short
from views.kpis.state import DAYS, STILL_OPEN, Bar, CaseSpans, Chart, Int64Array
from views.language import tr

RECENT_DAYS: Final = 14
BURN_STEPS: Final = 48
MOST_TYPES: Final = 8
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
#: Steps of the chart of open cases, the shortest first.
_STEPS_S: Final = (300, 900, _HOUR_S)
WEEKDAYS: Final = (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))
_AGES: Final = (
    (0, "< 1 h", tr("younger than an hour")),
    (_HOUR_S, "1-4 h", tr("1 to 4 hours old")),
    (4 * _HOUR_S, "4-8 h", tr("4 to 8 hours old")),
    (8 * _HOUR_S, "8-24 h", tr("8 to 24 hours old")),
    (_DAY_S, "1-3 d", tr("1 to 3 days old")),
    (3 * _DAY_S, "3-7 d", tr("3 to 7 days old")),
    (7 * _DAY_S, "> 7 d", tr("older than 7 days")),
)


def all_charts(spans: CaseSpans, now: datetime, zone: tzinfo, currency: str) -> tuple[Chart, ...]:
    """The six charts of the page, in its order."""
    return (
        volume(spans, now, zone),
        ageing(spans, now),
        burn_down(spans, now, zone),
        cycle_time(spans, now, zone),
        pareto(spans, currency),
        hours_of_week(spans, now, zone),
    )


def _days(now: datetime, zone: tzinfo, how_many: int) -> list[datetime]:
    """The midnights that begin the last days, oldest first, and the one that ends today."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return [(today + timedelta(days=n)).replace(tzinfo=zone) for n in range(1 - how_many, 2)]


def _between(values: Int64Array, start: datetime, end: datetime) -> Int64Array:
    found = np.flatnonzero((values >= int(start.timestamp())) & (values < int(end.timestamp())))
    return found.astype(np.int64)


def _day_label(day: datetime) -> str:
    return f"{day.day} {day:%b}"


def volume(spans: CaseSpans, now: datetime, zone: tzinfo) -> Chart:
    """How many cases were opened on each of the last days."""
    limits = _days(now, zone, RECENT_DAYS)
    bars = tuple(
        Bar(
            label=_day_label(day),
            title=tr("Opened on {day:%a} {value}", day=day, value=_day_label(day)),
            value=len(slots),
            slots=slots,
            note=counted(len(slots), "case"),
        )
        for day, slots in ((day, _between(spans.opened_s, day, end)) for day, end in pairwise(limits))
    )
    before = [bar.value for bar in bars[:-1] if bar.value]
    usual = tr("  ·  {count} on a usual day", count=count(round(sum(before) / len(before)))) if before else ""
    return Chart(
        key="volume",
        title=tr("New by day"),
        kind="bars",
        unit="count",
        headline=tr("{count} today{usual}", count=count(bars[-1].value), usual=usual),
        definition=tr(
            "Cases by the day on which their present or last episode was opened. A case that was "
            "cleared and came back counts on the day it came back. Held-back cases are left out."
        ),
        bars=bars,
    )


def ageing(spans: CaseSpans, now: datetime) -> Chart:
    """How old the open cases are."""
    is_open = spans.closed_s == STILL_OPEN
    age_s = int(now.timestamp()) - spans.opened_s
    limits = [limit for limit, _, _ in _AGES] + [STILL_OPEN]
    bars = []
    for (start, label, words), end in zip(_AGES, limits[1:], strict=True):
        low = start or -STILL_OPEN
        slots = np.flatnonzero(is_open & (age_s >= low) & (age_s < end)).astype(np.int64)
        bars.append(
            Bar(
                label=label,
                title=tr("Open, {words}", words=words),
                value=len(slots),
                slots=slots,
                note=counted(len(slots), "case"),
            )
        )
    oldest = int(age_s[is_open].max()) if is_open.any() else None
    return Chart(
        key="ageing",
        title=tr("Age of what is open"),
        kind="bars",
        unit="count",
        headline=NONE if oldest is None else tr("oldest {duration}", duration=duration(max(oldest, 0))),
        definition=tr(
            "Open cases by the time since their present episode was opened, whatever was done to them since."
        ),
        bars=tuple(bars),
    )


def burn_down(spans: CaseSpans, now: datetime, zone: tzinfo) -> Chart:
    """How many cases were open at even steps until now; short steps while all is young."""
    bars = []
    times = _steps(spans, now)
    for at in times:
        second, here = int(at.timestamp()), at.astimezone(zone)
        slots = np.flatnonzero((spans.opened_s <= second) & (spans.closed_s > second)).astype(np.int64)
        when = "now" if at == now else f"{here:%a} {here:%H:%M}"
        bars.append(
            Bar(
                label=f"{here:%H:%M}" if here.hour or here.minute else _day_label(here),
                title=tr("Open now")
                if at == now
                else tr("Open on {here:%a} {value} at {here:%H:%M}", here=here, value=_day_label(here)),
                value=len(slots),
                slots=slots,
                note=tr("{counted} open {when}", counted=counted(len(slots), "case"), when=when),
            )
        )
    change = bars[-1].value - bars[0].value
    arrow = "▲" if change > 0 else "▼"
    moved = f"{arrow} {count(abs(change))}" if change else "unchanged"
    return Chart(
        key="burn_down",
        title=tr("Open over time"),
        kind="line",
        unit="count",
        headline=tr(
            "{count} open  ·  {moved} since {astimezone:%a %H:%M}",
            count=count(bars[-1].value),
            moved=moved,
            astimezone=times[0].astimezone(zone),
        ),
        definition=tr(
            "Cases open at even steps of up to two days: opened by then and not yet closed. "
            "An earlier episode of a case that came back is not counted."
        ),
        bars=tuple(bars),
    )


def _steps(spans: CaseSpans, now: datetime) -> list[datetime]:
    """Even times until now: the shortest steps that reach back to the first case, at most whole hours."""
    second = int(now.timestamp())
    young_s = second - int(spans.opened_s.min()) if len(spans) else 0
    step_s = next((step for step in _STEPS_S if step * BURN_STEPS >= young_s), _STEPS_S[-1])
    last_s = second - second % step_s
    times = [now + timedelta(seconds=last_s - n * step_s - second) for n in range(BURN_STEPS - 1, -1, -1)]
    whole = [at.replace(microsecond=0) for at in times]
    return [*whole, now] if last_s < second else [*whole[:-1], now]


def cycle_time(spans: CaseSpans, now: datetime, zone: tzinfo) -> Chart:
    """How long it took from opening to closing, for the cases closed on each of the last days."""
    limits = _days(now, zone, RECENT_DAYS)
    bars, everything = [], []
    for day, end in pairwise(limits):
        slots = _between(spans.closed_s, day, end)
        took = (spans.closed_s[slots] - spans.opened_s[slots]) // 60
        everything.append(took)
        middle = int(np.median(took)) if len(took) else 0
        bars.append(
            Bar(
                label=_day_label(day),
                title=tr("Closed on {day:%a} {value}", day=day, value=_day_label(day)),
                value=middle,
                slots=slots,
                note=tr(
                    "median {duration}, {counted}",
                    duration=duration(middle * 60),
                    counted=counted(len(slots), "case"),
                )
                if len(slots)
                else NONE,
            )
        )
    whole = np.concatenate(everything)
    headline = NONE
    if len(whole):
        ninth = int(np.percentile(whole, 90))
        headline = tr(
            "median {duration}  ·  90 % within {duration2}",
            duration=duration(int(np.median(whole)) * 60),
            duration2=duration(ninth * 60),
        )
    return Chart(
        key="cycle_time",
        title=tr("Time to close"),
        kind="bars",
        unit="minutes",
        headline=headline,
        definition=tr(
            "Median time from the opening of a case's last episode to its closing, by the day it "
            "was closed, whether a person closed it or its cause went away."
        ),
        bars=tuple(bars),
    )


def pareto(spans: CaseSpans, currency: str) -> Chart:
    """Which types of open cases risk most money."""
    slots_of: dict[str, list[int]] = {}
    for slot in np.flatnonzero(spans.closed_s == STILL_OPEN).tolist():
        slots_of.setdefault(spans.type_titles[slot], []).append(slot)
    groups = {name: np.array(slots, dtype=np.int64) for name, slots in slots_of.items()}
    money = {name: int(spans.loss_cents[slots].sum()) for name, slots in groups.items()}
    ranked = sorted(groups, key=lambda name: (-money[name], name))
    rest = ranked[MOST_TYPES:] if len(ranked) > MOST_TYPES + 1 else []
    named = ranked[: len(ranked) - len(rest)]
    parts = [(name, groups[name]) for name in named]
    if rest:
        parts.append(
            (tr("{value} other types", value=len(rest)), np.concatenate([groups[name] for name in rest]))
        )
    total = sum(money.values())
    bars, so_far = [], 0
    for name, slots in parts:
        cents = int(spans.loss_cents[slots].sum())
        so_far += cents
        share = tr(", {value} % with those above", value=so_far * 100 // total) if total else ""
        bars.append(
            Bar(
                label=name,
                title=name,
                value=cents,
                slots=slots,
                note=f"{money_short(cents, currency)}, {counted(len(slots), 'case')}{share}",
            )
        )
    top = f"{bars[0].label} {bars[0].value * 100 // total} %" if bars and total else NONE
    return Chart(
        key="pareto",
        title=tr("Money at risk by type"),
        kind="rows",
        unit="cents",
        headline=f"{money_short(total, currency)}  ·  {top}" if bars else NONE,
        definition=tr(
            "Expected loss of the open cases if nothing is done, by type, the dearest first. A line "
            "hit by cases of two types counts with both, so the sum may exceed the tile on the tower page."
        ),
        bars=tuple(bars),
    )


def hours_of_week(spans: CaseSpans, now: datetime, zone: tzinfo) -> Chart:
    """At which hour of which weekday cases were opened, over four weeks; 168 bars, Monday first."""
    limits = _days(now, zone, DAYS)
    hours = [(day + timedelta(hours=hour), day.weekday(), hour) for day in limits[:-1] for hour in range(24)]
    edges = np.array([int(at.timestamp()) for at, _, _ in hours], dtype=np.int64)
    cells = np.array([24 * weekday + hour for _, weekday, hour in hours], dtype=np.int64)
    place = np.searchsorted(edges, spans.opened_s, side="right") - 1
    inside = (place >= 0) & (spans.opened_s < int(limits[-1].timestamp()))
    cell_of = np.where(inside, cells[np.clip(place, 0, len(cells) - 1)], -1)
    bars = []
    for cell in range(7 * 24):
        slots = np.flatnonzero(cell_of == cell).astype(np.int64)
        weekday, hour = divmod(cell, 24)
        bars.append(
            Bar(
                label=f"{WEEKDAYS[weekday]} {hour:02d}",
                title=tr(
                    "Opened on {value} from {hour:02d}:00 to {value2:02d}:00",
                    value=WEEKDAYS[weekday],
                    hour=hour,
                    value2=(hour + 1) % 24,
                ),
                value=len(slots),
                slots=slots,
                note=counted(len(slots), "case"),
            )
        )
    busiest = max(bars, key=lambda bar: bar.value)
    return Chart(
        key="hours",
        title=tr("New by hour and weekday"),
        kind="grid",
        unit="count",
        headline=tr("busiest {label}:00, {count}", label=busiest.label, count=count(busiest.value))
        if busiest.value
        else NONE,
        definition=tr("Cases opened in the last four weeks by the weekday and the hour at the site."),
        bars=tuple(bars),
    )
