"""The loop without a window: cycle, propose, approve, execute, verify-ledger."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.afterwards import propose_way_back
from app.cli.printing import print_document, signed_document
from app.cli.running import running_tower
from app.services.recommend.record import recommendation_json
from app.services.replay import replay
from app.services.source_health import source_health
from domain.approvals import Verdict

if TYPE_CHECKING:
    from app.services.sync import SyncResult
    from app.tower import Tower
    from domain.cases import ExceptionCase, Fact
    from domain.recommendations import Recommendation

EXIT_CHECK_FAILED = 1


def cycle(options: argparse.Namespace) -> int:
    """Sync, detect and rank once; print JSON. A source that is down is told in it, not an error."""
    with running_tower(options.profile) as tower:
        results = tower.sync_all()
        tower.settle()
        print_document(_cycle_document(tower, results))
    return 0


def propose(options: argparse.Namespace) -> int:
    """Work out a case's options; sign a proposal of one of them unless only the list is wanted."""
    if options.undo:
        return propose_way_back(options)
    with running_tower(options.profile) as tower:
        recommendation = tower.recommend(options.case)
        document = {"case": options.case, "options": _options(recommendation)}
        if not options.list:
            user = options.user or tower.parts.profile.first_with_role("planner").user
            entry = tower.propose(options.case, options.option, user, options.reason)
            document |= signed_document(entry, user, tower.settle())
        print_document(document)
    return 0


def approve(options: argparse.Namespace) -> int:
    """Sign the decision on a proposal as a supervisor."""
    with running_tower(options.profile) as tower:
        user = options.user or tower.parts.profile.first_with_role("supervisor").user
        before = tower.settle()
        verdict = _verdict(options)
        tower.decide(
            options.action,
            user,
            approve=verdict,
            reason=options.reason,
            offline=bool(before.cannot),
        )
        report = tower.deliver()
        view = tower.parts.ledger.approval(options.action)
        print_document(
            {
                "action": options.action,
                "verdict": str(verdict),
                "digest_code": view.entry.code,
                "by": user,
                "recorded": not report.unreachable and not report.refused,
                "waits": report.unreachable,
                "state": str(view.state),
            }
        )
    return 0


def _verdict(options: argparse.Namespace) -> Verdict:
    if options.revoke:
        return Verdict.REVOKE
    if options.request_changes:
        return Verdict.REQUEST_CHANGES
    return Verdict.REJECT if options.reject else Verdict.APPROVE


def execute(options: argparse.Namespace) -> int:
    """Deliver what is signed, carry out what is approved, and say what was held back and why."""
    with running_tower(options.profile) as tower:
        report = tower.settle()
        print_document(
            {
                "delivered": report.delivery.recorded,
                "waiting": report.delivery.waiting,
                "begun": report.execution.begun,
                "sent": report.execution.sent,
                "held": [{"action": action, "why": why} for action, why in report.execution.held],
                "put_off": [{"action": action, "why": why} for action, why in report.execution.waiting],
                "settled": {action: str(state) for action, state in report.execution.settled},
                "cannot": report.cannot,
                "rights_differ": report.rights_differ,
                "cannot_follow": report.cannot_follow,
            }
        )
    return 0


def replay_action(options: argparse.Namespace) -> int:
    """Work out the recommendation behind an action again; exit code 1 when any bit of it is another one."""
    with running_tower(options.profile) as tower:
        found = replay(tower.parts.ledger, options.action, tower.parts.solve)
        print_document({**asdict(found), "same": found.same})
    return 0 if found.same else EXIT_CHECK_FAILED


def verify_ledger(options: argparse.Namespace) -> int:
    """Check every signature, chain and receipt; exit code 1 when something does not hold."""
    with running_tower(options.profile) as tower:
        report = tower.afterwards.verify_ledger()
        print_document(
            {
                "intact": report.intact,
                "entries": report.entries,
                "receipts": report.receipts,
                "devices": report.devices,
                "problems": list(report.problems),
            }
        )
    return 0 if report.intact else EXIT_CHECK_FAILED


def _cycle_document(tower: Tower, results: tuple[SyncResult, ...]) -> dict[str, Any]:
    now = tower.parts.clock.now()
    by_source = {result.source: result for result in results}
    return {
        "profile": tower.parts.profile.name,
        "now": now.isoformat(),
        "at_risk_cents": tower.parts.mirror.at_risk_cents(),
        "sources": [
            {
                "source": state.source,
                "health": str(source_health(state, now=now).colour),
                "why": source_health(state, now=now).why,
                "rows": by_source[state.source].rows if state.source in by_source else 0,
                "rejected": by_source[state.source].rejected if state.source in by_source else 0,
            }
            for state in tower.parts.mirror.source_states()
        ],
        "cases": [_case(case) for case in tower.queue()],
    }


def _case(case: ExceptionCase) -> dict[str, Any]:
    return {
        "id": case.case_id,
        "code": case.code,
        "entity": {"kind": str(case.entity.kind), "id": case.entity.entity_id},
        "title": case.title,
        "consequence": case.consequence,
        "state": str(case.state),
        "severity": case.severity.name.lower(),
        "money_at_risk_cents": case.impact.loss_cents,
        "money_at_risk_range_cents": [case.impact.low_cents, case.impact.high_cents],
        "value_per_minute_cents": case.impact.value_per_minute_cents,
        "breach_at": case.breach_at.isoformat() if case.breach_at else None,
        "orders": list(case.order_ids),
        "node": case.node_id,
        "parent": case.parent_case_id,
        "correlation_key": case.correlation_key,
        "dq_flags": list(case.dq_flags),
        "evidence": [_fact(fact) for fact in case.evidence],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "value": fact.value,
        "unit": fact.unit,
        "source": fact.source,
        "as_of": fact.as_of.isoformat() if fact.as_of else None,
    }


def _options(recommendation: Recommendation) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = json.loads(recommendation_json(recommendation))["options"]
    return options
