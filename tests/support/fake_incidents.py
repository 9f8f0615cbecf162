"""A made-up incident of four cases in the morning's queue, and as the panel shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.cases import CaseState
from tests.support.fake_tower import FIRST_ID, NOW, case_rows
from views.case_detail.state import IncidentMemberRow, IncidentPanel
from views.case_queue.state import CaseRow, CaseTable, IncidentRow, case_table

INCIDENT_ID = "IN-7E1CA922EE"
#: Which rows of the morning are in the incident, by their place in it.
MEMBER_PLACES = (0, 3, 40, 200)
SILENCED_PLACE, HELD_PLACE = 5, 7


def rows_with_incident() -> list[CaseRow]:
    """The morning with one incident, one silenced case and one that is held back."""
    rows = case_rows()
    for place in MEMBER_PLACES:
        rows[place] = replace(rows[place], incident_id=INCIDENT_ID)
    rows[SILENCED_PLACE] = replace(rows[SILENCED_PLACE], hidden=True)
    rows[HELD_PLACE] = replace(rows[HELD_PLACE], hidden=True, state=CaseState.SUSPENDED)
    return rows


def incident_row() -> IncidentRow:
    """The incident as the grouped queue shows it; the first case stands for it."""
    return IncidentRow(
        incident_id=INCIDENT_ID,
        title="PO-7741 is 3 days late",
        lead_id=FIRST_ID,
        members=len(MEMBER_PLACES),
        orders=61,
        loss_cents=21_430_000,
        priority_cents=90_000_000,
        action="Expedite the inbound",
        act_by=NOW + timedelta(hours=3),
    )


def table_with_incident() -> CaseTable:
    """The queue's columns with the incident."""
    return case_table(rows_with_incident(), [incident_row()])


def incident_panel() -> IncidentPanel:
    """The incident as the panel of its first case shows it."""
    rows = case_rows()
    members = [rows[place] for place in MEMBER_PLACES]
    return IncidentPanel(
        incident_id=INCIDENT_ID,
        title="PO-7741 is 3 days late",
        basis="Found by following the records to their cause.",
        why="PO-7741 is late and line 2 of SO-884120 waits for 40 ea of it.",
        orders=61,
        lines=74,
        loss_cents=21_430_000,
        action="Expedite the inbound",
        members=tuple(
            IncidentMemberRow(
                case_id=row.case_id,
                title=row.type_title,
                type_title=row.type_title,
                why="PO-7741 is late and this line waits for 40 ea of it." if number else "The cause itself.",
                severity=int(row.severity),
                loss_cents=row.loss_cents,
                is_root=number == 0,
            )
            for number, row in enumerate(members)
        ),
        act_by=NOW + timedelta(hours=3),
        also=("Also hit: It goes with FXFE from MEM, where there is: FXFE in trouble.",),
    )
