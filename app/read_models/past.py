"""Closed cases like the one shown: how each ended, how long it took, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.approval_states import ApprovalState
from views.case_detail.state import PastRow
from views.phrases import said

if TYPE_CHECKING:
    from app.store.ledger_reads import LedgerReads
    from app.store.mirror import Mirror
    from app.store.past_cases import PastCase
    from domain.cases import ExceptionCase

MOST_PAST: Final = 3


def past_rows(mirror: Mirror, ledger: LedgerReads, case: ExceptionCase) -> tuple[PastRow, ...]:
    """The closed cases most like this one."""
    return tuple(_row(past, ledger) for past in mirror.past_like(case, most=MOST_PAST))


def _row(past: PastCase, ledger: LedgerReads) -> PastRow:
    executed = ledger.approvals(states={ApprovalState.EXECUTED}, case_id=past.case_id)
    done = executed[0].proposal.terms.option_label if executed else ""
    return PastRow(
        case_id=past.case_id,
        title=said(past.title),
        state=past.state,
        done=said(done or past.reason),
        loss_cents=past.loss_cents,
        opened_at=past.opened_at,
        closed_at=past.closed_at,
        same_cause=past.likeness == "cause",
    )
