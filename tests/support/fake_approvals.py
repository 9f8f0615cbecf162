"""Proposals of the made-up morning, one at every stage."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_tower import FIRST_ID, NOW, SUPERVISOR
from views.approvals.ledger_state import LedgerLine, LedgerShown, Proof
from views.approvals.state import AlternativeLine, ApprovalRow, ApprovalStage, Doubt, SignedContent
from views.shell.state import Identity


def signed_content(code: str = "7F3A-91C2") -> SignedContent:
    """What a proposal says, as parsed back from its bytes."""
    return SignedContent(
        digest_code=code,
        payload_sha256="7f3a91c2" + "0d" * 28,
        headline="Reallocate 318 ea of KT-2201 from Memphis to Dallas",
        commands=(
            "ERP: move 200 ea of SO-884120 line 1 from MEM to DFW",
            "ERP: move 118 ea of SO-884127 line 3 from MEM to DFW",
        ),
        terms=(
            ("Exception", FIRST_ID),
            ("Amount", "$11,200.00 saved against doing nothing"),
            ("Facts as of", "12 Nov 2026 15:21 UTC"),
            ("Must still be", "SO-884120 v17, SO-884127 v4"),
            ("Valid until", "12 Nov 2026 19:26 UTC"),
        ),
        alternatives=(
            AlternativeLine(label="Do nothing", cost_delta_cents=0, late_orders=42),
            AlternativeLine(
                label="Reallocate to DFW", cost_delta_cents=-1_120_000, late_orders=3, chosen=True
            ),
            AlternativeLine(label="Air from Reno", cost_delta_cents=2_390_000, late_orders=0),
        ),
        solver_status="OPTIMAL",
        gap_bp=0,
        proposer="A. Moreno",
        reason="Saves 39 orders at the 16:00 cut-off.",
        policy_rule="AP-3",
        policy_version="policy 4",
        facts_as_of=NOW - timedelta(minutes=5),
    )


def approvals(who: Identity = SUPERVISOR) -> tuple[ApprovalRow, ...]:
    """Proposals at every stage, as ``who`` sees them."""
    own = "" if who == SUPERVISOR else "You proposed this; another person must approve it."
    stages: tuple[tuple[ApprovalStage, int | None, str], ...] = (
        (ApprovalStage.WAITING, None, ""),
        (ApprovalStage.WAITING, None, ""),
        (ApprovalStage.SIGNED_UNRECORDED, None, "The hub cannot be reached; delivered when it is back."),
        (ApprovalStage.RECORDED, 12, ""),
        (ApprovalStage.HELD_STALE, 11, "SO-884131 changed after the decision: quantity 40 is now 25."),
        (ApprovalStage.IN_DOUBT, 10, "The TMS did not answer and cannot be asked: a person has to look."),
        (ApprovalStage.EXECUTED, 9, ""),
        (ApprovalStage.REJECTED, 8, ""),
    )
    labels = ("Reallocate to DFW", "Release hold", "Split from DFW", "Rebook carrier", "Set agreed price")
    return tuple(
        ApprovalRow(
            action_id=f"01K9ACTION{n:02d}",
            case_id=FIRST_ID,
            case_title="Stock short at Memphis" if n % 2 == 0 else "Credit hold, Harbor Foods",
            label=labels[n % len(labels)],
            amount_cents=-1_120_000 + n * 90_000,
            stage=stage,
            severity=4 - n % 3,
            proposed_at=NOW - timedelta(minutes=12 + n * 17),
            expires_at=NOW + timedelta(hours=4) if stage is ApprovalStage.WAITING else None,
            content=signed_content(f"7F3A-91C{n}"),
            log_index=index,
            decided_by="" if stage is ApprovalStage.WAITING else "J. Okafor",
            decided_at=None if stage is ApprovalStage.WAITING else NOW - timedelta(minutes=5 + n),
            decision_reason="" if stage is ApprovalStage.WAITING else "Cheapest way to keep the promise.",
            stage_reason=why,
            why_not_decide=own if stage is ApprovalStage.WAITING else "It has been decided.",
            why_not_revoke="" if stage is ApprovalStage.RECORDED and not own else "Nothing to take back.",
            why_not_take_back="" if stage is ApprovalStage.EXECUTED else "Nothing of it was carried out.",
            doubts=(_doubt(own),) if stage is ApprovalStage.IN_DOUBT else (),
            deciders=("J. Okafor", "P. Singh for J. Okafor") if stage is ApprovalStage.WAITING else (),
        )
        for n, (stage, index, why) in enumerate(stages)
    )


def _doubt(own: str) -> Doubt:
    return Doubt(
        command_key="01K9ACTION05-1", words="TMS: rebook shipment S-4411 to ODFL", why_not_settle=own
    )


def ledger() -> LedgerShown:
    """Entries at every state of proof."""
    states = (
        (Proof.WAITS, None, 0, "the hub cannot be reached; tried 2 times"),
        (Proof.RECORDED, 12, 0, ""),
        (Proof.VERIFIED, 11, 0, ""),
        (Proof.WITNESSED, 10, 2, ""),
        (Proof.REFUSED, 9, 0, "decided already by another approver"),
        (Proof.SIGNED, None, 0, ""),
    )
    return LedgerShown(
        lines=tuple(
            LedgerLine(
                sha256=f"{n:02x}" * 32,
                kind="Proposal" if n % 2 else "Decision",
                title="Reallocate to DFW" if n % 2 else "approve: Reallocate to DFW",
                action_id=f"01K9ACTION{n:02d}",
                signed_by="A. Moreno" if n % 2 else "J. Okafor",
                seq=n + 1,
                at=NOW - timedelta(minutes=7 * n),
                proof=proof,
                hub_index=index,
                witnesses=witnesses,
                why=why,
            )
            for n, (proof, index, witnesses, why) in enumerate(states)
        ),
        total=len(states),
        log_words="The hub's log goes on from what was seen before: 13 records.",
    )
