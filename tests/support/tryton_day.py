"""Which day it is for the tests' distributor: its company lives where it is morning while the tests run.

Rules look at the clock: after closing time a shipment planned for today is a missed pickup. A zone with the
date of UTC and an hour in the late morning keeps what tests expect the same at every hour they are run.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

MORNING_HOUR = 10
MOST_WEST = 12


@cache
def company_zone_name() -> str:
    """The zone of the company, chosen once a process; ``Etc`` names count hours west of Greenwich."""
    hours_west = min(datetime.now(UTC).hour - MORNING_HOUR, MOST_WEST)
    return f"Etc/GMT{hours_west:+d}" if hours_west else "Etc/GMT"


def company_zone() -> ZoneInfo:
    """The zone whose day the tests' distributor works in."""
    return ZoneInfo(company_zone_name())


def today() -> date:
    """The date Tryton takes for today."""
    return datetime.now(company_zone()).date()
