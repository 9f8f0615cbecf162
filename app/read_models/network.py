"""The map: nodes, the ways from nodes to zones with what is at risk on them, and a marker a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.read_models.geography import Geography, degrees
from domain.cases import ExceptionCase
from domain.customers import Customer
from domain.ids import EntityKind, NodeId, ZoneId
from domain.network import Lane, Node
from views.map.state import MapLane, MapMarkers, MapNode

if TYPE_CHECKING:
    from app.store.mirror import Mirror

FEWEST_FOR_RISK = 3
LANES_PER_ZONE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """Where each zone lies (the middle of its customers), and the lanes that reach it."""

    middle: Mapping[ZoneId, tuple[float, float]]
    lanes: tuple[Lane, ...]


def read_zones(mirror: Mirror) -> Zones:
    """Zones and lanes; they change rarely, so they are read once a while."""
    places: dict[ZoneId, list[tuple[float, float]]] = {}
    for record in mirror.entities(EntityKind.CUSTOMER):
        if isinstance(record.entity, Customer):
            place = record.entity.place
            point = (degrees(place.longitude_micro), degrees(place.latitude_micro))
            places.setdefault(record.entity.zone_id, []).append(point)
    middle = {
        zone: (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for zone, points in places.items()
    }
    lanes = (record.entity for record in mirror.entities(EntityKind.LANE))
    return Zones(middle=middle, lanes=tuple(lane for lane in lanes if isinstance(lane, Lane)))


def lane_key(node_id: str, zone_id: str) -> str:
    """The map's id of the way from a node to a zone."""
    return f"{node_id}>{zone_id}"


def map_nodes(geography: Geography) -> tuple[MapNode, ...]:
    """Every node with its place."""
    return tuple(_map_node(node) for node in geography.nodes.values())


def _map_node(node: Node) -> MapNode:
    return MapNode(
        id=node.node_id,
        name=node.name,
        lon=degrees(node.place.longitude_micro),
        lat=degrees(node.place.latitude_micro),
    )


def map_lanes(geography: Geography, zones: Zones, cases: Sequence[ExceptionCase]) -> tuple[MapLane, ...]:
    """The quickest ways into each zone and every way with cases; three cases or more put a way at risk."""
    severities: dict[tuple[NodeId, ZoneId], list[int]] = {}
    for case in cases:
        customer = geography.customer_of(case)
        if case.node_id is not None and customer is not None and len(case.order_ids) == 1:
            severities.setdefault((case.node_id, customer.zone_id), []).append(int(case.severity))
    shown = {*severities, *_quickest(zones.lanes)}
    rows = []
    for node_id, zone_id in sorted(shown):
        node, middle = geography.nodes.get(node_id), zones.middle.get(zone_id)
        if node is None or middle is None:
            continue
        rows.append(
            MapLane(
                id=lane_key(node_id, zone_id),
                from_lon=degrees(node.place.longitude_micro),
                from_lat=degrees(node.place.latitude_micro),
                to_lon=middle[0],
                to_lat=middle[1],
                severity=_lane_severity(severities.get((node_id, zone_id), [])),
            )
        )
    return tuple(rows)


def _lane_severity(found: list[int]) -> int:
    """The gravest severity that three cases on the way reach together; 0 where it is calm."""
    grave = sorted((s for s in found if s > 1), reverse=True)
    return grave[FEWEST_FOR_RISK - 1] if len(grave) >= FEWEST_FOR_RISK else 0


def _quickest(lanes: Sequence[Lane]) -> set[tuple[NodeId, ZoneId]]:
    by_zone: dict[ZoneId, list[Lane]] = {}
    for lane in lanes:
        by_zone.setdefault(lane.zone_id, []).append(lane)
    chosen: set[tuple[NodeId, ZoneId]] = set()
    for zone_id, found in by_zone.items():
        best = sorted(found, key=lambda lane: (lane.transit_days, lane.fixed_cost_cents, lane.lane_id))
        chosen.update((lane.origin_node_id, zone_id) for lane in best[:LANES_PER_ZONE])
    return chosen


def map_markers(geography: Geography, cases: Sequence[ExceptionCase]) -> MapMarkers:
    """A marker for every case that lies somewhere."""
    placed = [(case, geography.place_of(case)) for case in cases]
    rows = [(case, place) for case, place in placed if place is not None]
    return MapMarkers(
        lon=np.array([degrees(place.longitude_micro) for _, place in rows], dtype=np.float64),
        lat=np.array([degrees(place.latitude_micro) for _, place in rows], dtype=np.float64),
        severity=np.array([int(case.severity) for case, _ in rows], dtype=np.int8),
        ids=tuple(str(case.case_id) for case, _ in rows),
    )
