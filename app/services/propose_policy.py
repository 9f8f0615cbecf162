"""An edited policy as a proposal: signed by who edited it, through the way that every proposal goes.

It stands for a case of its own, kept with the proposal in the ledger, that no detection opens or closes. The
text it replaces is kept there, too, so that approvers see what changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.detection.policy_overlay import overlaid
from app.services.draft_commands import CommandDraft
from app.services.policy_folder import DESK, required, text_now
from app.services.policy_watch import read_folder
from app.services.propose import DEFAULT_CURRENCY, ProposalRequest, propose
from app.services.standing_case import ChangeWanted, standing_case
from app.signing.canonical import sha256_hex
from domain.approvals import Amount, AmountBasis
from domain.cases import ExceptionCase, Fact, case_identity
from domain.commands import AdoptPolicy, target_of
from domain.errors import BadInputError
from domain.ids import CaseId, EntityKind, EntityRef
from domain.recommendations import Option, Recommendation, Remedy, SolverTrail, doing_nothing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.detection.policy_file import PolicyFile
    from app.services.approval_room import ApprovalRoom, Signer
    from app.signing.statements import SignedEntry

POLICY_CHANGE: Final = "POLICY-CHANGE"
MODEL: Final = "policy check"
_EFFORT_MINUTES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEdit:
    """An edited policy file, and why it should hold."""

    file_name: str
    text: str
    reason: str


def propose_policy(
    room: ApprovalRoom, signer: Signer, edit: PolicyEdit, *, folder: Path | None, new_id: Callable[[], str]
) -> SignedEntry:
    """Sign a proposal to put an edited policy into force in place of the one in ``folder``.

    Raises:
        RefusedError: the profile has no folder for policies, the rights do not permit it, or it is proposed.
        PolicyRefusedError: the edited set cannot be used.
        BadInputError: the version was not raised.
    """
    now, place = room.now(), required(folder)
    before, own = text_now(place, edit.file_name), read_folder(place)
    edited = overlaid({**own, edit.file_name: edit.text}).files[edit.file_name]
    known = overlaid(own).files.get(edit.file_name)
    version = 0 if known is None else known.head.version
    if edited.head.version <= version:
        raise BadInputError(
            what=f"{edit.file_name} says version {edited.head.version}, and version {version} is in force.",
            remedy=f"Raise its version to {version + 1}.",
        )
    action = AdoptPolicy(
        file_name=edit.file_name, text=edit.text, replaces_sha256=sha256_hex(before.encode())
    )
    case = _case(action, edited, version, now)
    recommendation = _recommendation(new_id(), case, action, edited, now)
    request = ProposalRequest(
        action_id=new_id(),
        case=case,
        recommendation=recommendation,
        option_id=recommendation.options[0].option_id,
        drafts=(CommandDraft(source=DESK, action=action, expected=()),),
        reason=edit.reason,
        amount=Amount(currency=DEFAULT_CURRENCY, minor=0, basis=AmountBasis.EXPOSURE),
        evidence=(before.encode(),),
    )
    return propose(room, signer, request)


def case_of_policy(file_name: str) -> CaseId:
    """The case that every change of that file is about."""
    return case_identity(POLICY_CHANGE, EntityRef(kind=EntityKind.POLICY_ROW, entity_id=file_name))


def _case(action: AdoptPolicy, edited: PolicyFile, version: int, now: datetime) -> ExceptionCase:
    """The case that stands for the change; policies put no money at risk by themselves."""
    head = edited.head
    wanted = ChangeWanted(
        code=POLICY_CHANGE,
        about=target_of(action),
        title=f"Policy change: {action.file_name}, {head.owner}",
        consequence=f"Version {head.version} takes the place of version {version}.",
        exposed_cents=0,
        effort_minutes=_EFFORT_MINUTES,
        origin=f"policy:{action.replaces_sha256[:12]}",
        evidence=(
            Fact(name="version_in_force", value=str(version), as_of=now),
            Fact(name="version_proposed", value=str(head.version), as_of=now),
        ),
    )
    return standing_case(wanted, at=now)


def _recommendation(
    recommendation_id: str, case: ExceptionCase, action: AdoptPolicy, edited: PolicyFile, now: datetime
) -> Recommendation:
    """The edited text and keeping what is; the check of the whole set is the proof."""
    return Recommendation(
        recommendation_id=recommendation_id,
        case_id=case.case_id,
        computed_at=now,
        options=(
            Option(
                option_id="adopt",
                remedy=Remedy.CHANGE_POLICY,
                label=f"Adopt version {edited.head.version}",
                actions=(action,),
                cost_delta_cents=0,
                recommended=True,
                reasons=(case.consequence,),
            ),
            doing_nothing("Keep what is in force"),
        ),
        trail=SolverTrail(
            model=MODEL,
            status="checked",
            objective_cents=0,
            bound_cents=0,
            gap_bp=0,
            seed=0,
            solve_ms=0,
            problem_sha256=sha256_hex(action.text.encode()),
        ),
    )
