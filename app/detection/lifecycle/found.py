"""A condition that holds now: its case is kept as it is, brought up to date, opened or opened again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.detection.lifecycle.content import content
from app.detection.lifecycle.stored import cases_by_id, reopenings
from domain.cases import CaseState, case_identity
from domain.ids import CaseId, EntityKind, EntityRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from app.detection.candidates import Candidate
    from app.detection.lifecycle.changes import Changes
    from app.detection.lifecycle.look import Look
    from app.detection.lifecycle.stored import StoredCase
    from app.detection.rule import Finding

#: What a case that opens starts with, whatever an earlier episode of it came to.
_BLANK: dict[str, Any] = {
    "parent_case_id": None,
    "owner": "",
    "state_reason": "",
    "closed_at": None,
    "snoozed_until": None,
    "snooze_loss_cents": None,
    "suppressed_by": "",
    "waiting_on": "",
    "waiting_until": None,
    "acknowledged_at": None,
    "escalated": 0,
    "incident_id": None,
    "flapping": 0,
    "flap_count": 0,
}


def still_there(changes: Changes, look: Look, present: StoredCase, candidate: Candidate) -> None:
    """The condition of an open case holds: bring the case up to date if anything of it changed."""
    moment = look.moment
    stuck = present.state == CaseState.VERIFYING and moment.now_ms - present.state_at > look.terms.verify_ms
    if stuck:
        changes.move(moment, present, CaseState.IN_PROGRESS, "The condition is still there after the action.")
        changes.updated.add(CaseId(present.case_id))
    digest = look.digest(candidate.rows)
    same = digest == present.facts_sha256 and candidate.scope_key == present.scope_key
    if same and not present.clean_checks:
        return
    case_id = CaseId(present.case_id)
    finding = look.rule.assess(candidate.rows, moment)
    row = content(case_id, finding, look, digest=digest, scope_key=candidate.scope_key)
    row["dq_flags"] = look.gate.flags(finding.sources, present.dq_flags)
    row["flap_count"] = present.flap_count + (1 if present.flapping and present.clean_checks else 0)
    row.update(_sleep(changes, look, present, finding))
    told_anew = finding.consequence != present.consequence or finding.severity != present.severity
    if told_anew:
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


def _sleep(changes: Changes, look: Look, present: StoredCase, finding: Finding) -> dict[str, Any]:
    """Whether a snoozed case sleeps on: until its loss has doubled, or, without such a bound, changes."""
    asleep = {"snoozed_until": present.snoozed_until, "snooze_loss_cents": present.snooze_loss_cents}
    if present.snoozed_until is None:
        return asleep
    bound = present.snooze_loss_cents
    if bound is None:
        wakes = finding.consequence != present.consequence or finding.severity != present.severity
    else:
        wakes = finding.severity > present.severity or finding.impact.loss_cents >= 2 * max(1, bound)
    if not wakes:
        return asleep
    changes.event(
        CaseId(present.case_id),
        look.moment,
        kind="snoozed",
        was=present.state,
        now=present.state,
        reason="Woken: more is at stake.",
        episode=present.episode,
    )
    return {"snoozed_until": None, "snooze_loss_cents": None}


def open_fresh(connection: Connection, changes: Changes, look: Look, fresh: Sequence[Candidate]) -> None:
    """Conditions without a known open case: open them, or take up what is stored of them.

    What compares systems of which one is silent opens nothing until that one speaks again.
    """
    held = look.rule.compares and bool(look.gate.feeding)
    code = look.rule.case_type.code
    ids = [
        case_identity(code, EntityRef(kind=EntityKind(one.kind), entity_id=one.entity_id)) for one in fresh
    ]
    stored = cases_by_id(connection, ids)
    closed = [case_id for case_id in ids if case_id in stored and stored[case_id].closed_at is not None]
    cycles = reopenings(connection, closed, since_ms=look.moment.now_ms - look.terms.flap_ms)
    for case_id, candidate in zip(ids, fresh, strict=True):
        earlier = stored.get(case_id)
        if earlier is not None and earlier.closed_at is None:
            still_there(changes, look, earlier, candidate)
        elif not held:
            _open(changes, look, case_id, candidate, earlier, cycles.get(case_id, 0))


def _open(
    changes: Changes,
    look: Look,
    case_id: CaseId,
    candidate: Candidate,
    earlier: StoredCase | None,
    cycles: int,
) -> None:
    moment, case_type = look.moment, look.rule.case_type
    digest = look.digest(candidate.rows)
    denied = earlier is not None and earlier.state == CaseState.FALSE_POSITIVE
    if denied and earlier is not None and earlier.facts_sha256 == digest:
        return
    finding = look.rule.assess(candidate.rows, moment)
    if denied and earlier is not None and not _worse(finding, earlier):
        return
    ended_at = None if earlier is None else earlier.closed_at
    again = ended_at is not None and moment.now_ms - ended_at <= look.terms.reopen_ms
    held_back = case_type.hold_minutes > 0
    state = CaseState.SUSPENDED if held_back else CaseState.OPEN
    row = content(case_id, finding, look, digest=digest, scope_key=candidate.scope_key)
    row.update(_BLANK)
    row.update(
        code=case_type.code,
        entity_kind=finding.entity.kind.value,
        entity_id=finding.entity.entity_id,
        state=state.value,
        state_at=moment.now_ms,
        opened_at=moment.now_ms,
        episode=1 if earlier is None else earlier.episode + 1,
        dq_flags=look.gate.flags(finding.sources),
    )
    if again and earlier is not None:
        flaps = cycles + 1
        row.update(owner=earlier.owner, flap_count=flaps, flapping=int(flaps > look.terms.flap_cycles))
    changes.inserts.append(row)
    changes.losses[case_id] = finding.losses
    if held_back:
        changes.updated.add(case_id)
    else:
        (changes.reopened if again else changes.opened).add(case_id)
    changes.event(
        case_id,
        moment,
        kind="reopened" if again else "opened",
        was="",
        now=state,
        reason=finding.consequence,
        episode=row["episode"],
    )


def _worse(finding: Finding, denied: StoredCase) -> bool:
    """Whether a condition that a person denied is more than what was denied."""
    doubled = finding.impact.loss_cents >= 2 * max(1, denied.loss_cents)
    return doubled or int(finding.severity) > int(denied.severity)


def rests_on(case: StoredCase) -> tuple[Any, ...]:
    """The sources of a stored case."""
    return tuple(json.loads(case.sources))
