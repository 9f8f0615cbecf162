"""Proposing: signed, bound to the facts, within the rights, once a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.draft_commands import draft_commands
from app.services.propose import ProposalRequest, propose
from app.signing.canonical import digest_of
from app.signing.statements import open_entry
from domain.approval_states import ApprovalState
from domain.approvals import Proposal
from domain.cases import CaseState
from domain.commands import (
    Action,
    CreditInvoiceLine,
    ExpediteSupply,
    PromiseDate,
    RebookCarrier,
    ReleaseCreditHold,
    RepickTask,
    SetOrderField,
    SplitLine,
    SplitPart,
    target_of,
)
from domain.errors import BadInputError, ConflictError, RefusedError
from domain.ids import EntityKind, InvoiceId, LineId, NodeId, OrderId, ServiceId, ShipmentId, TaskId
from tests.support.approval_desk import START, Desk, TurnedClock, credit_release, reallocation


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock=TurnedClock())
    yield desk
    desk.close()


def test_a_proposal_is_signed_over_everything_it_rests_on(desk: Desk) -> None:
    request = desk.request()
    entry = propose(desk.room, desk.people["a.moreno"], request)
    value = open_entry(entry.envelope, desk.ledger.public_key).value
    assert isinstance(value, Proposal)
    terms = value.terms
    assert terms.case.case_id == request.case.case_id
    assert terms.case.sha256 == digest_of(request.case)
    assert terms.recommendation.sha256 == digest_of(request.recommendation)
    assert terms.evidence.facts == request.case.evidence
    assert [c.action for c in terms.commands] == [reallocation()]
    assert terms.expected == request.drafts[0].expected
    assert terms.policy.row == "reallocate-1"
    assert [a.option_id for a in terms.alternatives] == ["rest"]
    assert value.expires_at - value.issued_at == timedelta(days=1)


def test_it_waits_for_a_decision(desk: Desk) -> None:
    entry = desk.propose()
    view = desk.ledger.approval(entry.action_id)
    assert view.state is ApprovalState.SUBMITTED
    assert view.awaits_decision
    assert len(entry.code) == 8


def test_one_proposal_a_case(desk: Desk) -> None:
    first = desk.propose()
    with pytest.raises(RefusedError, match=first.action_id):
        desk.propose()


def test_after_it_expired_the_case_can_be_proposed_again(desk: Desk) -> None:
    desk.propose()
    desk.clock.turn(timedelta(days=2))
    assert desk.propose().action_id


def test_a_closed_case_has_nothing_to_propose(desk: Desk) -> None:
    request = desk.request()
    closed = replace(request.case, state=CaseState.AUTO_CLEARED, closed_at=START)
    with pytest.raises(RefusedError, match="closed"):
        propose(desk.room, desk.people["a.moreno"], replace(request, case=closed))


def test_rights_are_named_when_they_deny(desk: Desk) -> None:
    case, recommendation, drafts = credit_release()
    expensive = replace(case, impact=replace(case.impact, loss_cents=60_000_000, high_cents=60_000_000))
    request = ProposalRequest(
        action_id=desk.ids.new_id(),
        case=expensive,
        recommendation=recommendation,
        option_id="act",
        drafts=drafts,
        reason="They always pay.",
    )
    with pytest.raises(RefusedError, match=r"distributor-default v1, row credit-release-never"):
        propose(desk.room, desk.people["a.moreno"], request)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"option_id": "nothing like it"}, "no option"),
        ({"option_id": "rest", "drafts": ()}, "Doing nothing"),
        ({"drafts": ()}, "Doing nothing"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "500"),
        ({"action_id": "1"}, "ULID"),
    ],
)
def test_what_cannot_be_proposed(desk: Desk, changes: dict[str, object], words: str) -> None:
    request = replace(desk.request(), **changes)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match=words):
        propose(desk.room, desk.people["a.moreno"], request)
    assert desk.ledger.approvals() == ()


def test_commands_of_another_option_are_refused(desk: Desk) -> None:
    request = desk.request()
    other = replace(request.drafts[0], action=reallocation(2))
    with pytest.raises(BadInputError, match="not those of the option"):
        propose(desk.room, desk.people["a.moreno"], replace(request, drafts=(other,)))


def test_somebody_elses_key_cannot_sign(desk: Desk) -> None:
    stranger = replace(desk.people["executor@desk"], role="planner")
    with pytest.raises(RefusedError, match="does not hold the role"):
        propose(desk.room, stranger, desk.request())


def test_a_vanished_record_cannot_be_drafted_for(desk: Desk) -> None:
    option = desk.request().recommendation.options[0]
    desk.facts.records.clear()
    with pytest.raises(ConflictError, match="L1 is no longer there"):
        draft_commands(option, desk.facts)


ACTIONS: list[tuple[Action, EntityKind, str]] = [
    (ReleaseCreditHold(order_id=OrderId("O")), EntityKind.SALES_ORDER, "O"),
    (SetOrderField(order_id=OrderId("O"), field="city", value="Ulm"), EntityKind.SALES_ORDER, "O"),
    (
        PromiseDate(
            order_id=OrderId("O"),
            line_ids=(LineId("L"),),
            promised_at=START,
            replaces_promised_at=START - timedelta(days=3),
        ),
        EntityKind.SALES_ORDER,
        "O",
    ),
    (
        SplitLine(
            order_id=OrderId("O"),
            line_id=LineId("L"),
            from_node_id=NodeId("A"),
            parts=(SplitPart(node_id=NodeId("A"), quantity=1), SplitPart(node_id=NodeId("B"), quantity=1)),
        ),
        EntityKind.ORDER_LINE,
        "L",
    ),
    (
        RebookCarrier(shipment_id=ShipmentId("S"), service_id=ServiceId("X"), scac="ABCD"),
        EntityKind.SHIPMENT,
        "S",
    ),
    (RepickTask(task_id=TaskId("T"), bin_code="B", quantity=1), EntityKind.PICK_TASK, "T"),
    (
        CreditInvoiceLine(invoice_id=InvoiceId("I"), line_id=LineId("L"), quantity=1),
        EntityKind.INVOICE,
        "I",
    ),
    (ExpediteSupply(supply_id="P", eta_at=START, cost_cents=1), EntityKind.INBOUND_SUPPLY, "P"),
]


@pytest.mark.parametrize(("action", "kind", "entity_id"), ACTIONS)
def test_every_action_has_a_record_that_it_changes(action: Action, kind: EntityKind, entity_id: str) -> None:
    ref = target_of(action)
    assert (ref.kind, ref.entity_id) == (kind, entity_id)
