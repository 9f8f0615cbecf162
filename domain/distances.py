"""How far two points are apart, and how long a truck takes for it."""

from __future__ import annotations

import math

EARTH_RADIUS_KILOMETRES = 6_371
_MICRO = 1_000_000
#: Up to so many kilometres a truck takes 1, 2, 3, 4 days; beyond, 5.
_DAY_LIMITS_KILOMETRES = (450, 1_100, 2_000, 3_200)


def kilometres_between(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Great-circle distance of two points given in micro-degrees (latitude, longitude), by the haversine."""
    lat1, lon1, lat2, lon2 = (math.radians(micro / _MICRO) for micro in (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_RADIUS_KILOMETRES * math.asin(math.sqrt(half)))


def road_days(kilometres: float) -> int:
    """Days a truck takes by road over that distance."""
    return 1 + sum(kilometres > limit for limit in _DAY_LIMITS_KILOMETRES)
