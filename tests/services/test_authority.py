"""What entitles to act is judged anew: the proposer's right, and when the hub says a decision arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.authority import require_authority
from app.services.decide import DecisionRequest, decide
from app.signing.merkle import leaf_hash
from app.signing.receipts import HubOutcome
from app.signing.tiles import TileTree
from app.store.ledger_machines import Cause
from domain.approvals import Verdict
from domain.errors import RefusedError
from tests.support.approval_desk import PEOPLE, START, Desk, TurnedClock, default_policy
from tests.support.forged_log import ForgedLog, Row
from tests.support.hub_site import hub_key


def approved(desk: Desk, *, offline: bool = False) -> tuple[str, str, bytes]:
    """An approved action: its id, and the digest and bytes of the decision."""
    proposal = desk.propose()
    request = DecisionRequest(
        action_id=proposal.action_id, verdict=Verdict.APPROVE, reason="Yes.", offline=offline
    )
    entry = decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
    return proposal.action_id, entry.sha256, entry.envelope


def test_the_proposer_must_have_the_right_still(tmp_path: Path) -> None:
    desk = Desk(tmp_path, clock=TurnedClock())
    action_id, _, _ = approved(desk)
    view = desk.ledger.approval(action_id)
    assert require_authority(desk.room, view).reason == "Yes."
    without = default_policy().with_users(
        {user: roles for user, roles in PEOPLE.items() if user != "a.moreno"}
    )
    with pytest.raises(RefusedError, match=r"a\.moreno does not hold the role planner"):
        require_authority(replace(desk.room, policy=without), view)
    desk.close()


@pytest.mark.parametrize("offline", [True, False])
@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(hours=4), ""),
        (timedelta(hours=4, milliseconds=1), "arrived more than 4:00:00"),
        (timedelta(minutes=-16), "dated later"),
    ],
)
def test_a_receipt_too_late_or_too_early_entitles_to_nothing(
    tmp_path: Path, offline: bool, after: timedelta, words: str
) -> None:
    desk = Desk(tmp_path, hub_key=hub_key().public, clock=TurnedClock())
    action_id, sha256, envelope = approved(desk, offline=offline)
    log, received_at = ForgedLog(), START + after
    row = Row(
        envelope=envelope,
        outcome=HubOutcome.ACCEPTED,
        received_at=received_at,
        trust_sha256=log.trust.prev,
    )
    tree = TileTree(lambda _level, _number: b"")
    tree.append(0, [leaf_hash(envelope)])
    with desk.ledger.transaction() as tx:
        tx.add_receipt(sha256, 0, received_at, log.receipt(row, 0, tree))
        tx.record_decision(sha256, Cause(actor="hub", why="recorded #0", at=START, entry_sha256=sha256))
    view = desk.ledger.approval(action_id)
    if words:
        with pytest.raises(RefusedError, match=words):
            require_authority(desk.room, view)
    else:
        assert require_authority(desk.room, view).hub_index == 0
    desk.close()
