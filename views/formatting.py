"""Money, durations, dates and counts as people read them; free of Qt."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Final

from views.language import forms, tr

MINUS: Final = "−"  # noqa: RUF001 - the minus sign, as wide as a plus
NONE: Final = "—"

_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$"}
_CENTS: Final = 100
_THOUSAND: Final = 1_000
_TEN_THOUSAND: Final = 10_000
_MILLION: Final = 1_000_000
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_TEN: Final = 10
_BASIS_POINTS_PER_PERCENT: Final = 100


def currency_sign(currency: str) -> str:
    """What stands before an amount: ``$`` for USD; the code and a space where there is no short sign."""
    return _SIGNS.get(currency, f"{currency} ")


def money(cents: int, currency: str = "USD") -> str:
    """An amount in whole units: ``$186,400``; below 10.00 also the cents."""
    sign = MINUS if cents < 0 else ""
    amount = abs(cents)
    if amount % _CENTS and amount < _TEN * _CENTS:
        return _with_sign(f"{amount / _CENTS:.2f}", sign, currency)
    return _with_sign(f"{(amount + _CENTS // 2) // _CENTS:,}", sign, currency)


def written(number: str) -> str:
    """A number written the English way, as the language in force writes it."""
    used = forms()
    if used.thousands == ",":
        return number
    return number.replace(",", " ").replace(".", used.decimal).replace(" ", used.thousands)


def _with_sign(number: str, sign: str, currency: str) -> str:
    """An amount with its minus and its currency where the language puts it."""
    money_sign = currency_sign(currency).strip()
    if forms().currency_after and money_sign:
        return f"{sign}{written(number)} {money_sign}"
    return f"{sign}{currency_sign(currency)}{written(number)}"


def money_exact(cents: int, currency: str = "USD") -> str:
    """An amount to the cent, for what is signed: ``$186,400.00``."""
    sign = MINUS if cents < 0 else ""
    return _with_sign(f"{abs(cents) // _CENTS:,}.{abs(cents) % _CENTS:02d}", sign, currency)


def money_short(cents: int, currency: str = "USD") -> str:
    """An amount in few characters: ``$2.84M``, ``$186.4k``, ``$310``."""
    sign = MINUS if cents < 0 else ""
    units = abs(cents) / _CENTS
    if units >= _MILLION - _THOUSAND / 2:
        return _with_sign(f"{units / _MILLION:.2f}".removesuffix(".00") + "M", sign, currency)
    if units >= _THOUSAND - 0.5:
        return _with_sign(f"{units / _THOUSAND:.1f}".removesuffix(".0") + "k", sign, currency)
    return _with_sign(f"{units:.0f}", sign, currency)


def money_delta(cents: int, currency: str = "USD") -> str:
    """A difference with its sign: ``+$2.1k``, ``−$11.2k``, ``$0``."""  # noqa: RUF002 - the minus sign
    plus = "+" if cents > 0 else ""
    return plus + money_short(cents, currency)


def sentence(words: str) -> str:
    """Words with a capital at their beginning; the others stay as they are."""
    return words[:1].upper() + words[1:]


def count(number: int) -> str:
    """A count with thousands: ``1,277``."""
    return written(f"{number:,}")


def counted(number: int, noun: str) -> str:
    """A count with its noun: ``1 order``, ``42 orders``; both forms are texts of the catalogue."""
    return tr(f"1 {noun}") if number == 1 else tr(f"{{number}} {noun}s", number=count(number))


def percent(basis_points: int) -> str:
    """A share given in basis points: ``93.1 %``; whole percents without decimals."""
    if basis_points % _BASIS_POINTS_PER_PERCENT == 0:
        return f"{basis_points // _BASIS_POINTS_PER_PERCENT} %"
    return written(f"{basis_points / _BASIS_POINTS_PER_PERCENT:.1f}") + " %"


def _parts(seconds: int) -> tuple[int, int, int]:
    days, rest = divmod(seconds, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    return days, hours, rest // _MINUTE_S


def countdown(seconds: int) -> str:
    """Time left, for a narrow column: ``0 h 52 m``, ``11 h``, ``2 d 4 h``; below zero ``late 1 h 05 m``."""
    days, hours, minutes = _parts(abs(seconds))
    words = f"{hours} h {minutes:02d} m"
    if days:
        words = tr("{days} d {hours} h", days=days, hours=hours)
    elif hours >= _TEN:
        words = f"{hours} h"
    return tr("late {time}", time=words) if seconds < 0 else words


def time_left(seconds: int) -> str:
    """Time left in a sentence: ``in 1 h 48 min``, ``12 min ago``."""
    words = duration(abs(seconds))
    return tr("in {time}", time=words) if seconds >= 0 else tr("{time} ago", time=words)


def duration(seconds: int) -> str:
    """A span: ``48 s``, ``12 min``, ``1 h 48 min``, ``2 d 4 h``."""
    days, hours, minutes = _parts(seconds)
    if days:
        return tr("{days} d {hours} h", days=days, hours=hours)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def tenths(seconds: float) -> str:
    """A short span to the tenth of a second: ``1.8 s``."""
    return written(f"{seconds:.1f}") + " s"


def age(seconds: int) -> str:
    """An age in one unit: ``8 s``, ``12 min``, ``3 h``, ``2 d``."""
    if seconds < _MINUTE_S:
        return f"{max(seconds, 0)} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min"
    return f"{seconds // _HOUR_S} h" if seconds < _DAY_S else tr("{days} d", days=seconds // _DAY_S)


def seconds_between(later: datetime, earlier: datetime) -> int:
    """Whole seconds from ``earlier`` to ``later``; below zero if it is the other way round."""
    return int((later - earlier).total_seconds())


def clock(at: datetime, zone: tzinfo) -> str:
    """Hours and minutes at the desk: ``10:26``."""
    return at.astimezone(zone).strftime("%H:%M")


def clock_with_zone(at: datetime, zone: tzinfo) -> str:
    """Hours, minutes, seconds and the zone's name: ``10:26:41 CDT``."""
    return at.astimezone(zone).strftime("%H:%M:%S %Z").strip()


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """The clock today, with the day on other days: ``10:26``, ``12 Nov 10:26``."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    if here.date() == today.date():
        return here.strftime("%H:%M")
    return f"{day_and_month(here)} {here:%H:%M}"


def full_moment(at: datetime, zone: tzinfo) -> str:
    """Date, time and zone, for what is signed: ``12 Nov 2026 10:26 UTC``."""
    here = at.astimezone(zone)
    return f"{day_and_month(here)} {here:%Y %H:%M %Z}".strip()


def day_and_month(here: date) -> str:
    """The day as the language writes it: ``12 Nov``, ``12. Nov.``."""
    used = forms()
    return used.day_month.format(day=here.day, month=used.months[here.month - 1])
