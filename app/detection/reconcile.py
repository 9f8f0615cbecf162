"""Bringing the stored cases of one type in line with what its rule finds now.

Found and unknown: opened. Found and closed: reopened as a new episode. Open and not found: cleared,
unless a source it rests on is silent. A case under execution is left to the executor; one that
waits for verification is resolved when its condition is gone, and handed back when it stays.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, bindparam, delete, insert, select, update

from app.store.apply import CHUNK
from app.store.instants import to_ms_or_none
from app.store.rows_cases import evidence_text
from app.store.schema_cases import CASE_EVENT, CASE_LOSS, EXCEPTION_CASE
from domain.cases import CaseState, case_identity
from domain.ids import CaseId, EntityRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from app.detection.finding import Finding, Moment, Rule
    from domain.ids import SourceName

DETECTION_ACTOR = "detection"

_C = EXCEPTION_CASE.c
_LIFE: tuple[Column[Any], ...] = (
    _C.case_id,
    _C.entity_id,
    _C.state,
    _C.state_at,
    _C.facts_sha256,
    _C.episode,
    _C.sources,
    _C.clean_checks,
    _C.consequence,
    _C.severity,
    _C.state_reason,
)


@dataclass(slots=True)
class Changes:
    """The cases that one detection opened, reopened, updated or closed, and what must be written."""

    opened: set[CaseId] = field(default_factory=set)
    reopened: set[CaseId] = field(default_factory=set)
    updated: set[CaseId] = field(default_factory=set)
    cleared: set[CaseId] = field(default_factory=set)
    inserts: list[dict[str, Any]] = field(default_factory=list)
    rewrites: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    losses: dict[CaseId, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def event(
        self, case_id: CaseId, moment: Moment, *, kind: str, was: str, now: str, reason: str, episode: int
    ) -> None:
        """Note a step in the history of a case."""
        self.events.append(
            {
                "case_id": case_id,
                "at": moment.now_ms,
                "episode": episode,
                "kind": kind,
                "from_state": was,
                "to_state": now,
                "reason": reason,
                "actor": DETECTION_ACTOR,
            }
        )


def reconcile(
    connection: Connection, rule: Rule, moment: Moment, *, silent: frozenset[SourceName]
) -> Changes:
    """Run ``rule`` over the whole mirror and write what changed of its cases."""
    code = rule.case_type.code
    changes = Changes()
    known = {
        row.entity_id: row
        for row in connection.execute(select(*_LIFE).where(_C.code == code, _C.closed_at.is_(None)))
    }
    fresh: list[tuple[str, list[Row[Any]]]] = []
    for entity_id, group in groupby(rule.select(connection, moment), key=lambda row: row.entity_id):
        rows = list(group)
        present = known.pop(entity_id, None)
        if present is None:
            fresh.append((entity_id, rows))
        else:
            _still_there(changes, rule, moment, present, rows)
    _open(connection, changes, rule, moment, fresh)
    for gone in known.values():
        _not_found(changes, rule, moment, gone, silent)
    _write(connection, changes)
    return changes


def _still_there(
    changes: Changes, rule: Rule, moment: Moment, present: Row[Any], rows: Sequence[Row[Any]]
) -> None:
    case_id = CaseId(present.case_id)
    stuck = (
        present.state == CaseState.VERIFYING and moment.now_ms - present.state_at > moment.policy.verify_ms
    )
    if stuck:
        reason = "The condition is still there after the action."
        _move(changes, moment, present, CaseState.IN_PROGRESS, reason)
        changes.updated.add(case_id)
    digest = _digest(rule, rows, moment)
    if digest == present.facts_sha256 and not present.clean_checks:
        return
    finding = rule.assess(rows, moment)
    row = _content(case_id, finding, digest, moment)
    if finding.consequence != present.consequence or finding.severity != present.severity:
        row["wakes"] = 1
        changes.event(
            case_id,
            moment,
            kind="changed",
            was=present.state,
            now=present.state,
            reason=finding.consequence,
            episode=present.episode,
        )
    changes.rewrites.append(row)
    changes.losses[case_id] = finding.losses
    changes.updated.add(case_id)


def _open(
    connection: Connection,
    changes: Changes,
    rule: Rule,
    moment: Moment,
    fresh: Sequence[tuple[str, list[Row[Any]]]],
) -> None:
    kind = rule.case_type.entity
    ids = [
        case_identity(rule.case_type.code, EntityRef(kind=kind, entity_id=str(entity_id)))
        for entity_id, _ in fresh
    ]
    episodes = _closed_episodes(connection, ids)
    for case_id, (_, rows) in zip(ids, fresh, strict=True):
        finding = rule.assess(rows, moment)
        row = _content(case_id, finding, _digest(rule, rows, moment), moment)
        before = episodes.get(case_id, 0)
        row.update(
            code=finding.case_type.code,
            entity_kind=finding.entity.kind.value,
            entity_id=finding.entity.entity_id,
            state=CaseState.OPEN.value,
            state_at=moment.now_ms,
            opened_at=moment.now_ms,
            parent_case_id=None,
            owner="",
            state_reason="",
            closed_at=None,
            snoozed_until=None,
            episode=before + 1,
            dq_flags="[]",
        )
        changes.inserts.append(row)
        changes.losses[case_id] = finding.losses
        (changes.reopened if before else changes.opened).add(case_id)
        changes.event(
            case_id,
            moment,
            kind="reopened" if before else "opened",
            was="",
            now=CaseState.OPEN,
            reason=finding.consequence,
            episode=before + 1,
        )


def _not_found(
    changes: Changes, rule: Rule, moment: Moment, gone: Row[Any], silent: frozenset[SourceName]
) -> None:
    if gone.state == CaseState.EXECUTING or not silent.isdisjoint(json.loads(gone.sources)):
        return
    case_id = CaseId(gone.case_id)
    if gone.clean_checks + 1 < rule.case_type.clean_checks:
        changes.moves.append(_step(gone, state=gone.state, at=gone.state_at, clean=gone.clean_checks + 1))
        return
    if gone.state == CaseState.VERIFYING:
        wanted, reason = CaseState.RESOLVED, "Seen corrected in the source after the action."
    else:
        wanted, reason = CaseState.AUTO_CLEARED, "The condition is gone."
    _move(changes, moment, gone, wanted, reason, closed=True)
    changes.cleared.add(case_id)


def _move(
    changes: Changes,
    moment: Moment,
    case: Row[Any],
    wanted: CaseState,
    reason: str,
    *,
    closed: bool = False,
) -> None:
    step = _step(case, state=wanted.value, at=moment.now_ms, clean=0)
    step.update(state_reason=reason, closed_at=moment.now_ms if closed else None)
    changes.moves.append(step)
    changes.event(
        CaseId(case.case_id),
        moment,
        kind="cleared" if closed else "moved",
        was=case.state,
        now=wanted,
        reason=reason,
        episode=case.episode,
    )


def _step(case: Row[Any], *, state: str, at: int, clean: int) -> dict[str, Any]:
    return {
        "the_case": case.case_id,
        "state": state,
        "state_at": at,
        "clean_checks": clean,
        "state_reason": case.state_reason,
        "closed_at": None,
    }


def _content(case_id: CaseId, finding: Finding, digest: str, moment: Moment) -> dict[str, Any]:
    impact = finding.impact
    return {
        "case_id": case_id,
        "severity": int(finding.severity),
        "title": finding.title,
        "consequence": finding.consequence,
        "loss_cents": impact.loss_cents,
        "low_cents": impact.low_cents,
        "high_cents": impact.high_cents,
        "avoidable_cents": impact.avoidable_cents,
        "effort_minutes": impact.effort_minutes,
        "penalty_cents": impact.penalty_cents,
        "margin_cents": impact.margin_cents,
        "rework_cents": impact.rework_cents,
        "assumed": json.dumps(impact.assumed),
        "last_seen_at": moment.now_ms,
        "rule_version": finding.case_type.version,
        "correlation_key": finding.correlation_key,
        "evidence": evidence_text(finding.evidence),
        "order_ids": json.dumps(finding.order_ids),
        "node_id": finding.node_id,
        "breach_at": to_ms_or_none(finding.breach_at),
        "sources": json.dumps(finding.sources),
        "facts_sha256": digest,
        "clean_checks": 0,
    }


def _digest(rule: Rule, rows: Sequence[Row[Any]], moment: Moment) -> str:
    basis = (rule.case_type.version, moment.hour_ms, hash(moment.policy))
    told = f"{basis}{[tuple(row) for row in rows]!r}"
    return hashlib.sha256(told.encode()).hexdigest()


def _closed_episodes(connection: Connection, ids: Sequence[CaseId]) -> dict[CaseId, int]:
    episodes: dict[CaseId, int] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(_C.case_id, _C.episode).where(_C.case_id.in_(ids[start : start + CHUNK]))
        episodes.update({CaseId(case_id): episode for case_id, episode in connection.execute(query)})
    return episodes


def _write(connection: Connection, changes: Changes) -> None:
    if changes.inserts:
        connection.execute(insert(EXCEPTION_CASE).prefix_with("OR REPLACE"), changes.inserts)
    if changes.rewrites:
        _rewrite(connection, changes.rewrites)
    if changes.moves:
        step = update(EXCEPTION_CASE).where(_C.case_id == bindparam("the_case"))
        connection.execute(step, changes.moves)
    if changes.events:
        connection.execute(insert(CASE_EVENT), changes.events)
    replace_losses(connection, changes.losses)
    forget_losses(connection, changes.cleared)


def _rewrite(connection: Connection, rows: list[dict[str, Any]]) -> None:
    woken = [row["case_id"] for row in rows if row.pop("wakes", 0)]
    contents = [{**row, "the_case": row.pop("case_id")} for row in rows]
    columns: dict[str, Any] = {name: bindparam(name) for name in contents[0] if name != "the_case"}
    connection.execute(
        update(EXCEPTION_CASE).where(_C.case_id == bindparam("the_case")).values(columns), contents
    )
    for start in range(0, len(woken), CHUNK):
        connection.execute(
            update(EXCEPTION_CASE)
            .where(_C.case_id.in_(woken[start : start + CHUNK]), _C.snoozed_until.is_not(None))
            .values(snoozed_until=None)
        )


def replace_losses(connection: Connection, losses: dict[CaseId, tuple[tuple[str, int], ...]]) -> None:
    """Write anew what each of these cases puts at risk by line."""
    forget_losses(connection, losses)
    rows: dict[tuple[str, str], int] = {}
    for case_id, parts in losses.items():
        for loss_key, cents in parts:
            rows[case_id, loss_key] = rows.get((case_id, loss_key), 0) + cents
    if rows:
        connection.execute(
            insert(CASE_LOSS),
            [{"case_id": c, "loss_key": k, "loss_cents": cents} for (c, k), cents in rows.items()],
        )


def forget_losses(connection: Connection, case_ids: Iterable[CaseId]) -> None:
    """Drop what these cases put at risk."""
    ids = [{"the_case": case_id} for case_id in case_ids]
    if ids:
        connection.execute(delete(CASE_LOSS).where(CASE_LOSS.c.case_id == bindparam("the_case")), ids)
