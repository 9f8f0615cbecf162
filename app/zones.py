"""Time zones: that of the desk, and those that sites name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Under which name the window keeps the choice, and what can be chosen besides the desk's own zone.
TIMES_KEPT: Final = "times"
BY_SITE: Final = "site"
BY_UTC: Final = "utc"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTimes:
    """In which zone times are shown; ``by_site`` shows those of a case in the zone of its site."""

    zone: tzinfo = UTC
    by_site: bool = False


UNIVERSAL: Final = DeskTimes()


def times_for(wish: str, own: tzinfo) -> DeskTimes:
    """The choice that was kept, at a desk whose own zone is ``own``."""
    return DeskTimes(zone=UTC if wish == BY_UTC else own, by_site=wish == BY_SITE)


def zone_named(name: str) -> tzinfo:
    """A zone by its IANA name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
