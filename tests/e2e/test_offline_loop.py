"""The loop without network: what still works, what waits, and what happens when the network is back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backends import null

from app.signing.statements import read_unverified
from app.signing.trust_entries import says_trust
from app.signing.vault import CannotSignError
from app.tower import Tower
from domain.approval_states import ApprovalState, CommandState, DeliveryState
from domain.commands import CommandResult, SetLinePrice
from domain.errors import RefusedError
from domain.ids import EntityKind, EntityRef
from domain.orders import OrderLine
from tests.support.living_world import executions
from tests.support.manual_site import (
    PLANNER,
    SUPERVISOR,
    ManualSite,
    a_case_to_solve,
    cases_of,
    manual_site,
)

BEFORE_THE_FIRST = -1


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ManualSite]:
    # Without this the keys of the test would go into the keyring of whoever runs it.
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as made:
        yield made


def synced_once(site: ManualSite) -> None:
    """A working day with network: everything read, every key known to the hub."""
    with site.tower() as tower:
        assert not [result.why for result in tower.sync_all() if result.why]
        for user in (PLANNER, SUPERVISOR):
            tower.parts.desk.signer(user)
        assert not tower.settle().cannot


def signed_offline(tower: Tower, code: str) -> str:
    """Propose and approve a remedy for a case of that type; the action's id."""
    case, option = a_case_to_solve(tower, code)
    entry = tower.propose(case.case_id, option.option_id, PLANNER, "")
    tower.decide(entry.action_id, SUPERVISOR, approve=True, reason="", offline=True)
    return entry.action_id


def times_recorded(tower: Tower, action_id: str) -> list[int]:
    """How often the hub has recorded each entry of an action."""
    hub = tower.parts.desk.hub_client()
    assert hub is not None
    envelopes = [record.envelope for record in hub.feed(BEFORE_THE_FIRST)]
    entries = [read_unverified(envelope) for envelope in envelopes if not says_trust(envelope)]
    return list(Counter(entry.sha256 for entry in entries if entry.action_id == action_id).values())


def price_change(tower: Tower, action_id: str) -> SetLinePrice:
    """The change of price that an action consists of."""
    action = tower.parts.ledger.approval(action_id).proposal.terms.commands[0].action
    assert isinstance(action, SetLinePrice)
    return action


def changed_elsewhere(site: ManualSite, ours: SetLinePrice) -> int:
    """Somebody sets another price at the system itself; that price."""
    price_cents = ours.unit_price_cents + 1
    theirs = SetLinePrice(order_id=ours.order_id, line_id=ours.line_id, unit_price_cents=price_cents)
    assert site.elsewhere(theirs).result is CommandResult.SUCCEEDED
    return price_cents


def state_of(tower: Tower, action_id: str) -> ApprovalState:
    return tower.parts.ledger.approval(action_id).state


def test_without_network_the_queue_and_the_remedies_come_from_the_mirror(site: ManualSite) -> None:
    synced_once(site)
    with site.tower() as tower:
        before = [case.case_id for case in tower.queue()]
    site.lose_everything()

    with site.tower() as tower:
        assert [case.case_id for case in tower.queue()] == before
        assert a_case_to_solve(tower, "AL-IMBALANCE")[1].actions
        assert a_case_to_solve(tower, "TR-ETA-LATE")[1].actions


def test_a_tower_that_never_reached_its_hub_opens_but_cannot_sign(site: ManualSite) -> None:
    with site.tower() as tower:
        tower.sync_all()
    site.lose_everything()

    with site.tower() as tower:
        case, option = a_case_to_solve(tower, "OE-PRICE")
        with pytest.raises(CannotSignError, match="cannot be reached"):
            tower.propose(case.case_id, option.option_id, PLANNER, "")
        assert tower.settle().cannot
        assert tower.parts.ledger.approvals() == ()


def test_what_is_signed_offline_waits_and_is_delivered_once(site: ManualSite, tmp_path: Path) -> None:
    synced_once(site)
    site.lose_everything()
    with site.tower() as tower:
        action = signed_offline(tower, "OE-PRICE")
        report = tower.settle()

        view = tower.parts.ledger.approval(action)
        assert view.signed_unrecorded
        assert view.state is ApprovalState.SUBMITTED
        assert report.cannot
        assert report.execution.sent == 0
        assert len(tower.parts.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT)) == 2
    assert executions_so_far(tmp_path) == 0

    site.come_back()
    with site.tower() as tower:
        report = tower.settle()

        assert report.cannot == ""
        assert state_of(tower, action) is ApprovalState.EXECUTED
        again = tower.settle()
        assert again.delivery.recorded == again.execution.sent == 0
        assert times_recorded(tower, action) == [1, 1, 1, 1, 1], (
            "proposal, decision, beginning, outcome and ending, each once"
        )
        assert tower.afterwards.verify_ledger().intact
    assert executions(tmp_path / "world", f"{action}-1") == 1


