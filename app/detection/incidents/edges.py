"""Which types may explain or mute which others, and by sharing what: the catalogue as edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from domain.catalogue.types import CASE_TYPES
from domain.decision_tables.suppression import Suppression, SuppressOn
from domain.ids import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.catalogue.case_type import CaseType

#: An item at a node, ``item|node``: what demand and supply meet at; no record of its own.
PEG = "peg"
#: What every case shares with every other.
ANY = "any"
#: Who said first that it has no room for a shipment, and who did not answer or gave it back: no records of
#: their own. A carrier that is full says no; one that is in trouble says nothing.
ROOM = "room"
ANSWER = "answer"
#: Types that come of a carrier's refusal, whoever carries the shipment in the end.
REFUSED = frozenset({"TR-TENDER", "TR-OVERSPEND"})
_REFUSALS = {"TR-CAPACITY": ROOM, "TR-CARRIER": ANSWER}

MS_PER_HOUR = 3_600_000

#: Beside its own entity, what a root of a kind may name (``about``) and be found by.
_ROOT_KINDS: dict[EntityKind, tuple[str, ...]] = {
    EntityKind.INBOUND_SUPPLY: (EntityKind.INBOUND_SUPPLY, PEG),
    EntityKind.BIN: (EntityKind.BIN, PEG),
    EntityKind.CYCLE_COUNT: (EntityKind.BIN, PEG),
    EntityKind.INVENTORY_POSITION: (PEG, EntityKind.BIN),
    EntityKind.CARRIER_BOOKING: (EntityKind.CARRIER_BOOKING, EntityKind.LANE),
    EntityKind.ITEM: (EntityKind.ITEM, EntityKind.LOT),
}

#: Shortages of one item at one node have one cause, whichever of these types says so: they share its peg
#: as their key.
SHORT_OF = frozenset(
    {"AL-SHORT", "AL-IMBALANCE", "AL-PRIORITY-INV", "AL-BO-AGED", "AL-STOCKOUT-RISK", "OE-PROMISE"}
)
#: A carrier in trouble at several nodes at once is one trouble: of these types its SCAC is the key. That it
#: is late and that it has no room are two: one may be without the other.
OF_CARRIER = {"TR-CARRIER": "carrier", "TR-CAPACITY": "capacity"}

#: Silence, a strike or a storm explains only what came up with it: a member may be older by so much, as long
#: as it takes to see that there is trouble.
OLDER_MEMBER_MS: dict[str, int] = {
    EntityKind.FEED: 2 * MS_PER_HOUR,
    EntityKind.NODE: 8 * MS_PER_HOUR,
    EntityKind.CARRIER: 48 * MS_PER_HOUR,
    EntityKind.ROUTE_EVENT: 4 * MS_PER_HOUR,
    ROOM: 24 * MS_PER_HOUR,
    ANSWER: 48 * MS_PER_HOUR,
}

#: A carrier's record stays bad for days after its trouble is over. Loads refused or moved at a price so long
#: after the case on it was opened are new trouble, or nobody's; goods on its road may still be late by it.
NEWER_MEMBER_MS: dict[str, int] = {ROOM: 60 * MS_PER_HOUR, ANSWER: 60 * MS_PER_HOUR}

#: How long after a root has ended what comes up still comes of it: a strike is felt for days.
LASTING_MS = 72 * MS_PER_HOUR
AFTERMATH_MS: dict[str, int] = {
    EntityKind.FEED: 2 * MS_PER_HOUR,
    EntityKind.NODE: 12 * MS_PER_HOUR,
    EntityKind.CARRIER: 48 * MS_PER_HOUR,
    EntityKind.ROUTE_EVENT: 48 * MS_PER_HOUR,
    EntityKind.INBOUND_SUPPLY: 24 * MS_PER_HOUR,
    ROOM: 48 * MS_PER_HOUR,
    ANSWER: 48 * MS_PER_HOUR,
}

#: A key that comes up again so soon after its incident ended is that incident once more. A trickle, of fewer
#: members than ``TRICKLE``, is one matter of the week; a wave is over when its cases are.
SAME_AGAIN_MS = 24 * MS_PER_HOUR
TRICKLE_AGAIN_MS = 7 * 24 * MS_PER_HOUR
TRICKLE = 8

#: An incident of at least so many members takes nobody in any more when fewer than ``WAVE_FEWEST`` have come
#: to it within ``WAVE_QUIET_MS``, or when it is ``WAVE_LASTS_MS`` old: what comes after that under its key,
#: or of a root in it, is a new matter, though the carrier is the same or the centre has been busy for weeks.
WAVE = 10
WAVE_FEWEST = 4
WAVE_QUIET_MS = 24 * MS_PER_HOUR
WAVE_LASTS_MS = 72 * MS_PER_HOUR

#: (child, root): where the child's shipment was when it was found late, if the root explains and mutes it. A
#: carrier that is late on the road is not why goods stand at the dock; that it does not fetch them has its
#: own case. A floor is not why what had left is late, nor what came to it late: see ``CAME_LATE_MS``. One
#: that is short of people makes late only what it picked, or has yet to pick, past its cut-off.
ON_THE_ROAD = "road"
ON_THE_FLOOR = "floor"
PAST_CUT_OFF = "cut-off"
_WHERE_LATE = {
    ("TR-ETA-LATE", "TR-CARRIER"): ON_THE_ROAD,
    ("TR-ETA-LATE", "WH-OUTAGE"): ON_THE_FLOOR,
    ("TR-ETA-LATE", "WH-LABOUR"): PAST_CUT_OFF,
}

#: What was released to be picked so shortly before it was found late had waited for its goods or its release.
CAME_LATE_MS = 4 * MS_PER_HOUR

_SHARED: dict[SuppressOn, str] = {
    SuppressOn.ANY: ANY,
    SuppressOn.ORDER: EntityKind.SALES_ORDER,
    SuppressOn.LINE: EntityKind.ORDER_LINE,
    SuppressOn.CUSTOMER: EntityKind.CUSTOMER,
    SuppressOn.ITEM: EntityKind.ITEM,
    SuppressOn.NODE: EntityKind.NODE,
    SuppressOn.BIN: EntityKind.BIN,
    SuppressOn.SUPPLY: EntityKind.INBOUND_SUPPLY,
    SuppressOn.SHIPMENT: EntityKind.SHIPMENT,
    SuppressOn.CARRIER: EntityKind.CARRIER,
    SuppressOn.LANE: EntityKind.LANE,
    SuppressOn.EVENT: EntityKind.ROUTE_EVENT,
    SuppressOn.SOURCE: EntityKind.FEED,
}


#: Sharing one of these says more than sharing a key: what keeps a case quiet there also explains it.
_TELLING = frozenset(
    {
        SuppressOn.ORDER,
        SuppressOn.LINE,
        SuppressOn.BIN,
        SuppressOn.SUPPLY,
        SuppressOn.SHIPMENT,
        SuppressOn.EVENT,
    }
)
_LAST_RANK = 50


@runtime_checkable
class SuppressingPolicy(Protocol):
    """Policies in force that also say which types keep which others quiet."""

    @property
    def suppressions(self) -> tuple[Suppression, ...]:
        """What keeps what quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Cases of ``child`` may hang on a case of ``root`` that shares a thing of ``kind``.

    ``own`` asks that the thing is the root's own (its entity, or what it names), not merely near it.
    ``mutes`` says that the root keeps the child quiet; else it explains it, the lowest ``rank`` best.
    ``where_late`` asks that the child's shipment had left (``ON_THE_ROAD``), or had stood on the floor
    (``ON_THE_FLOOR``), there beyond its cut-off (``PAST_CUT_OFF``), when the child was opened; blank: it may
    be anywhere.
    """

    child: str
    root: str
    kind: str
    rank: int
    own: bool
    mutes: bool
    where_late: str = ""


def root_kinds(case_type: CaseType) -> tuple[str, ...]:
    """The kinds of thing by which cases find a root of this type."""
    return _ROOT_KINDS.get(case_type.entity, (case_type.entity,))


def _link_kinds(child: CaseType, root: CaseType) -> tuple[str, ...]:
    if child.code in REFUSED and root.code in _REFUSALS:
        return (_REFUSALS[root.code],)
    if child.entity is EntityKind.CARRIER and root.entity is EntityKind.ROUTE_EVENT:
        # A carrier's trouble is no shipment that meets an event; they meet on the lanes both name.
        return (EntityKind.LANE,)
    return root_kinds(root)


def edges_of(
    suppressions: Iterable[Suppression] = (), types: Iterable[CaseType] = CASE_TYPES
) -> tuple[Edge, ...]:
    """All edges of the catalogue and of the policies, without repeats."""
    by_code = {case_type.code: case_type for case_type in types}
    found: dict[Edge, None] = {}
    for child in by_code.values():
        for rank, code in enumerate(child.parents):
            root = by_code.get(code)
            if root is not None and root.root:
                for kind in _link_kinds(child, root):
                    edge = Edge(
                        child=child.code,
                        root=code,
                        kind=kind,
                        rank=rank,
                        own=True,
                        mutes=False,
                        where_late=_WHERE_LATE.get((child.code, code), ""),
                    )
                    found[edge] = None
    for root in by_code.values():
        for code in root.inhibits:
            for kind in root_kinds(root):
                edge = Edge(
                    child=code,
                    root=root.code,
                    kind=kind,
                    rank=0,
                    own=True,
                    mutes=True,
                    where_late=_WHERE_LATE.get((code, root.code), ""),
                )
                found[edge] = None
    for rule in suppressions:
        kind = _SHARED[rule.on]
        edge = Edge(child=rule.code, root=rule.while_code, kind=kind, rank=1, own=False, mutes=True)
        found[edge] = None
        if rule.on in _TELLING:
            explains = Edge(
                child=rule.code, root=rule.while_code, kind=kind, rank=_LAST_RANK, own=False, mutes=False
            )
            found[explains] = None
    return tuple(found)


def edges_in_force(policy: object) -> tuple[Edge, ...]:
    """The edges under the policies in force."""
    return _edges_with(policy.suppressions if isinstance(policy, SuppressingPolicy) else ())


@cache
def _edges_with(suppressions: tuple[Suppression, ...]) -> tuple[Edge, ...]:
    return edges_of(suppressions)


def needed_kinds(edges: Iterable[Edge]) -> dict[tuple[str, str], bool]:
    """Which kinds of thing must be known of cases of which code; whether only what is their own."""
    needed: dict[tuple[str, str], bool] = {}
    for edge in edges:
        needed[edge.child, edge.kind] = False
        root = (edge.root, edge.kind)
        needed[root] = edge.own and needed.get(root, True)
    needed.update({(code, PEG): False for code in SHORT_OF})
    return needed
