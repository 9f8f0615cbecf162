"""The rules page: policies and decision rights in force, and whether an edited text would do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.detection.policy_file import PolicyProblem, PolicyRefusedError
from app.detection.policy_in_force import own_texts
from app.detection.policy_overlay import overlaid
from app.detection.policy_set import packaged_policies
from app.read_models.people import short_name
from domain.catalogue.types import case_type
from domain.errors import BadInputError
from domain.rights import RightsPolicy, RightsRow, parse_policy
from resources.loader import read_bytes
from views.formatting import full_moment, money
from views.language import tr
from views.phrases import said
from views.rules.state import (
    RIGHTS,
    PolicyView,
    RightsRowView,
    RightsView,
    RuleProblem,
    RulesChecked,
    RulesShown,
    RulesTried,
    RuleTable,
    SettingRow,
    TypeEffect,
)

if TYPE_CHECKING:
    from app.detection.policy_file import PolicyFile
    from app.detection.policy_set import PolicySet
    from app.profile import Profile
    from app.services.rehearse import Rehearsal
    from app.store.mirror import Mirror
    from app.store.policies import PolicyRecord
    from domain.day_limits import DayLimit
    from domain.decision_tables.model import DecisionTable
    from domain.delegations import Delegation
    from views.shell.state import Identity


def rules_shown(
    mirror: Mirror, rights: RightsPolicy, profile: Profile, people: tuple[Identity, ...], *, now: datetime
) -> RulesShown:
    """All that is in force now."""
    records = {record.name: record for record in mirror.policy_records()}
    policies = _in_force(records.values())
    return RulesShown(
        now=now,
        policies=tuple(
            _policy_view(file, records.get(name)) for name, file in sorted(policies.files.items())
        ),
        rights=_rights_view(rights, profile, people),
        folder=str(profile.policy_folder or ""),
    )


def own_with(mirror: Mirror, name: str, text: str) -> dict[str, str]:
    """The profile's own policy files in force with one of them replaced."""
    return {**own_texts(mirror.policy_records()), name: text}


def check_rules(mirror: Mirror, name: str, text: str) -> RulesChecked:
    """Whether an edited text could come into force in place of the file of that name."""
    if name == RIGHTS:
        return RulesChecked(name=name, text=text, problems=_rights_problems(text))
    try:
        overlaid(own_with(mirror, name, text))
    except PolicyRefusedError as error:
        return RulesChecked(name=name, text=text, problems=tuple(map(_problem, error.problems)))
    return RulesChecked(name=name, text=text)


def rules_tried(name: str, text: str, answer: Rehearsal | str, *, seconds: float) -> RulesTried:
    """A rehearsal's answer as the page shows it."""
    if isinstance(answer, str):
        return RulesTried(name=name, text=text, failed=said(answer), seconds=seconds)
    return RulesTried(
        name=name,
        text=text,
        effects=tuple(
            TypeEffect(
                code=effect.code,
                title=said(case_type(effect.code).title),
                open_now=effect.open_now,
                would_open=effect.would_open,
                would_close=effect.would_close,
            )
            for effect in answer.effects
        ),
        closing_ids=tuple(map(str, answer.closing)),
        open_now=answer.open_now,
        seconds=seconds,
    )


def _in_force(records: Iterable[PolicyRecord]) -> PolicySet:
    try:
        return overlaid(own_texts(tuple(records)))
    except PolicyRefusedError:
        return packaged_policies()


def _policy_view(file: PolicyFile, record: PolicyRecord | None) -> PolicyView:
    packaged = packaged_policies().files.get(file.name)
    ships = packaged.settings if packaged is not None else {}
    return PolicyView(
        name=file.name,
        policy_id=file.head.policy_id,
        version=file.head.version,
        effective=file.head.effective,
        owner=file.head.owner,
        text=file.text,
        digest=record.sha256 if record is not None else "",
        since=record.loaded_at if record is not None else None,
        is_own=record is not None and bool(record.body),
        problem=record.problem if record is not None else "",
        settings=tuple(
            SettingRow(name=key, value=value, packaged=ships[key] if ships.get(key, value) != value else None)
            for key, value in file.settings.items()
        ),
        tables=tuple(_table(table) for table in file.tables),
        quiet=tuple((edge.code, edge.while_code, str(edge.on)) for edge in file.suppressions),
    )


