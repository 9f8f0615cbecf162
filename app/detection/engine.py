"""Detection: run the rules that can have changed, reconcile the cases, link causes, flag stale ones.

A full pass evaluates every rule over the whole mirror by set-based SQL. An incremental pass skips a
rule when nothing it reads has changed, no time-out of it has passed, none of its cases waits for
something, and the hour (by which money is counted) is the same. A rule that runs runs in full, so an
incremental pass and a full one agree by construction; a test holds them to it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.detection.allocation import ELSEWHERE_RULE, LATE_INBOUND_RULE, SHORT_RULE
from app.detection.data_quality import STALE_RULE, silent_sources, unread_kinds
from app.detection.finding import Moment, Rule
from app.detection.invoicing import POD_MISMATCH_RULE
from app.detection.order_entry import CREDIT_RULE, INCOMPLETE_RULE, PRICE_RULE
from app.detection.peg_tables import rewrite_pegs
from app.detection.policy import DEFAULT_POLICY, MS_PER_HOUR, DetectionPolicy
from app.detection.reconcile import Changes, reconcile
from app.detection.transport import ETA_LATE_RULE
from app.detection.warehouse import PICK_SHORT_RULE
from app.store.instants import to_ms
from app.store.schema_cases import DETECTION_STATE, DIRTY_KIND, EXCEPTION_CASE
from domain.cases import CaseState
from domain.ids import CaseId, EntityKind, SourceName

#: The rules that join what pegging found; they run together, in this order.
PEG_RULES: tuple[Rule, ...] = (SHORT_RULE, ELSEWHERE_RULE, LATE_INBOUND_RULE)

#: All rules; the last one counts what the others put at risk.
RULES: tuple[Rule, ...] = (
    CREDIT_RULE,
    PRICE_RULE,
    INCOMPLETE_RULE,
    *PEG_RULES,
    PICK_SHORT_RULE,
    ETA_LATE_RULE,
    POD_MISMATCH_RULE,
    STALE_RULE,
)

DETECTED = "detected"

_LINKS = text("""
SELECT e.case_id, e.parent_case_id AS has,
       (SELECT p.case_id FROM peg_late g
          JOIN inbound_supply s ON s.id = g.supply_id
          JOIN exception_case p ON p.entity_kind = 'inbound_supply' AND p.entity_id = g.supply_id
               AND p.code = 'AL-PO-LATE' AND p.closed_at IS NULL
         WHERE g.line_id = e.entity_id
         ORDER BY s.due_at, s.id LIMIT 1) AS wants
  FROM exception_case e
 WHERE e.code IN ('AL-SHORT', 'AL-IMBALANCE') AND e.closed_at IS NULL
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionResult:
    """The cases that a detection changed, and the codes of the rules it ran."""

    opened: frozenset[CaseId]
    reopened: frozenset[CaseId]
    updated: frozenset[CaseId]
    cleared: frozenset[CaseId]
    ran: tuple[str, ...]

    @property
    def changed(self) -> frozenset[CaseId]:
        """Every case that is not as it was."""
        return self.opened | self.reopened | self.updated | self.cleared


def detect(
    connection: Connection,
    *,
    now: datetime,
    scope: frozenset[EntityKind] | None = None,
    policy: DetectionPolicy = DEFAULT_POLICY,
) -> DetectionResult:
    """Detect within the transaction of ``connection``.

    ``scope`` are the kinds with changed rows since the last detection; ``None`` asks for a full pass.
    """
    now_ms = to_ms(now)
    moment = Moment(now_ms=now_ms, hour_ms=now_ms - now_ms % MS_PER_HOUR, policy=policy)
    silent = silent_sources(connection, moment)
    due = _due(connection, moment, scope)
    if any(rule in PEG_RULES for rule in due):
        rewrite_pegs(connection, moment)
    total = Changes()
    for rule in due:
        _add(total, reconcile(connection, rule, moment, silent=silent))
    total.updated |= _link_parents(connection)
    total.updated |= _flag_stale(connection, silent)
    connection.execute(delete(DIRTY_KIND))
    _remember(connection, DETECTED, now_ms)
    new = total.opened | total.reopened
    return DetectionResult(
        opened=frozenset(total.opened),
        reopened=frozenset(total.reopened),
        updated=frozenset(total.updated - new - total.cleared),
        cleared=frozenset(total.cleared),
        ran=tuple(rule.case_type.code for rule in due),
    )


