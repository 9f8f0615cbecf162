"""What a rule is, and what it says of one entity whose condition holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms
from domain.cases import Fact, Impact, Severity
from domain.catalogue.case_type import CaseType
from domain.ids import EntityKind, EntityRef, NodeId, OrderId, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row

    from app.detection.policy import DetectionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When detection looks: ``now_ms`` decides conditions, the full hour before it decides money.

    Money that depends on the time moves once an hour, so that an unchanged case stays unchanged.
    """

    now_ms: int
    hour_ms: int
    policy: DetectionPolicy

    @property
    def now(self) -> datetime:
        """The instant of looking."""
        return from_ms(self.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A condition that holds now, with its money; ``losses`` splits it by order line."""

    case_type: CaseType
    entity: EntityRef
    title: str
    consequence: str
    impact: Impact
    losses: tuple[tuple[str, int], ...]
    severity: Severity
    correlation_key: str
    evidence: tuple[Fact, ...]
    order_ids: tuple[OrderId, ...] = ()
    node_id: NodeId | None = None
    breach_at: datetime | None = None
    sources: tuple[SourceName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: how candidates are selected (rows in order of ``entity_id``), and what they mean.

    ``reads`` are the kinds whose change can open or clear a case. ``flips`` says whether the mere
    passing of time between two instants (milliseconds) can do so. Absence from the selection clears.
    """

    case_type: CaseType
    reads: frozenset[EntityKind]
    select: Callable[[Connection, Moment], Sequence[Row[Any]]]
    assess: Callable[[Sequence[Row[Any]], Moment], Finding]
    flips: Callable[[Connection, int, int], bool] | None = None
