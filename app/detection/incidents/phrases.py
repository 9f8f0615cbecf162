"""Why a case belongs to its incident, in one sentence with the names people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, text

from app.detection.incidents.edges import ANSWER, ANY, PEG, ROOM
from app.store.apply import CHUNK
from domain.catalogue.types import case_type
from domain.ids import EntityKind
from domain.incidents import IncidentBasis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.detection.incidents.facts import CaseNow, Link
    from app.detection.incidents.place import Placement

_NAMES = {
    EntityKind.INBOUND_SUPPLY: text("SELECT id, number AS name FROM inbound_supply WHERE id IN :ids"),
    EntityKind.ROUTE_EVENT: text("SELECT id, title AS name FROM route_event WHERE id IN :ids"),
    EntityKind.ORDER_LINE: text("""
SELECT l.id, 'line ' || l.position || ' of ' || COALESCE(o.number, l.order_id) AS name
  FROM order_line l LEFT JOIN sales_order o ON o.id = l.order_id WHERE l.id IN :ids
"""),
}

_SHARES: dict[str, str] = {
    EntityKind.CARRIER: "It goes with {thing}",
    EntityKind.LANE: "It takes the lane {thing}",
    EntityKind.ROUTE_EVENT: "Its way crosses {thing}",
    EntityKind.BIN: "It is picked from bin {thing}",
    EntityKind.WAVE: "It is in wave {thing}",
    EntityKind.NODE: "It is at {thing}",
    EntityKind.FEED: "It rests on what {thing} tells",
    EntityKind.LOT: "It takes from lot {thing}",
    EntityKind.ITEM: "It is about item {thing}",
    PEG: "It needs {thing}",
    ROOM: "{thing} was asked first and declined",
    ANSWER: "{thing} was asked first and did not answer, or gave it back",
    ANY: "It is of a kind that keeps quiet now",
}

_PEG_KEY = f"{PEG}:"
_BETWEEN: dict[str, str] = {EntityKind.CARRIER: "from", EntityKind.LANE: "to"}


def names_of(connection: Connection, placements: Iterable[Placement]) -> Mapping[tuple[str, str], str]:
    """What people call the things that the sentences name, by kind and id."""
    wanted: dict[EntityKind, set[str]] = {kind: set() for kind in _NAMES}
    for placement in placements:
        for link in (placement.cause, placement.mute, *(link for _, link in placement.also)):
            if link is not None and link.kind in wanted:
                wanted[EntityKind(link.kind)].add(link.thing)
                if placement.case.entity_kind == EntityKind.ORDER_LINE:
                    wanted[EntityKind.ORDER_LINE].add(placement.case.entity_id)
    names = {}
    for kind, ids in wanted.items():
        ordered = sorted(ids)
        query = _NAMES[kind].bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(ordered), CHUNK):
            for row in connection.execute(query, {"ids": ordered[start : start + CHUNK]}):
                names[kind.value, row.id] = row.name
    return names


def why(placement: Placement, names: Mapping[tuple[str, str], str]) -> str:
    """Why a case is in its incident."""
    case = placement.case
    if placement.basis is IncidentBasis.MANUAL:
        return f"{case.author} put it here: {case.reason}"
    if placement.basis is IncidentBasis.PEGGING and placement.cause is not None:
        return cause_words(case, placement.cause, names)
    if placement.basis is IncidentBasis.INHIBITION and placement.mute is not None:
        link = placement.mute
        share = _share(link, names)
        return f"{share}, and {_quoted(link)} keeps {case_type(case.code).title.lower()} quiet there."
    if case.key.startswith(_PEG_KEY):
        item, _, node = case.key.removeprefix(_PEG_KEY).partition("|")
        return f"Not enough of {item} at {node}: all that is short of it there belongs together."
    return f"It has the key {case.key.removeprefix('alone:')} (version {case.version})."


def cause_words(case: CaseNow, link: Link, names: Mapping[tuple[str, str], str]) -> str:
    """How a root explains a case."""
    if link.kind == EntityKind.INBOUND_SUPPLY:
        supply = names.get((link.kind, link.thing), link.thing)
        waits = names.get((EntityKind.ORDER_LINE.value, case.entity_id), case.title)
        if link.weight:
            return f"{supply} is late and {waits} waits for {link.weight:,} ea of it."
        return f"{supply} should cover it: {link.title}."
    return f"{_share(link, names)}, where there is: {link.title}."


def _share(link: Link, names: Mapping[tuple[str, str], str]) -> str:
    thing = names.get((link.kind, link.thing)) or _spoken(link)
    words = _SHARES.get(link.kind, f"It is about {link.kind.replace('_', ' ')} {{thing}}")
    return words.format(thing=thing)


def _spoken(link: Link) -> str:
    """An id of two parts as people say it: ``bin A-1 at MEM``, ``ACME from MEM``, ``MEM to Z1``."""
    first, bar, second = link.thing.partition("|")
    if not bar:
        return first
    if link.kind in {EntityKind.BIN, EntityKind.WAVE}:
        return f"{second} at {first}"
    return f"{first} {_BETWEEN.get(link.kind, 'at')} {second}"


def _quoted(link: Link) -> str:
    return f"“{link.title}”"
