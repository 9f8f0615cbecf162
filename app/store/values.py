"""What the mirror answers with, beside domain values: plain, frozen, without SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import AllocationId, CaseId, EntityKind, EntityRef, NodeId, PositionId, SourceName


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """What became of a page's records.

    ``foreign`` counts records of something that another source already gives: the first source to
    give a record owns it, since stamps of two sources cannot be compared.
    """

    written: int = 0
    unchanged: int = 0
    foreign: int = 0
    deleted: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One step in the life of a case: opened, moved, changed, reopened, closed."""

    case_id: CaseId
    at: datetime
    episode: int
    kind: str
    from_state: str
    to_state: str
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """Something that happened, or is planned, in the life of an order; ``kind`` is the entity kind."""

    at: datetime
    kind: EntityKind
    title: str
    detail: str
    source: SourceName
    entity: EntityRef
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStock:
    """An item at a node, in units; ``available`` is what other nodes' orders may take.

    ``committed`` is every allocation and every open remainder that would ship from here;
    ``available = max(0, on_hand - committed - safety_stock)``.
    """

    node_id: NodeId
    position_id: PositionId
    on_hand_quantity: int
    safety_stock_quantity: int
    committed_quantity: int
    available_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLine:
    """A line of which units are not covered, by node: what the last detection found."""

    line_id: str
    node_id: NodeId
    open_quantity: int
    short_quantity: int
    allocation_ids: tuple[AllocationId, ...]
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSample:
    """A figure as it was at the end of an hour (the last one: as it is)."""

    name: str
    hour_at: datetime
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered of a source between runs; times are of the tower's clock."""

    source: SourceName
    title: str
    kinds: tuple[EntityKind, ...]
    interval_seconds: int
    registered_at: datetime
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    failures_in_row: int
    why: str
    next_attempt_at: datetime | None
    last_sweep_at: datetime | None
    rows_read: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """A record that could not be understood and is kept as it came."""

    source: SourceName
    stream: str
    external_id: str
    code: str
    message: str
    raw: bytes
    first_seen_at: datetime
    last_seen_at: datetime
    attempts: int
