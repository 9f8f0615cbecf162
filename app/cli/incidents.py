"""Incidents, silences and the life of a case without a window."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.cli.running import running_tower
from app.services.case_life import SilenceWish

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.incidents import IncidentView
    from app.tower import Tower
    from domain.incidents import Incident, Silence


def list_incidents(options: argparse.Namespace) -> int:
    """Print the open incidents, the dearest first, with their members and why each belongs to them."""
    with running_tower(options.profile) as tower:
        views = tower.cases.incidents.open()
        if options.json:
            _print({"incidents": [_incident(view) for view in views]})
        else:
            print("\n".join(_lines(views)) or "No incident is open.")
    return 0


def list_silences(options: argparse.Namespace) -> int:
    """Print the silences that hold; end one first if asked to."""
    with running_tower(options.profile) as tower:
        if options.end:
            tower.cases.life.end_silence(options.end, _user(tower, options))
        _print({"silences": [_silence(silence) for silence in tower.cases.life.silences()]})
    return 0


def act_on_case(options: argparse.Namespace) -> int:
    """Do what is asked with a case, then print it with its incident and its history."""
    with running_tower(options.profile) as tower:
        case_id, user = options.case, _user(tower, options)
        acts: Mapping[str, Callable[[], object]] = {
            "ack": lambda: tower.cases.life.acknowledge(case_id, user),
            "start": lambda: tower.cases.life.start(case_id, user),
            "resume": lambda: tower.cases.life.resume(case_id, user),
            "regroup": lambda: tower.cases.incidents.regroup(case_id, user),
            "wait": lambda: tower.cases.life.wait(
                case_id, options.whom, _in_hours(tower, options.hours), user
            ),
            "snooze": lambda: _snooze(tower, options, user),
            "false-positive": lambda: tower.cases.life.deny(case_id, options.reason, user),
            "merge": lambda: tower.cases.incidents.merge(case_id, options.into, options.reason, user),
            "split": lambda: tower.cases.incidents.split(case_id, options.reason, user),
            "silence": lambda: _hide(tower, options, user),
        }
        acts.get(options.act, lambda: None)()
        _print(_case(tower, case_id))
    return 0


def _user(tower: Tower, options: argparse.Namespace) -> str:
    return options.user or tower.parts.profile.first_with_role("planner").user


def _in_hours(tower: Tower, hours: int) -> datetime | None:
    return tower.parts.clock.now() + timedelta(hours=hours) if hours else None


def _snooze(tower: Tower, options: argparse.Namespace, user: str) -> None:
    if options.doubled:
        tower.cases.life.snooze_until_doubled(options.case, user)
    else:
        tower.cases.life.snooze(options.case, options.minutes, user)


def _hide(tower: Tower, options: argparse.Namespace, user: str) -> None:
    case = tower.case(options.case)
    wish = SilenceWish(
        code=case.code,
        node_id="" if options.everywhere else case.node_id or "",
        customer_id=options.customer,
        reason=options.reason,
        lasts=timedelta(days=options.days),
    )
    tower.cases.life.silence(wish, user)


def _case(tower: Tower, case_id: str) -> dict[str, Any]:
    case, grouping = tower.case(case_id), tower.cases.incidents.of_case(case_id)
    events = tower.parts.mirror.events(case.case_id)
    return {
        "id": case.case_id,
        "title": case.title,
        "state": str(case.state),
        "reason": case.state_reason,
        "owner": case.owner,
        "waiting_on": case.waiting_on,
        "waiting_until": _time(case.waiting_until),
        "snoozed_until": _time(case.snoozed_until),
        "snooze_loss_cents": case.snooze_loss_cents,
        "suppressed_by": case.suppressed_by,
        "escalated": bool(case.escalated),
        "incident": None if grouping is None else _incident(grouping.view),
        "why": "" if grouping is None else grouping.membership.why,
        "also_affected_by": {} if grouping is None else dict(grouping.also),
        "history": [
            {
                "at": event.at.isoformat(),
                "kind": event.kind,
                "to": event.to_state,
                "reason": event.reason,
                "by": event.actor,
            }
            for event in events
        ],
    }


def _incident(view: IncidentView) -> dict[str, Any]:
    incident = view.incident
    return {
        "id": incident.incident_id,
        "title": incident.title,
        "basis": str(incident.basis),
        "key": f"{incident.correlation_key}@{incident.correlation_version}",
        "root": incident.root_case_id,
        "opened_at": incident.opened_at.isoformat(),
        "closed_at": _time(incident.closed_at),
        "orders": incident.orders,
        "lines": incident.lines,
        "money_at_risk_cents": incident.loss_cents,
        "avoidable_cents": incident.avoidable_cents,
        "effort_minutes": incident.effort_minutes,
        "action": incident.action_label,
        "act_by": _time(incident.responsible_at),
        "members": [
            {
                "case": case.case_id,
                "code": case.code,
                "title": case.title,
                "basis": str(member.basis),
                "why": member.why,
                "suppressed_by": case.suppressed_by,
            }
            for member, case in view.members
        ],
    }


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.silence_id,
        "code": silence.code,
        "node": silence.node_id,
        "customer": silence.customer_id,
        "by": silence.author,
        "reason": silence.reason,
        "ends_at": silence.expires_at.isoformat(),
    }


def _lines(views: list[IncidentView]) -> list[str]:
    lines = []
    for view in views:
        lines.append(_headline(view.incident))
        lines += [f"    {case.case_id}  {case.code:<16} {member.why}" for member, case in view.members]
    return lines


def _headline(incident: Incident) -> str:
    dollars = f"{incident.loss_cents // 100:,}.{incident.loss_cents % 100:02}"
    counts = f"{incident.members} cases, {incident.orders} orders, {incident.lines} lines"
    return f"{incident.incident_id}  {incident.title}: {counts}, {dollars} at risk. {incident.action_label}."


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _print(document: Mapping[str, Any]) -> None:
    print(json.dumps(document, indent=1, ensure_ascii=False))