def _table(table: DecisionTable) -> RuleTable:
    return RuleTable(
        name=table.name,
        hit=f"COLLECT {table.collect}" if table.collect is not None else table.hit.value,
        columns=(*(column.name for column in table.inputs), *(column.name for column in table.outputs)),
        outputs=len(table.outputs),
        rows=tuple((*row.written, *(_answer(value) for value in row.outputs)) for row in table.rows),
    )


def _answer(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(problem: PolicyProblem) -> RuleProblem:
    return RuleProblem(file=problem.file, what=said(problem.what), table=problem.table, row=problem.row)


# ---------------------------------------------------------------------- decision rights
def _rights_view(rights: RightsPolicy, profile: Profile, people: tuple[Identity, ...]) -> RightsView:
    file = profile.folder / RIGHTS
    is_own = file.exists()
    text = file.read_text(encoding="utf-8") if is_own else read_bytes("policy", RIGHTS).decode()
    return RightsView(
        policy_id=rights.policy_id,
        version=rights.version,
        text=text,
        rows=tuple(_rights_row(row) for row in rights.rows),
        people=tuple((short_name(people, user), _roles(roles)) for user, roles in rights.users),
        limits=tuple(map(_limit_row, rights.limits)),
        delegations=tuple(_delegation_row(lent, people) for lent in rights.delegations),
        is_own=is_own,
    )


def _rights_row(row: RightsRow) -> RightsRowView:
    limits = (
        [] if row.over_minor is None else [tr("over {amount}", amount=money(row.over_minor, row.currency))]
    )
    limits.append(tr("any amount") if row.up_to_minor is None else money(row.up_to_minor, row.currency))
    conditions = [tr("{number} approvers", number=row.min_approvers)] if row.min_approvers > 1 else []
    conditions += [tr("another person")] if row.four_eyes else []
    offline = _span(row.offline_minutes) if row.offline_minutes else ""
    conditions.append(tr("{span} without the hub", span=offline) if offline else tr("online only"))
    conditions.append(tr("waits {span}", span=_span(row.valid_minutes)))
    return RightsRowView(
        row_id=row.row_id,
        remedy=said(row.remedy.replace("_", " ")),
        limit=", ".join(limits),
        right=said(row.right.replace("_", " ")),
        proposers=_roles(row.propose_roles),
        approvers=_roles(row.approve_roles),
        conditions=", ".join(conditions),
        is_forbidden=row.forbid,
    )


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(said(role) for role in roles)


def _limit_row(limit: DayLimit) -> tuple[str, str, str, str]:
    whom = tr("one {scope}", scope=said(limit.scope.value))
    if limit.roles:
        whom = tr("{whom} as {roles}", whom=whom, roles=_roles(limit.roles))
    return (
        said(limit.remedy.replace("_", " ")),
        whom,
        money(limit.up_to_minor, limit.currency),
        limit.limit_id,
    )


def _delegation_row(lent: Delegation, people: tuple[Identity, ...]) -> tuple[str, str, str, str, str]:
    return (
        short_name(people, lent.from_user),
        short_name(people, lent.to_user),
        said(lent.role),
        money(lent.up_to_minor, lent.currency),
        tr(
            "{start} until {end}",
            start=full_moment(lent.starts_at, UTC),
            end=full_moment(lent.ends_at, UTC),
        ),
    )


def _span(minutes: int) -> str:
    """A span without noughts: ``4 h``, ``1 d``, ``90 min``."""
    for size, unit in ((24 * 60, "d"), (60, "h")):
        if minutes % size == 0:
            return tr("{days} d", days=minutes // size) if unit == "d" else f"{minutes // size} {unit}"
    return f"{minutes} min"


def _rights_problems(text: str) -> tuple[RuleProblem, ...]:
    try:
        parse_policy(text)
    except BadInputError as error:
        return (RuleProblem(file=RIGHTS, what=said(error.what)),)
    return ()
