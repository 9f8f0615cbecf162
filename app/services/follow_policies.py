"""Policies that another desk of the hub put into force: this desk's folder follows them.

One executor carries an approved policy out, in the folder of its own desk. Every other desk learns from the
log that it was executed, and does the same where its folder still holds what the text replaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.detection.policy_set import packaged_texts
from app.services.policy_watch import read_folder
from app.services.propose_policy import case_of_policy
from domain.approval_states import ApprovalState
from domain.commands import AdoptPolicy, CommandResult

if TYPE_CHECKING:
    from app.services.policy_folder import PolicyFolder
    from app.store.ledger_reads import LedgerReads


def follow_policies(ledger: LedgerReads, policies: PolicyFolder) -> tuple[str, ...]:
    """Write what was executed elsewhere; gives the names of the files that changed.

    A file that somebody changed here by hand stays as it is.

    Raises:
        PolicyRefusedError: the folder cannot be read.
        UnavailableError: the folder cannot be written.
    """
    if policies.folder is None:
        return ()
    written = []
    for name in sorted({*packaged_texts(), *read_folder(policies.folder)}):
        executed = ledger.approvals(states={ApprovalState.EXECUTED}, case_id=case_of_policy(name))
        for view in reversed(executed):
            for command in view.proposal.terms.commands:
                if isinstance(command.action, AdoptPolicy):
                    receipt = policies.submit(command.command(view.proposal.reason))
                    if receipt.result is CommandResult.SUCCEEDED and not receipt.repeated:
                        written.append(name)
    return tuple(written)
