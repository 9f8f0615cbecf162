"""What a rule is: a select over the mirror, the keys it can be narrowed to, and what wakes it.

One rule is {select, scope key, wake-up, clear}. The select without a scope is the full pass and the
oracle; narrowed to the dirty keys it is the incremental pass; both must find the same. Absence from
the selection clears a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from app.store.instants import from_ms
from domain.cases import Fact, Impact, Severity
from domain.catalogue.case_type import CaseType
from domain.ids import EntityKind, EntityRef, NodeId, OrderId, SourceName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Row

    from app.detection.gathering import Gathering


class PolicyReader(Protocol):
    """The policies in force, as rules see them (see ``app.detection.policy_set``)."""

    def setting(self, name: str) -> int:
        """A figure of a ``[settings]`` table, by name; the unit is in the name."""

    def decide(self, table: str, /, **inputs: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any column type
        """The outputs of a decision table for these inputs."""

    def case_sql(self, table: str, output: str, inputs: Mapping[str, str]) -> str:
        """The same decision as a SQL expression over column expressions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When detection looks: ``now_ms`` decides conditions, the full hour before it decides money.

    Money that depends on the time moves once an hour, so that an unchanged case stays unchanged.
    ``misses`` are the lines missed in the last 90 days by customer id, as counted at that hour;
    ``gathered`` names what full passes of this detection have gathered (see ``app.detection.gathering``).
    """

    now_ms: int
    hour_ms: int
    policy: PolicyReader
    misses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    gathered: set[str] = field(default_factory=set, compare=False)

    @property
    def now(self) -> datetime:
        """The instant of looking."""
        return from_ms(self.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A condition that holds now, with its money; ``losses`` splits it by order line.

    ``responsible_at`` is the last responsible moment: after it no action can avoid the loss any more.
    ``about`` are further entities the case is about (a bin ``dc|bin``, a supply, a carrier, a lane), by
    which correlation finds its cause.
    """

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
    responsible_at: datetime | None = None
    sources: tuple[SourceName, ...] = ()
    about: tuple[EntityRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    ``sql`` selects the rows of what is wrong, ordered by ``entity_id``, which it names; rows of one
    entity follow each other. It may name ``scope_key`` (default: the entity id), the key under which
    the entity is looked at again. Its placeholders are listed in ``app.detection.rule_sql``.

    ``wakes`` are the paths (``changed kind>scope``, see ``app.store.wake_paths``) by which a changed row
    makes scope keys dirty. ``flips`` are selects of scope keys whose condition can change by time alone
    between ``:earlier`` (excluded) and ``:later`` (included), both milliseconds. ``indexes`` is DDL
    (``CREATE INDEX IF NOT EXISTS det_...``) that the selects rest on. ``assess`` turns the rows of one
    entity into what the case says; it must be a pure function of the rows, the hour and the policy.
    ``gathers`` is what the full select reads of :mod:`app.detection.gathering`.
    ``compares`` says that the rule holds what one system says against another, or against its saying
    nothing: while one of them is silent, that is only what has not been read yet, so no new case opens.
    """

    case_type: CaseType
    sql: str
    wakes: tuple[str, ...]
    assess: Callable[[Sequence[Row[Any]], Moment], Finding]
    flips: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    gathers: tuple[Gathering, ...] = ()
    money_moves: bool = True
    compares: bool = False

    @property
    def reads(self) -> frozenset[EntityKind]:
        """The kinds whose rows the rule rests on: while one of them is unread or stale it cannot clear."""
        return _kinds_of(self.wakes)


@cache
def _kinds_of(wakes: tuple[str, ...]) -> frozenset[EntityKind]:
    kinds = {path.split(">", 1)[0] for path in wakes}
    return frozenset(kind for kind in EntityKind if kind.value in kinds)
