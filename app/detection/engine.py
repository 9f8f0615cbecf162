"""Detection: look wherever something changed, bring the cases in line, group them; full pass and tick.

A full pass evaluates every rule over the whole mirror by set-based SQL. A tick narrows each rule to the
keys that changed rows, other cases, pegging or the clock made dirty, and touches only the cases of those
keys. Both must end with the same cases; tests hold them to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.detection.catalogue_in_force import Catalogue, Policies, catalogue_under, prepare
from app.detection.freshness import Freshness, freshness
from app.detection.gathering import let_go
from app.detection.incidents.correlate import correlate
from app.detection.lifecycle.changes import Changes
from app.detection.lifecycle.clockwork import flag_stale, show_ripe, wake_rested
from app.detection.lifecycle.look import LifeTerms, Look
from app.detection.lifecycle.reconcile import reconcile
from app.detection.lifecycle.write import write_changes
from app.detection.misses import Misses, count_misses
from app.detection.pegs.rewrite import refresh_pegs, rewrite_pegs
from app.detection.policy_in_force import policies_in_force
from app.detection.rule import Moment
from app.detection.rules.registry import RULES
from app.detection.scopes import Reach, Scopes, count_rows, restless_keys
from app.detection.state import DetectionState, last_case_event, read_state, write_state
from app.store.dirt import WHOLE, whole_paths
from app.store.instants import to_ms
from domain.ids import CaseId

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from app.detection.rule import Rule
    from app.detection.rule_sql import CompiledRule

MS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionResult:
    """The cases that a detection changed, and the codes of the rules it ran (and of those it ran in full)."""

    opened: frozenset[CaseId]
    reopened: frozenset[CaseId]
    updated: frozenset[CaseId]
    cleared: frozenset[CaseId]
    ran: tuple[str, ...]
    ran_in_full: tuple[str, ...] = ()

    @property
    def changed(self) -> frozenset[CaseId]:
        """Every case that is not as it was."""
        return self.opened | self.reopened | self.updated | self.cleared


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """One detection under way."""

    connection: Connection
    catalogue: Catalogue
    moment: Moment
    last: DetectionState
    feeds: Freshness
    everywhere: bool

    @property
    def recovered(self) -> bool:
        """Whether a source that was silent speaks again."""
        return not self.last.silent <= set(self.feeds.silent)

    @property
    def ready(self) -> tuple[CompiledRule, ...]:
        """The rules whose feeds have all been read to their end once."""
        return tuple(one for one in self.catalogue.compiled if one.rule.reads.isdisjoint(self.feeds.unread))


def detect(
    connection: Connection,
    *,
    now: datetime,
    full: bool = False,
    policy: Policies | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> DetectionResult:
    """Detect within the transaction of ``connection``: by what changed, or everything if ``full``.

    Without ``policy`` the policies in force hold. A first detection, other rules or policies, and a clock
    that went backwards make it a full pass whatever is asked.
    """
    now_ms = to_ms(now)
    chosen = policies_in_force(connection) if policy is None else policy
    catalogue = catalogue_under(chosen, rules)
    last = read_state(connection)
    if last.rules != catalogue.digest:
        prepare(connection, catalogue)
    moment = _moment(connection, now_ms, chosen, last)
    renewed = last.at_ms is None or last.at_ms > now_ms or last.rules != catalogue.digest
    this = _Pass(
        connection=connection,
        catalogue=catalogue,
        moment=moment,
        last=last,
        feeds=freshness(connection, moment),
        everywhere=full or renewed or WHOLE in whole_paths(connection),
    )
    return _run(this)


def _moment(connection: Connection, now_ms: int, policy: Policies, last: DetectionState) -> Moment:
    hour_ms = now_ms - now_ms % MS_PER_HOUR
    if last.at_ms is None or last.at_ms - last.at_ms % MS_PER_HOUR != hour_ms:
        count_misses(connection, hour_ms=hour_ms)
    return Moment(now_ms=now_ms, hour_ms=hour_ms, policy=policy, misses=Misses(connection))


def _run(this: _Pass) -> DetectionResult:
    connection, moment = this.connection, this.moment
    if this.everywhere:
        rewrite_pegs(connection, moment)
    else:
        this.catalogue.case_paths.mark_moved(connection, since_event=this.last.last_event)
        refresh_pegs(connection, moment)
    total, ran, ran_in_full = _look(this)
    rules = [one.rule for one in this.catalogue.compiled]
    total.opened |= show_ripe(connection, moment, rules)
    total.updated |= wake_rested(connection, moment)
    if set(this.feeds.silent) != this.last.silent:
        total.updated |= flag_stale(connection, rules, this.feeds)
    total.updated |= correlate(connection, moment, None if this.everywhere else frozenset(total.touched))
    let_go(connection, moment.gathered)
    _remember(this)
    new = total.opened | total.reopened
    return DetectionResult(
        opened=frozenset(total.opened),
        reopened=frozenset(total.reopened),
        updated=frozenset(total.updated - new - total.cleared),
        cleared=frozenset(total.cleared),
        ran=tuple(ran),
        ran_in_full=tuple(ran_in_full),
    )


def _look(this: _Pass) -> tuple[Changes, list[str], list[str]]:
    scopes = Scopes(
        moment=this.moment,
        last=this.last,
        everywhere=this.everywhere,
        renewed=_renewed(this),
        restless=restless_keys(this.connection, since_event=this.last.last_event),
    )
    terms = LifeTerms.of(this.moment.policy)
    total = Changes()
    ran, ran_in_full = [], []
    for compiled in this.ready:
        reach = scopes.reach(this.connection, compiled)
        if reach is Reach.NOWHERE:
            continue
        look = Look(
            compiled=compiled,
            moment=this.moment,
            terms=terms,
            gate=this.feeds.gate(compiled.rule),
            later=this.last.at_ms is None or this.last.at_ms < this.moment.now_ms,
            basis=this.catalogue.basis,
        )
        changes = reconcile(this.connection, look, narrowed=reach is Reach.KEYS)
        _write(this, compiled, changes)
        total.add(changes)
        ran.append(compiled.rule.case_type.code)
        if reach is Reach.EVERYWHERE:
            ran_in_full.append(compiled.rule.case_type.code)
    return total, ran, ran_in_full


def _write(this: _Pass, compiled: CompiledRule, changes: Changes) -> None:
    """Write what a look changed, and mark what other rules make of it, before and after."""
    code = compiled.rule.case_type.code
    touched = sorted(changes.touched)
    if not this.everywhere:
        this.catalogue.case_paths.mark(this.connection, code, touched)
    write_changes(this.connection, changes)
    if not this.everywhere:
        this.catalogue.case_paths.mark(this.connection, code, touched)


def _renewed(this: _Pass) -> frozenset[str]:
    """The codes that could not see before and can now: after a feed's first reading, or its silence."""
    ready = {one.rule.case_type.code for one in this.ready}
    renewed = this.last.skipped & ready
    if this.recovered:
        query = """
SELECT DISTINCT code FROM exception_case INDEXED BY det_case_flagged
 WHERE closed_at IS NULL AND dq_flags <> '[]'
"""
        renewed |= frozenset(this.connection.exec_driver_sql(query).scalars())
        renewed |= {one.rule.case_type.code for one in this.ready if one.rule.compares}
    return renewed


def _remember(this: _Pass) -> None:
    ready = {one.rule.case_type.code for one in this.ready}
    codes = {one.rule.case_type.code for one in this.catalogue.compiled}
    this.connection.exec_driver_sql("DELETE FROM dirty_scope")
    write_state(
        this.connection,
        replace(
            this.last,
            at_ms=this.moment.now_ms,
            rules=this.catalogue.digest,
            last_event=last_case_event(this.connection),
            skipped=frozenset(codes - ready),
            silent=frozenset(this.feeds.silent),
            rows=count_rows(this.connection) if this.everywhere else this.last.rows,
        ),
    )
