"""Incidents as the window shows them: one row each in the grouped queue, a strip in the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.incidents import grouping_of
from domain.catalogue.types import case_type
from domain.incidents import IncidentBasis
from views.case_detail.state import IncidentMemberRow, IncidentPanel
from views.case_queue.state import IncidentRow
from views.language import noted, tr
from views.phrases import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.store.mirror import Mirror
    from domain.cases import ExceptionCase
    from domain.incidents import Incident, IncidentMember

#: The panel lists so many members, the dearest; the rest is counted.
MOST_MEMBERS = 50

_BASIS_WORDS: dict[IncidentBasis, str] = {
    IncidentBasis.STATIC_KEY: noted("Cases under this key are taken for one cause."),
    IncidentBasis.PEGGING: noted("Found by following the records to their cause."),
    IncidentBasis.INHIBITION: noted("Found by what keeps these cases quiet."),
    IncidentBasis.CONTRAST: noted("Found by comparing with all records: more than chance."),
    IncidentBasis.MANUAL: noted("Put together by a person."),
}


def queue_incidents(mirror: Mirror) -> tuple[IncidentRow, ...]:
    """The open incidents of several cases; one of a single case is that case."""
    return tuple(_row(incident, members) for incident, members in mirror.incidents() if len(members) > 1)


def _row(incident: Incident, members: Sequence[IncidentMember]) -> IncidentRow:
    ids = [member.case_id for member in members]
    lead = incident.root_case_id if incident.root_case_id in ids else ids[0]
    return IncidentRow(
        incident_id=incident.incident_id,
        title=said(incident.title),
        lead_id=lead or ids[0],
        members=len(ids),
        orders=incident.orders,
        loss_cents=incident.loss_cents,
        priority_cents=incident.value_per_minute_cents,
        action=said(incident.action_label),
        act_by=incident.responsible_at,
    )


def incident_panel(mirror: Mirror, case: ExceptionCase) -> IncidentPanel | None:
    """The incident of a case with its members and reasons; ``None`` where the case stands alone."""
    grouping = grouping_of(mirror, case.case_id, most=MOST_MEMBERS)
    if grouping is None or grouping.view.incident.members <= 1:
        return None
    incident = grouping.view.incident
    return IncidentPanel(
        incident_id=incident.incident_id,
        title=said(incident.title),
        basis=tr(_BASIS_WORDS[grouping.membership.basis]),
        why=said(grouping.membership.why),
        orders=incident.orders,
        lines=incident.lines,
        loss_cents=incident.loss_cents,
        action=said(incident.action_label),
        members=tuple(
            IncidentMemberRow(
                case_id=member.case_id,
                title=said(one.title),
                type_title=said(case_type(one.code).title),
                why=said(member.why),
                severity=int(one.severity),
                loss_cents=one.impact.loss_cents,
                is_root=member.case_id == incident.root_case_id,
            )
            for member, one in grouping.view.members
        ),
        members_in_all=incident.members,
        act_by=incident.responsible_at,
        also=tuple(tr("Also hit: {why}", why=said(why)) for why in grouping.also.values()),
    )