def test_a_case_decided_offline_clears_when_the_network_is_back(site: ManualSite) -> None:
    synced_once(site)
    site.lose_everything()
    with site.tower() as tower:
        action = signed_offline(tower, "OE-INCOMPLETE")
        case_id = tower.parts.ledger.approval(action).case_id

    site.come_back()
    with site.tower() as tower:
        assert tower.case(case_id).is_open
        tower.settle()
        assert not tower.case(case_id).is_open


def test_a_credit_release_is_not_decided_offline(site: ManualSite) -> None:
    synced_once(site)
    site.lose_everything()
    with site.tower() as tower:
        case, option = a_case_to_solve(tower, "OE-CREDIT")
        entry = tower.propose(case.case_id, option.option_id, PLANNER, "")

        with pytest.raises(RefusedError, match="online only"):
            tower.decide(entry.action_id, SUPERVISOR, approve=True, reason="", offline=True)
        assert tower.parts.ledger.approval(entry.action_id).decisions == ()


@pytest.mark.parametrize("failed_syncs", [0, 6], ids=["soon", "after long"])
def test_a_decision_whose_facts_changed_meanwhile_is_held_as_stale(
    site: ManualSite, tmp_path: Path, failed_syncs: int
) -> None:
    synced_once(site)
    site.lose_everything()
    with site.tower() as tower:
        overtaken = signed_offline(tower, "OE-PRICE")
        untouched = signed_offline(tower, "OE-INCOMPLETE")
        for _ in range(failed_syncs):
            tower.sync_all()
        ours = price_change(tower, overtaken)
    theirs_cents = changed_elsewhere(site, ours)

    site.come_back()
    with site.tower() as tower:
        report = tower.settle()

        view = tower.parts.ledger.approval(overtaken)
        assert view.state is ApprovalState.STALE
        assert "changed" in view.why
        assert [row.state for row in view.commands] == [CommandState.CANCELLED]
        assert [action for action, _ in report.execution.held] == [overtaken]
        assert state_of(tower, untouched) is ApprovalState.EXECUTED
        line = tower.parts.mirror.get(EntityRef(kind=EntityKind.ORDER_LINE, entity_id=ours.line_id))
        assert line is not None
        assert isinstance(line.entity, OrderLine)
        assert line.entity.unit_price_cents == theirs_cents
    assert executions(tmp_path / "world", f"{overtaken}-1") == 0
    assert executions(tmp_path / "world", f"{untouched}-1") == 1


def test_facts_that_change_while_the_system_is_away_hold_it_too(site: ManualSite, tmp_path: Path) -> None:
    synced_once(site)
    site.lose_everything()
    with site.tower() as tower:
        action = signed_offline(tower, "OE-PRICE")
        site.hub_comes_back()
        tower.settle()
        assert tower.parts.ledger.commands(action)[0].state is CommandState.PLANNED

        changed_elsewhere(site, price_change(tower, action))
        site.come_back()
        tower.settle()

        assert state_of(tower, action) is ApprovalState.STALE
    assert executions_so_far(tmp_path) == 1, "only the change made elsewhere"


def test_a_silent_source_is_a_case_and_its_cases_are_flagged_not_cleared(site: ManualSite) -> None:
    synced_once(site)
    with site.tower() as tower:
        shipments_late = {case.case_id for case in cases_of(tower, "TR-ETA-LATE")}
        assert shipments_late
        assert "tms" not in {case.entity.entity_id for case in cases_of(tower, "DQ-STALE")}

        site.lose_service()
        site.clock.move(minutes=10)
        results = tower.sync_all()
        assert all("cannot be reached" in result.why for result in results)

        silent = {case.entity.entity_id: case for case in cases_of(tower, "DQ-STALE")}
        assert set(silent) == {"erp", "wms", "tms", "supplier"}
        assert "silent" in silent["tms"].title
        still = {case.case_id: case for case in cases_of(tower, "TR-ETA-LATE")}
        assert shipments_late <= set(still)
        assert all("stale:tms" in still[case_id].dq_flags for case_id in shipments_late)

        site.come_back()
        assert all(result.succeeded for result in tower.sync_all())
        assert "tms" not in {case.entity.entity_id for case in cases_of(tower, "DQ-STALE")}
        assert not any(case.dq_flags for case in cases_of(tower, "TR-ETA-LATE"))


def executions_so_far(folder: Path) -> int:
    """How many commands the systems took."""
    return len((folder / "world" / "commands.jsonl").read_text(encoding="utf-8").splitlines())
