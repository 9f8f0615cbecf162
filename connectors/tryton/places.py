"""Where an address lies when nobody gave its position: middles of states and countries (tenths of a degree).

Good enough to draw a marker and to rank warehouses by distance; the profile's ``positions`` are exact.
"""

from __future__ import annotations

MICRO_PER_TENTH = 100_000

_STATES = """
AL 328 -868|AK 641 -1523|AZ 343 -1117|AR 348 -924|CA 372 -1193|CO 390 -1055|CT 416 -727|DE 390 -755
DC 389 -770|FL 286 -824|GA 326 -834|HI 203 -1564|ID 444 -1146|IL 400 -892|IN 399 -863|IA 420 -935
KS 385 -984|KY 375 -853|LA 311 -920|ME 454 -692|MD 390 -768|MA 423 -718|MI 443 -854|MN 463 -943
MS 327 -897|MO 384 -925|MT 470 -1096|NE 415 -998|NV 393 -1166|NH 437 -716|NJ 402 -747|NM 344 -1061
NY 429 -755|NC 355 -794|ND 474 -1005|OH 403 -828|OK 356 -975|OR 439 -1206|PA 409 -778|RI 417 -716
SC 339 -809|SD 444 -1002|TN 359 -864|TX 315 -993|UT 393 -1117|VT 441 -727|VA 375 -789|WA 474 -1205
WV 386 -806|WI 446 -897|WY 430 -1076
"""
_COUNTRIES = """
US 398 -986|CA 561 -1063|MX 236 -1025|BR -107 -529|GB 540 -25|IE 534 -80|FR 466 25|DE 511 104
BE 506 47|NL 522 55|LU 498 61|CH 468 82|AT 476 141|IT 425 121|ES 402 -36|PT 396 -80|DK 560 100
SE 620 150|NO 620 100|FI 645 263|PL 521 194|CZ 498 154|SK 487 195|HU 472 194|RO 459 249|GR 390 220
TR 391 352|IN 229 797|CN 362 1040|JP 366 1382|KR 364 1279|AU -251 1341|NZ -415 1728|ZA -290 251
"""


def _table(text: str) -> dict[str, tuple[int, int]]:
    entries = [entry.split() for entry in text.replace("\n", "|").split("|") if entry.strip()]
    return {code: (int(lat) * MICRO_PER_TENTH, int(lon) * MICRO_PER_TENTH) for code, lat, lon in entries}


STATES = _table(_STATES)
COUNTRIES = _table(_COUNTRIES)


def middle_of(country: str, subdivision: str) -> tuple[int, int] | None:
    """(latitude, longitude) in micro-degrees of a state (``US-PA``) or else a country; None if unknown."""
    prefix, _, state = subdivision.partition("-")
    if prefix == "US" and state in STATES:
        return STATES[state]
    return COUNTRIES.get(country)
