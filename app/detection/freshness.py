"""Which feeds are silent or were never read: what rests on them is unknown, not clear."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.ids import EntityKind, SourceName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from app.detection.rule import Moment, Rule

_FEEDS = """
SELECT source, kinds, last_success_at IS NULL AS unread,
       :now - COALESCE(last_success_at, registered_at) > :intervals * interval_seconds * 1000 AS silent
  FROM source_state ORDER BY source
"""
_FLAG = "stale:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The silent sources that feed a rule, and all silent ones."""

    feeding: frozenset[SourceName]
    silent: frozenset[SourceName]

    def sources_of(self, case_sources: tuple[SourceName, ...]) -> frozenset[SourceName]:
        """The silent sources that a case rests on, by its rule or by its facts."""
        return self.feeding | (self.silent & frozenset(case_sources)) if self.silent else self.feeding

    def flags(self, case_sources: tuple[SourceName, ...], held: str = "[]") -> str:
        """The flags of a case as JSON: those of silent sources anew, others as they were."""
        others = [] if held == "[]" else [flag for flag in json.loads(held) if not flag.startswith(_FLAG)]
        return json.dumps([*others, *(f"{_FLAG}{name}" for name in sorted(self.sources_of(case_sources)))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The state of all feeds at one instant."""

    unread: frozenset[EntityKind] = frozenset()
    silent: Mapping[SourceName, frozenset[EntityKind]] = field(default_factory=dict)

    def gate(self, rule: Rule) -> Gate:
        """What of ``rule`` is unknown now."""
        feeding = (source for source, kinds in self.silent.items() if not kinds.isdisjoint(rule.reads))
        return Gate(feeding=frozenset(feeding), silent=frozenset(self.silent))


def freshness(connection: Connection, moment: Moment) -> Freshness:
    """How the feeds are: silent is no good sync for too many of its intervals; unread, none ever."""
    values = {"now": moment.now_ms, "intervals": moment.policy.setting("stale_intervals")}
    unread: set[EntityKind] = set()
    silent: dict[SourceName, frozenset[EntityKind]] = {}
    for row in connection.exec_driver_sql(_FEEDS, values):
        kinds = frozenset(EntityKind(kind) for kind in json.loads(row.kinds))
        if row.unread:
            unread |= kinds
        if row.silent:
            silent[SourceName(row.source)] = kinds
    return Freshness(unread=frozenset(unread), silent=silent)
