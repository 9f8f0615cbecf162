"""The queue's rows: the open cases in queue order, as the table shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.read_models.geography import Geography
from app.read_models.people import short_name
from domain.cases import CaseState, ExceptionCase
from domain.catalogue.types import case_type
from views.case_queue.state import CaseRow, CaseTable, IncidentRow, case_table
from views.phrases import said
from views.shell.state import Identity


def queue_table(
    cases: Sequence[ExceptionCase],
    geography: Geography,
    best: Mapping[str, tuple[str, int]],
    people: tuple[Identity, ...],
    incidents: Sequence[IncidentRow] = (),
) -> CaseTable:
    """The cases as columns; ``best`` is the recommended option of those worked out so far."""
    rows = (_row(case, geography, best.get(case.case_id), people) for case in cases)
    return case_table(rows, incidents)


def _row(
    case: ExceptionCase, geography: Geography, best: tuple[str, int] | None, people: tuple[Identity, ...]
) -> CaseRow:
    customer = geography.customer_of(case)
    return CaseRow(
        case_id=case.case_id,
        severity=case.severity,
        type_title=said(case_type(case.code).title),
        subject=geography.subject_of(case),
        state=case.state,
        loss_cents=case.impact.loss_cents,
        priority_cents=case.impact.value_per_minute_cents,
        opened_at=case.opened_at,
        breach_at=case.breach_at,
        snoozed_until=case.snoozed_until,
        owner=short_name(people, case.owner) if case.owner else "",
        best_option=said(best[0]) if best else "",
        best_delta_cents=best[1] if best else None,
        incident_id=case.incident_id or "",
        hidden=case.state is CaseState.SUSPENDED or bool(case.suppressed_by),
        place=" ".join(
            part for part in (str(case.node_id or ""), customer.name if customer else "", case.title) if part
        ),
    )
