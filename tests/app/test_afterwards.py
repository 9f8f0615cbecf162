"""The tower takes back what it carried out at a real site, and the case hears of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from keyring.backends import null

from app.tower import Tower
from domain.approval_states import ApprovalState
from domain.approvals import Proposal
from domain.cases import CaseState
from domain.commands import Action, PromiseDate, SetLinePrice, target_of
from domain.ids import EntityKind, EntityRef
from domain.orders import OrderLine, SalesOrder
from tests.support.manual_site import PLANNER, SUPERVISOR, cases_of, manual_site


def carried_out(tower: Tower, action_id: str) -> ApprovalState:
    tower.settle()
    tower.decide(action_id, SUPERVISOR, approve=True, reason="")
    tower.settle()
    tower.settle()
    return tower.parts.ledger.approval(action_id).state


def told(tower: Tower, action: Action) -> int | set[datetime]:
    """What the mirror says of what an action sets."""
    refs = [target_of(action)]
    if isinstance(action, PromiseDate):
        refs += [EntityRef(kind=EntityKind.ORDER_LINE, entity_id=line_id) for line_id in action.line_ids]
    records = [tower.parts.mirror.get(ref) for ref in refs]
    found = [record.entity for record in records if record is not None]
    assert len(found) == len(refs)
    if isinstance(action, SetLinePrice):
        (line,) = found
        assert isinstance(line, OrderLine)
        return line.unit_price_cents
    return {each.promised_at for each in found if isinstance(each, SalesOrder | OrderLine)}


@pytest.mark.parametrize("code", ["OE-PRICE", "OE-PROMISE"])
def test_a_price_or_day_that_was_set_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as site, site.tower() as tower:
        tower.sync_all()
        case = cases_of(tower, code)[0]
        entry = tower.propose(case.case_id, "", PLANNER, "")
        assert isinstance(entry.value, Proposal)
        action = entry.value.terms.commands[0].action
        assert isinstance(action, SetLinePrice | PromiseDate)
        before = told(tower, action)
        wanted = action.unit_price_cents if isinstance(action, SetLinePrice) else {action.promised_at}
        assert carried_out(tower, entry.action_id) is ApprovalState.EXECUTED
        assert told(tower, action) == wanted != before
        tower.sync_all()
        assert case.case_id not in {each.case_id for each in cases_of(tower, code)}

        undo = tower.afterwards.propose_way_back(entry.action_id, PLANNER, "")
        assert carried_out(tower, undo.action_id) is ApprovalState.EXECUTED
        assert told(tower, action) == before
        assert tower.parts.ledger.approval(entry.action_id).state is ApprovalState.COMPENSATED
        again = tower.parts.mirror.case(case.case_id)
        assert again is not None
        assert again.state is not CaseState.EXECUTING
        assert tower.afterwards.verify_ledger().problems == ()