def dirty_kinds(connection: Connection) -> frozenset[EntityKind] | None:
    """The kinds changed since the last detection; ``None`` where there has been none yet."""
    if _last(connection) is None:
        return None
    return frozenset(EntityKind(kind) for kind in connection.execute(select(DIRTY_KIND.c.kind)).scalars())


def _due(connection: Connection, moment: Moment, scope: frozenset[EntityKind] | None) -> list[Rule]:
    last = _last(connection)
    blind = unread_kinds(connection)
    ready = [rule for rule in RULES if rule.reads.isdisjoint(blind)]
    if scope is None or last is None or last > moment.now_ms or last < moment.hour_ms:
        return ready
    restless = _restless_codes(connection)
    due = {
        rule.case_type.code
        for rule in ready
        if rule is STALE_RULE
        or not rule.reads.isdisjoint(scope)
        or rule.case_type.code in restless
        or (rule.flips is not None and rule.flips(connection, last, moment.now_ms))
    }
    pegged = {rule.case_type.code for rule in PEG_RULES}
    if due & pegged:
        due |= pegged
    return [rule for rule in ready if rule.case_type.code in due]


def _restless_codes(connection: Connection) -> frozenset[str]:
    """Codes with a case that may move although no row changed: flagged, counted clean, or acted upon."""
    c = EXCEPTION_CASE.c
    waiting = (
        (c.dq_flags != "[]")
        | (c.clean_checks > 0)
        | c.state.in_([CaseState.EXECUTING.value, CaseState.VERIFYING.value])
    )
    return frozenset(
        connection.execute(select(c.code).where(c.closed_at.is_(None), waiting).distinct()).scalars()
    )


def _link_parents(connection: Connection) -> set[CaseId]:
    links = [
        {"the_case": row.case_id, "parent_case_id": row.wants}
        for row in connection.execute(_LINKS)
        if row.has != row.wants
    ]
    return _set(connection, links)


def _flag_stale(connection: Connection, silent: frozenset[SourceName]) -> set[CaseId]:
    c = EXCEPTION_CASE.c
    query = select(c.case_id, c.sources, c.dq_flags).where(
        c.closed_at.is_(None), c.code != STALE_RULE.case_type.code
    )
    if not silent:
        query = query.where(c.dq_flags != "[]")
    changed = []
    for row in connection.execute(query):
        flags = json.dumps([f"stale:{name}" for name in sorted(silent & set(json.loads(row.sources)))])
        if flags != row.dq_flags:
            changed.append({"the_case": row.case_id, "dq_flags": flags})
    return _set(connection, changed)


def _set(connection: Connection, rows: list[dict[str, str | None]]) -> set[CaseId]:
    if rows:
        names = [name for name in rows[0] if name != "the_case"]
        change = update(EXCEPTION_CASE).where(EXCEPTION_CASE.c.case_id == bindparam("the_case"))
        connection.execute(change.values({name: bindparam(name) for name in names}), rows)
    return {CaseId(str(row["the_case"])) for row in rows}


def _add(total: Changes, more: Changes) -> None:
    total.opened |= more.opened
    total.reopened |= more.reopened
    total.updated |= more.updated
    total.cleared |= more.cleared


def _last(connection: Connection) -> int | None:
    query = select(DETECTION_STATE.c.at).where(DETECTION_STATE.c.name == DETECTED)
    return connection.execute(query).scalar_one_or_none()


def _remember(connection: Connection, name: str, at: int) -> None:
    entry = upsert(DETECTION_STATE).values(name=name, at=at)
    connection.execute(entry.on_conflict_do_update(index_elements=["name"], set_={"at": entry.excluded.at}))
