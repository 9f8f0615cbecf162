"""What the profile says about a Tryton source: texts in, checked values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import BadInputError

MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierTerms:
    """What Tryton does not know of a carrier: SCAC, days on the road, cents a kilogram."""

    scac: str
    transit_days: int
    rate_cents_per_kg: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrytonSettings:
    """Options of a Tryton source.

    ``positions`` gives (latitude, longitude) in micro-degrees by postal code; ``carriers`` gives terms by
    carrier name. Where Tryton keeps only a shipping date, the promise is ``promise_transit_days`` later.
    """

    database: str
    user: str
    positions: Mapping[str, tuple[int, int]]
    carriers: Mapping[str, CarrierTerms]
    default_transit_days: int = 3
    promise_transit_days: int = 3
    default_weight_grams: int = 1_000
    default_tier: int = 3
    lane_kilometres_per_day: int = 900
    lane_cents_per_tonne_kilometre: int = 12


def settings_from(options: Mapping[str, str]) -> TrytonSettings:
    """Read the options of a source.

    ``positions`` is written ``07105=40.728,-74.144; 43207=39.905,-82.961`` and ``carriers``
    ``Overland Freight=OVLF/5; Meridian Express=MRDX/1/20`` (SCAC, days, cents a kilogram).

    Raises:
        BadInputError: an option is missing or cannot be read.
    """
    try:
        return TrytonSettings(
            database=options["database"],
            user=options["user"],
            positions={code: _position(text) for code, text in _pairs(options.get("positions", "")).items()},
            carriers={name: _terms(text) for name, text in _pairs(options.get("carriers", "")).items()},
            default_transit_days=int(options.get("default_transit_days", "3")),
            promise_transit_days=int(options.get("promise_transit_days", "3")),
            default_weight_grams=int(options.get("default_weight_grams", "1000")),
            default_tier=int(options.get("default_tier", "3")),
            lane_kilometres_per_day=int(options.get("lane_kilometres_per_day", "900")),
            lane_cents_per_tonne_kilometre=int(options.get("lane_cents_per_tonne_kilometre", "12")),
        )
    except KeyError as error:
        raise BadInputError(
            what=f"The Tryton source lacks the option {error}.",
            remedy="Give database and user of the Tryton server in the profile.",
        ) from error
    except ValueError as error:
        raise BadInputError(
            what=f"An option of the Tryton source cannot be read: {error}.",
            remedy="Compare it with the example in docs/profiles.md.",
        ) from error


def _pairs(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.split(";") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in parts}


def _position(text: str) -> tuple[int, int]:
    latitude, _, longitude = text.partition(",")
    return round(float(latitude) * MICRO), round(float(longitude) * MICRO)


def _terms(text: str) -> CarrierTerms:
    scac, days, *rate = text.split("/")
    return CarrierTerms(
        scac=scac.strip(), transit_days=int(days), rate_cents_per_kg=int(rate[0]) if rate else 0
    )
