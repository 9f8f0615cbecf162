"""What-if on a mirror: the backlog as a case sees it, worlds beside it, shared files and proposals."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.recommend.facts import StockOutlook
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.shortage import shortage_of, shortage_problem
from app.services.what_if.baseline import Baseline, usable_units
from app.services.what_if.compare import compare_worlds
from app.services.what_if.mirror_baseline import read_baseline
from app.services.what_if.promote import PLANNED_MOVE, PromoteRoom, promote_line
from app.services.what_if.share import MASKED, open_shared, share_document, write_shared
from app.services.what_if.solve import Effort, SolvedWorld, solve_worlds
from app.services.what_if.translate import busiest_node, translate
from app.services.what_if.why import why_line
from domain.approvals import Proposal
from domain.commands import ReallocateLine
from domain.errors import BadInputError, BadValueError, ConflictError, RefusedError
from domain.ids import CustomerId, EntityKind, NodeId
from domain.inventory import AllocationStatus
from domain.orders import CreditStatus
from domain.planned_moves import LineMove, ScenarioEvidence
from domain.transport import ShipmentStatus
from domain.what_if import Change, ChangeKind, WhatIf, from_plain, to_plain
from optimization.backlog.outcome import Milestone
from optimization.backlog.standing import Standing
from tests.support.approval_desk import Desk, TurnedClock, signer_of
from tests.support.distributor import make_case
from tests.support.facts import NOW, allocation, line, order, shipment
from tests.support.tower_room import TowerRoom, tower_room
from tests.support.what_if_world import at_dallas, sync_backlog

EFFORT = Effort(moves=60)
K = ChangeKind
CLOSED = WhatIf(name="Memphis closed", changes=(Change(kind=K.NODE_CLOSED, subject="MEM"),))
HEAVY = WhatIf(name="Customer c2 first", changes=(Change(kind=K.CUSTOMER_WEIGHED, subject="C2", amount=300),))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TowerRoom]:
    with tower_room(tmp_path) as opened:
        yield opened


def solved(room: TowerRoom, *what_ifs: WhatIf) -> tuple[Baseline, tuple[SolvedWorld, ...]]:
    baseline = read_baseline(room.mirror, NOW)
    return baseline, solve_worlds(baseline, what_ifs, EFFORT, monotonic=time.monotonic)


# ---------------------------------------------------------------------- the baseline
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 80), st.integers(0, 300))
def test_what_other_nodes_may_take_is_what_a_single_case_offers(
    on_hand: int, planned: int, safety: int, bound: int
) -> None:
    committed = planned + bound
    usable = usable_units(on_hand=on_hand, committed=committed, safety=safety, planned=planned)
    outlook = StockOutlook(
        node_id=NodeId("MEM"),
        on_hand_quantity=on_hand,
        committed_quantity=committed,
        safety_stock_quantity=safety,
    )
    assert max(0, usable - planned) == outlook.uncommitted_quantity
    assert usable <= max(0, on_hand - bound)


def test_the_money_of_a_line_is_that_of_its_case(room: TowerRoom) -> None:
    sync_backlog(room)
    baseline = read_baseline(room.mirror, NOW)
    case = replace(
        make_case("AL-SHORT", EntityKind.ORDER_LINE, "SO-1/1", [("short_quantity", "40")]),
        node_id=NodeId("MEM"),
    )
    facts = MirrorFacts(room.mirror)
    single = shortage_problem(shortage_of(case, facts), facts, NOW).demand
    lines, (demand,) = baseline.tables.lines, single.lines
    row = [str(each.line_id) for each in baseline.lines].index(demand.line_id)
    assert int(lines["unfilled_cents"][row]) == demand.unfilled_cents_per_unit
    assert int(lines["late_cents_per_unit_day"][row]) == demand.late_cents_per_unit_day
    assert int(lines["change_cents"][row]) == demand.change_cents_per_unit
    assert int(baseline.tables.orders["promised_day"][int(lines["order"][row])]) == 2
    nodes = [str(each.node_id) for each in baseline.nodes]
    for lane in single.lanes:
        place = nodes.index(lane.node_id)
        assert int(baseline.tables.lanes["fixed_cents"][place]) == lane.fixed_cents
        assert int(baseline.tables.lanes["transit_days"][place]) == lane.transit_days
    picks = baseline.tables.pick_capacity
    here = {(nodes[n], d) for n, d in zip(picks["node"].tolist(), picks["day"].tolist(), strict=True)}
    wanted = {(each.node_id, each.day) for each in single.pick_capacity}
    assert {(node, day) for node, day in here if day < single.days} == wanted


def test_packed_lines_and_goods_bound_to_held_orders_are_not_planned(room: TowerRoom) -> None:
    held = order("SO-9", credit_status=CreditStatus.HOLD)
    reserved = allocation("SO-9/1", 30, status=AllocationStatus.RESERVED)
    packed = shipment("SH-1", status=ShipmentStatus.PACKED)
    sync_backlog(room, held, line("SO-9/1", ordered_quantity=30), reserved, packed)
    baseline = read_baseline(room.mirror, NOW)
    assert [each.line_id for each in baseline.lines] == ["SO-2/1"]
    assert baseline.left_out == (("packed or on the way", 1),)
    supply = baseline.tables.supply
    memphis = next(n for n, each in enumerate(baseline.nodes) if each.node_id == "MEM")
    # 200 on hand, 10 kept, 30 bound to the held order, 100 packed.
    assert int(supply["arriving_qty"][supply["node"] == memphis].sum()) == 60


def test_an_empty_backlog_is_refused_in_words(room: TowerRoom) -> None:
    with pytest.raises(ConflictError, match="backlog is empty"):
        read_baseline(room.mirror, NOW)


# ---------------------------------------------------------------------- worlds
def test_a_closed_node_moves_its_lines_and_costs_more(room: TowerRoom) -> None:
    sync_backlog(room)
    baseline, (as_is, closed) = solved(room, CLOSED)
    assert busiest_node(baseline) == "MEM"
    assert {node for each in as_is.answer.lines for node in each.nodes} == {"MEM"}
    difference = compare_worlds(as_is.answer, closed.answer)
    assert {flip.line_id: flip.after.nodes for flip in difference.flips} == {
        "SO-1/1": ("DFW",),
        "SO-2/1": ("DFW",),
    }
    assert all(flip.moves for flip in difference.flips)
    assert difference.delta_cents > 0
    assert sum(flip.order_delta_cents for flip in difference.flips) == difference.delta_cents
    assert difference.least_cents <= difference.delta_cents <= difference.most_cents
    assert dict(closed.answer.kpis.node_units) == {"DFW": 140, "MEM": 0}
    assert (closed.answer.kpis.late_lines, closed.answer.kpis.backorder_units) == (2, 0)


def test_the_same_solve_again_gives_the_same_answer(room: TowerRoom) -> None:
    sync_backlog(room)
    first = solved(room, CLOSED)[1]
    second = solved(room, CLOSED)[1]
    assert [each.answer.lines for each in first] == [each.answer.lines for each in second]
    assert [each.answer.kpis for each in first] == [each.answer.kpis for each in second]


def test_every_change_does_what_it_says(room: TowerRoom) -> None:
    sync_backlog(room)
    surge = WhatIf(name="surge", changes=(Change(kind=K.DEMAND_SURGE, amount=100),))
    apart = WhatIf(name="lane", changes=(Change(kind=K.LANE_LOST, subject="MEM", to="Z1"),))
    whole = WhatIf(name="complete", changes=(Change(kind=K.SHIP_COMPLETE, amount=1),))
    _, worlds = solved(room, surge, apart, HEAVY, whole)
    as_is, more, rerouted, heavy, complete = (each.answer for each in worlds)
    assert sum(units for _, units in more.kpis.node_units) == 280
    assert dict(rerouted.kpis.node_units)["MEM"] == 0
    # SO-2 is a day late in every plan: 40 units at 10 cents, three times as dear.
    assert heavy.kpis.total_cents == as_is.kpis.total_cents + 800
    assert complete.kpis.backorder_units == 0
    assert not any(each.dropped for each in (more, rerouted, heavy, complete))


def test_what_is_gone_is_left_out_and_named(room: TowerRoom) -> None:
    sync_backlog(room)
    gone = WhatIf(
        name="gone",
        changes=(
            Change(kind=K.NODE_CLOSED, subject="LAX"),
            Change(kind=K.CUSTOMER_WEIGHED, subject="C7", amount=50),
            Change(kind=K.DEMAND_SURGE, subject="Z9", amount=5),
            Change(kind=K.NODE_CLOSED, subject="MEM", amount=2),
        ),
    )
    translated = translate(gone, read_baseline(room.mirror, NOW))
    assert len(translated.scenario.overrides) == 1
    assert [why for _, why in translated.dropped] == [
        "The backlog knows no node LAX any more.",
        "Customer C7 has no open order that is planned.",
        "The backlog knows no zone Z9 any more.",
    ]


def test_a_stop_keeps_the_best_plan_and_skips_the_rest(room: TowerRoom) -> None:
    sync_backlog(room)
    stop = threading.Event()
    stop.set()
    baseline = read_baseline(room.mirror, NOW)
    found = solve_worlds(baseline, (CLOSED,), EFFORT, monotonic=time.monotonic, stop=stop)
    assert [each.answer.what_if.name for each in found] == ["Baseline"]
    assert found[0].answer.kpis.total_cents >= found[0].answer.kpis.bound_cents


def test_the_mended_plan_of_the_baseline_is_told_before_a_world_is_searched(room: TowerRoom) -> None:
    sync_backlog(room)
    told: list[tuple[int, Milestone]] = []
    closed, more = CLOSED, WhatIf(name="surge", changes=(Change(kind=K.DEMAND_SURGE, amount=100),))
    found = solve_worlds(
        read_baseline(room.mirror, NOW),
        (closed, more),
        EFFORT,
        monotonic=time.monotonic,
        tell=lambda world, milestone: told.append((world, milestone)),
    )
    first = [next(each for world, each in told if world == number) for number in range(3)]
    # More demand is another backlog, which no mended plan answers.
    assert [each.stage for each in first] == ["rule", "repaired", "rule"]
    assert first[1].objective_cents >= found[1].answer.kpis.total_cents


def test_why_a_line_moved_is_said_with_names_and_a_verified_flip(room: TowerRoom) -> None:
    sync_backlog(room)
    baseline, (_, closed) = solved(room, CLOSED)
    said = why_line(baseline, closed, "SO-1/1")
    assert said[0].startswith("100 of 100 units are planned")
    assert any(each.startswith("Dallas") and "chosen" in each for each in said)
    assert any(each.startswith("Memphis") and "nobody left to pick" in each for each in said)
    assert said[-1] == "No way was found to let other orders make way for this one that costs less in all."
    with pytest.raises(BadInputError, match="no line SO-7/1"):
        why_line(baseline, closed, "SO-7/1")


def test_what_making_way_for_an_order_would_save_is_said_in_money(room: TowerRoom) -> None:
    sync_backlog(room)
    baseline, (as_is, closed) = solved(room, CLOSED)
    # Memphis is open again, and the plan is still the one that goes round it.
    late = Standing(as_is.standing.instance, as_is.standing.led, closed.standing.pairs)
    said = why_line(baseline, SolvedWorld(answer=closed.answer, standing=late), "SO-1/1")
    more = closed.standing.order_costs() - as_is.standing.order_costs()
    assert (more > 0).all()
    saved = f"all orders together would cost {more.sum() / 100:.2f} less."
    assert said[-1] == f"With 1 other order going another way, too, {saved}"


# ---------------------------------------------------------------------- files
def test_a_scenario_survives_its_plain_form_and_bad_ones_are_refused() -> None:
    assert from_plain(to_plain(HEAVY)) == HEAVY
    with pytest.raises(BadInputError, match="no kind of change"):
        from_plain({"name": "x", "changes": [{"kind": "war", "subject": "", "to": "", "amount": 1}]})
    with pytest.raises(BadValueError, match="names nothing"):
        Change(kind=K.NODE_CLOSED)
    with pytest.raises(BadValueError, match="twice"):
        WhatIf(name="x", changes=(Change(kind=K.NODE_CLOSED, subject="MEM"),) * 2)


def test_a_shared_file_is_signed_and_holds_neither_customers_nor_prices(
    room: TowerRoom, tmp_path: Path
) -> None:
    sync_backlog(room)
    secret = replace(HEAVY, name="Beta Tools (C2) first")
    _, (as_is, heavy) = solved(room, secret)
    document = share_document(as_is.answer, heavy.answer, {"C2": "Beta Tools"}, b"salt")
    text = document.decode()
    assert not any(
        each in text for each in ("C2", "Beta", "SO-", "cents", str(as_is.answer.kpis.total_cents))
    )
    key = signer_of("a.moreno").key
    file = tmp_path / "beta.whatif.json"
    write_shared(document, key, file)
    opened = open_shared(file, {key.public.keyid: key.public}.get)
    assert opened.keyid == key.public.keyid
    assert opened.what_if.changes[0].subject.startswith(MASKED)
    dropped = translate(opened.what_if, read_baseline(room.mirror, NOW)).dropped
    assert len(dropped) == 1
    with pytest.raises(RefusedError, match="nobody here has registered"):
        open_shared(file, lambda _keyid: None)
    file.write_bytes(file.read_bytes().replace(b'"payload":"ey', b'"payload":"eY'))
    with pytest.raises((RefusedError, BadInputError)):
        open_shared(file, {key.public.keyid: key.public}.get)


# ---------------------------------------------------------------------- proposals
def evidence() -> ScenarioEvidence:
    return ScenarioEvidence(
        scenario="Memphis closed", changes="Memphis closed for the whole plan", status="feasible",
        objective_cents=100, bound_cents=90, gap_bp=1000, seed=1, solve_ms=5, problem_sha256="ab" * 32,
        as_of=NOW,
    )  # fmt: skip


MOVE = LineMove(line_id="SO-1/1", from_node="MEM", parts=(("DFW", 100),), order_delta_cents=700)


def test_a_move_becomes_a_proposal_signed_like_any_other(room: TowerRoom, tmp_path: Path) -> None:
    sync_backlog(room)
    (tmp_path / "desk").mkdir()
    desk = Desk(tmp_path / "desk", clock=TurnedClock(NOW + timedelta(minutes=1)))
    try:
        ids = iter(f"01J0000000000000000000000{n}" for n in range(9))
        where = PromoteRoom(
            facts=MirrorFacts(room.mirror),
            case=room.mirror.case,
            room=desk.room,
            signer=desk.people["a.moreno"],
            new_id=lambda: next(ids),
        )
        entry = promote_line(where, MOVE, evidence(), "The roof leaks")
        value = entry.value
        assert isinstance(value, Proposal)
        terms = value.terms
        assert terms.case.code == PLANNED_MOVE
        assert terms.commands[0].action == ReallocateLine(
            order_id=order().order_id, line_id=line().line_id,
            from_node_id=NodeId("MEM"), to_node_id=NodeId("DFW"), quantity=100,
        )  # fmt: skip
        assert terms.amount.minor == 100_000
        assert terms.customer_id == CustomerId("C1")
        assert terms.recommendation.trail.problem_sha256 == "ab" * 32
        with pytest.raises(RefusedError, match="already has the proposal"):
            promote_line(where, MOVE, evidence(), "Again")
        room.sync(at_dallas("SO-2/1"))
        moved = replace(MOVE, line_id="SO-2/1", parts=(("DFW", 40),))
        with pytest.raises(ConflictError, match="no longer ships from MEM"):
            promote_line(where, moved, evidence(), "Late")
    finally:
        desk.close()
