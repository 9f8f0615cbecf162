"""The tower takes back what it carried out at a real site, and the case hears of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from keyring.backends import null

from app.tower import Tower
from domain.approval_states import ApprovalState
from domain.approvals import Proposal
from domain.cases import CaseState
from domain.commands import SetLinePrice, target_of
from domain.orders import OrderLine
from tests.support.manual_site import PLANNER, SUPERVISOR, cases_of, manual_site


def carried_out(tower: Tower, action_id: str) -> ApprovalState:
    tower.settle()
    tower.decide(action_id, SUPERVISOR, approve=True, reason="")
    tower.settle()
    tower.settle()
    return tower.parts.ledger.approval(action_id).state


def price(tower: Tower, action: SetLinePrice) -> int:
    record = tower.parts.mirror.get(target_of(action))
    assert record is not None
    assert isinstance(record.entity, OrderLine)
    return record.entity.unit_price_cents


def test_a_price_that_was_set_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as site, site.tower() as tower:
        tower.sync_all()
        case = cases_of(tower, "OE-PRICE")[0]
        entry = tower.propose(case.case_id, "", PLANNER, "")
        assert isinstance(entry.value, Proposal)
        action = entry.value.terms.commands[0].action
        assert isinstance(action, SetLinePrice)
        before = price(tower, action)
        assert carried_out(tower, entry.action_id) is ApprovalState.EXECUTED
        assert price(tower, action) == action.unit_price_cents != before

        undo = tower.afterwards.propose_way_back(entry.action_id, PLANNER, "")
        assert carried_out(tower, undo.action_id) is ApprovalState.EXECUTED
        assert price(tower, action) == before
        assert tower.parts.ledger.approval(entry.action_id).state is ApprovalState.COMPENSATED
        again = tower.parts.mirror.case(case.case_id)
        assert again is not None
        assert again.state is not CaseState.EXECUTING
        assert tower.afterwards.verify_ledger().problems == ()
