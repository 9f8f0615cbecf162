"""One rule alone on a mirror whose pegging is kept in line, as the engine keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from app.detection.candidates import flipped_keys
from app.detection.catalogue_in_force import FIXED_STATEMENTS
from app.detection.pegs.rewrite import refresh_pegs, rewrite_pegs
from app.detection.rule import Finding, PolicyReader, Rule
from app.detection.rule_sql import compile_rule
from app.store.dirt import WHOLE
from app.store.instants import to_ms
from domain.records import Entity
from tests.support.rule_room import RuleRoom
from tests.support.tower_room import tower_room


class PegRoom(RuleRoom):
    """As its base; before each look the dirty groups are pegged, and what that marks is looked at again."""

    def see(self, *entities: Entity) -> list[Finding]:
        """Write these, then look."""
        self.put(*entities)
        return self.look()

    def only_one(self, *entities: Entity) -> Finding:
        """Write these, then look for one finding."""
        self.put(*entities)
        return self.only()

    def look(self) -> list[Finding]:
        with self.room.mirror.engine.begin() as connection:
            if self.looked_ms is None:
                rewrite_pegs(connection, self._moment())
            else:
                refresh_pegs(connection, self._moment())
        return super().look()

    def _dirty(self, connection: Connection) -> set[str] | None:
        if self.looked_ms is None:
            return None
        own = [path for path in self.rule.wakes if not path.startswith("case:")]
        rows = {(path, key) for path, key in connection.exec_driver_sql("SELECT path, key FROM dirty_scope")}
        if any((WHOLE, path) in rows for path in [WHOLE, *own]):
            return None
        now_ms = to_ms(self.room.clock.now())
        flipped = flipped_keys(connection, self.compiled, earlier_ms=self.looked_ms, later_ms=now_ms)
        return {key for path, key in rows if path in own} | set(flipped)


@contextmanager
def peg_room(folder: Path, rule: Rule, policy: PolicyReader) -> Iterator[PegRoom]:
    """A room for ``rule`` under ``policy``, whose database lives in ``folder``."""
    with tower_room(folder) as room:
        with room.mirror.engine.begin() as connection:
            for statement in (*FIXED_STATEMENTS, *rule.indexes):
                connection.exec_driver_sql(statement)
        yield PegRoom(room=room, rule=rule, policy=policy, compiled=compile_rule(rule, policy))
