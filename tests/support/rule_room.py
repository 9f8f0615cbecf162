"""One rule alone on a mirror of its own: in full, narrowed to keys, and by what changes and time wake.

``look`` is the check that matters: it looks again only at the keys that changed rows and the clock made
dirty since the last look, and asserts that this finds exactly what a look at everything finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.detection.candidates import add_to_scope, candidates, clear_scope, flipped_keys
from app.detection.policy_set import load_policies, packaged_texts
from app.detection.rule import Finding, Moment, PolicyReader, Rule
from app.detection.rule_sql import CompiledRule, compile_rule
from app.store.dirt import WHOLE
from app.store.instants import to_ms
from domain.cases import ExceptionCase
from domain.records import Entity
from tests.support.fake_connector import STREAM
from tests.support.tower_room import TowerRoom, tower_room

MS_PER_HOUR = 3_600_000
COMMON_POLICIES = ("severity.toml", "exception_sets.toml", "loss.toml", "lifecycle.toml")


@dataclass(frozen=True)
class TunedPolicy:
    """Policies with some settings and answers replaced."""

    base: PolicyReader
    settings: Mapping[str, int] = field(default_factory=dict)

    def setting(self, name: str) -> int:
        return self.settings[name] if name in self.settings else self.base.setting(name)

    def decide(self, table: str, /, **inputs: Any) -> Mapping[str, Any]:
        return self.base.decide(table, **inputs)

    def case_sql(self, table: str, output: str, inputs: Mapping[str, str]) -> str:
        return self.base.case_sql(table, output, inputs)


def policy_of(*stages: str, **settings: int) -> PolicyReader:
    """The packaged policies of these stages and the common ones, with some settings replaced."""
    wanted = {*COMMON_POLICIES, *(f"{stage}.toml" for stage in stages)}
    texts = {name: text for name, text in packaged_texts().items() if name in wanted}
    return TunedPolicy(base=load_policies(texts), settings=settings)


@dataclass
class RuleRoom:
    """A mirror, its source and clock, and the one rule that looks at it."""

    room: TowerRoom
    rule: Rule
    policy: PolicyReader
    compiled: CompiledRule
    known: dict[str, tuple[str, Finding]] = field(default_factory=dict)
    looked_ms: int | None = None

    def put(self, *entities: Entity) -> None:
        """Write these into the mirror as a source would give them; no detection."""
        self.room.source.put(*entities)
        self._read()

    def drop(self, *entities: Entity) -> None:
        """Let the source report these as deleted; no detection."""
        for entity in entities:
            self.room.source.drop(entity)
        self._read()

    def advance(self, **span: float) -> None:
        """Let time pass, e.g. ``hours=3``."""
        self.room.clock.advance(**span)

    def full(self) -> list[Finding]:
        """What the rule finds in the whole mirror."""
        with self.room.mirror.engine.begin() as connection:
            return [finding for _, finding in self._found(connection, narrowed=False).values()]

    def narrowed(self, *keys: str) -> list[Finding]:
        """What the rule finds when narrowed to these scope keys."""
        with self.room.mirror.engine.begin() as connection:
            clear_scope(connection)
            add_to_scope(connection, keys)
            return [finding for _, finding in self._found(connection, narrowed=True).values()]

    def only(self) -> Finding:
        """The one finding of a look."""
        found = self.look()
        assert len(found) == 1, [finding.title for finding in found]
        return found[0]

    def look(self) -> list[Finding]:
        """Look at what changed and at what time changed; assert that a full look finds the same."""
        with self.room.mirror.engine.begin() as connection:
            everything = self._found(connection, narrowed=False)
            keys = self._dirty(connection)
            if keys is None:
                self.known = everything
            else:
                clear_scope(connection)
                add_to_scope(connection, keys)
                self.known = {
                    **{entity: found for entity, found in self.known.items() if found[0] not in keys},
                    **self._found(connection, narrowed=True),
                }
            self._start_watching(connection)
        if keys is not None and self._moment().hour_ms == self._hour(self.looked_ms):
            assert self.known == everything
        assert {entity: scope for entity, (scope, _) in self.known.items()} == {
            entity: scope for entity, (scope, _) in everything.items()
        }
        self.known = everything
        self.looked_ms = to_ms(self.room.clock.now())
        return [finding for _, finding in everything.values()]

    def cases(self, *entities: Entity) -> list[ExceptionCase]:
        """The open cases of this rule after a real sync with detection of all rules."""
        self.room.sync(*entities)
        return [case for case in self.room.mirror.cases() if case.code == self.rule.case_type.code]

    def plan(self) -> list[str]:
        """How SQLite runs the narrowed select."""
        with self.room.mirror.engine.begin() as connection:
            clear_scope(connection)
            query = "EXPLAIN QUERY PLAN " + self.compiled.scoped_sql
            return [row[3] for row in connection.exec_driver_sql(query, {"now": 0, "hour": 0})]

    def _found(self, connection: Connection, *, narrowed: bool) -> dict[str, tuple[str, Finding]]:
        moment = self._moment()
        return {
            f"{one.kind}/{one.entity_id}": (one.scope_key, self.rule.assess(one.rows, moment))
            for one in candidates(connection, self.compiled, moment, narrowed=narrowed)
        }

    def _dirty(self, connection: Connection) -> set[str] | None:
        """The keys to look at again; ``None`` for everything."""
        now_ms = to_ms(self.room.clock.now())
        own = [path for path in self.rule.wakes if not path.startswith(("peg>", "case"))]
        if self.looked_ms is None or len(own) < len(self.rule.wakes):
            return None
        query = "SELECT path, key FROM dirty_scope"
        rows = {(path, key) for path, key in connection.exec_driver_sql(query)}
        if any((WHOLE, path) in rows for path in [WHOLE, *own]):
            return None
        keys = {key for path, key in rows if path in own}
        keys |= set(flipped_keys(connection, self.compiled, earlier_ms=self.looked_ms, later_ms=now_ms))
        return keys

    def _start_watching(self, connection: Connection) -> None:
        now_ms = to_ms(self.room.clock.now())
        connection.exec_driver_sql("DELETE FROM dirty_scope")
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO detection_state (name, at) VALUES ('detected', ?)", (now_ms,)
        )

    def _read(self) -> None:
        source = self.room.source
        page = source.changes(STREAM, self.room.mirror.cursor(source.name, STREAM), 100_000)
        with self.room.mirror.write() as transaction:
            transaction.apply_page(source.name, STREAM, page, at=self.room.clock.now())

    def _moment(self) -> Moment:
        now_ms = to_ms(self.room.clock.now())
        return Moment(now_ms=now_ms, hour_ms=now_ms - now_ms % MS_PER_HOUR, policy=self.policy)

    @staticmethod
    def _hour(at_ms: int | None) -> int:
        return -1 if at_ms is None else at_ms - at_ms % MS_PER_HOUR


@contextmanager
def rule_room(folder: Path, rule: Rule, policy: PolicyReader) -> Iterator[RuleRoom]:
    """A room for ``rule`` under ``policy``, whose database lives in ``folder``."""
    with tower_room(folder) as room:
        with room.mirror.engine.begin() as connection:
            for statement in rule.indexes:
                connection.exec_driver_sql(statement)
        yield RuleRoom(room=room, rule=rule, policy=policy, compiled=compile_rule(rule, policy))
