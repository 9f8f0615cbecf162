"""The main job on real input: a Tryton server, a hub and the program, from the change to the cleared case."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from keyring.backends import null

from app.services.source_health import source_health
from app.tower import Tower
from domain.approval_states import ApprovalState
from domain.cases import CaseState
from domain.errors import RefusedError
from domain.health import HealthColour
from domain.recommendations import Remedy
from tests.support import tryton_scenarios as scenarios
from tests.support.tryton_day import today
from tests.support.tryton_loop import (
    ERP,
    PLANNER,
    SUPERVISOR,
    TrytonSite,
    approved,
    open_cases,
    people_of,
    tryton_site,
)
from tests.support.tryton_loop_line import Cut, TrytonLine, tryton_line
from tests.support.tryton_loop_sights import (
    approved_carrier,
    carrier_of,
    make_trouble,
    sale_state,
    ships_from,
    times_done,
    unit_price,
    units_to_pick,
)
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_seed import Distributor
from tests.support.tryton_server import TrytonServer

UNFINISHED = frozenset({ApprovalState.EXECUTING, ApprovalState.IN_DOUBT})


@pytest.fixture(autouse=True)
def _own_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the keys of the tests would go into the keyring of whoever runs them."""
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonSite]:
    """A site for the tests that look at their own orders only."""
    with TrytonServer() as server, tryton_site(tmp_path_factory.mktemp("site"), server) as made:
        yield made


@pytest.fixture
def clerk(site: TrytonSite) -> TrytonRpc:
    """The clerk at the shared Tryton."""
    return people_of(site.server)[0]


@pytest.fixture
def distributor(site: TrytonSite) -> Distributor:
    """What is where in the shared Tryton."""
    return people_of(site.server)[1]


def state_of(tower: Tower, action: str) -> ApprovalState:
    return tower.parts.ledger.approval(action).state


def colour(tower: Tower) -> HealthColour:
    """The light of the one source, as the status bar shows it."""
    (state,) = tower.parts.mirror.source_states()
    return source_health(state, now=tower.parts.clock.now()).colour


def test_every_trouble_is_seen_solved_and_cleared(tmp_path: Path) -> None:
    with TrytonServer() as server, tryton_site(tmp_path, server) as site:
        clerk, distributor = people_of(server)
        trouble = make_trouble(clerk, distributor)
        with site.tower() as tower:
            [first] = tower.sync_all()
            assert (first.why, first.rejected) == ("", 0)
            # After closing time the day of an order entered today is over: what it lacks is then overdue too.
            cases = {key: each for key, each in open_cases(tower).items() if key[0] != "AL-BO-AGED"}
            assert set(cases) == set(trouble.expected.values())
            case = {name: cases[key] for name, key in trouble.expected.items()}
            assert case["waiting"].parent_case_id == case["late"].case_id

            action = {
                "short": approved(tower, case["short"], Remedy.REALLOCATE),
                "scattered": approved(tower, case["scattered"], Remedy.SPLIT),
                "held": approved(tower, case["held"], Remedy.RELEASE_CREDIT_HOLD),
                "slow": approved(tower, case["slow"], Remedy.REBOOK_CARRIER),
                "late": approved(tower, case["late"], Remedy.EXPEDITE),
            }
            price = tower.propose(case["mispriced"].case_id, "", PLANNER, "As in the list.").action_id
            with pytest.raises(RefusedError):
                tower.decide(price, PLANNER, approve=True, reason="I agree with myself.")
            tower.decide(price, SUPERVISOR, approve=True, reason="")
            action["mispriced"] = price
            assert sale_state(clerk, trouble.held) == "quotation", "nothing is carried out before it is time"
            assert ships_from(clerk, trouble.short) == {"NEW": 10}

            report = tower.settle()

            assert {name: state_of(tower, each) for name, each in action.items()} == dict.fromkeys(
                action, ApprovalState.EXECUTED
            )
            assert report.execution.sent == len(action)
            assert sale_state(clerk, trouble.held) == "processing"
            assert ships_from(clerk, trouble.short) == {"COL": 10}
            assert ships_from(clerk, trouble.scattered) == {"NEW": 15, "COL": 15}
            assert carrier_of(clerk, trouble.slow) == approved_carrier(tower, action["slow"])
            assert carrier_of(clerk, trouble.slow) != distributor.carriers["Overland Freight"]
            assert unit_price(clerk, trouble.mispriced) == "38.00"
            receipt = clerk.read("stock.move", trouble.late.moves[0], "planned_date")
            assert receipt["planned_date"] == today() + timedelta(days=1)
            for name, each in action.items():
                assert times_done(clerk, trouble.noted_on[name], each) == 1, name

            assert tower.sync_all()[0].succeeded
            assert open_cases(tower) == {}
            ends = {name: tower.case(each.case_id).state for name, each in case.items()}
            assert ends == dict.fromkeys(action, CaseState.RESOLVED) | {"waiting": CaseState.AUTO_CLEARED}
            assert tower.afterwards.verify_ledger().intact


def test_the_same_on_the_command_line(site: TrytonSite, clerk: TrytonRpc, distributor: Distributor) -> None:
    order = scenarios.credit_hold(clerk, distributor)

    seen = site.told("cycle")
    [case] = [c for c in seen["cases"] if c["entity"]["id"] == f"sale-{order.sale}"]
    assert case["code"] == "OE-CREDIT"
    proposed = site.told("propose", case["id"])
    assert (proposed["by"], proposed["recorded"]) == (PLANNER, True)
    decided = site.told("approve", proposed["action"])
    assert (decided["by"], decided["recorded"]) == (SUPERVISOR, True)
    assert decided["digest_code"] == proposed["digest_code"]
    assert sale_state(clerk, order) == "quotation"

    executed = site.told("execute")

    assert executed["settled"] == {proposed["action"]: "executed"}
    assert sale_state(clerk, order) == "processing"
    assert case["id"] not in {c["id"] for c in site.told("cycle")["cases"]}


def test_what_the_clerk_changes_is_a_case_at_the_next_sync_and_gone_when_deleted(
    site: TrytonSite, clerk: TrytonRpc, distributor: Distributor
) -> None:
    with site.tower() as tower:
        tower.sync_all()
        before = set(open_cases(tower))

        order = scenarios.wrong_price(clerk, distributor)
        written = monotonic()
        result = tower.sync(ERP, force=True)
        [new] = set(open_cases(tower)) - before
        seconds = monotonic() - written

        sys.stdout.write(f"from the write in Tryton to the case: {seconds:.2f} s, {result.rows} rows read\n")
        assert new == ("OE-PRICE", f"line-{order.lines[0]}")

        case = open_cases(tower)[new]
        clerk.press("sale.sale", "draft", order.sale)
        clerk.call("model.sale.sale.delete", [order.sale])
        deleted = 0
        for _ in range(2):  # a record is gone when two sweeps in a row miss it
            site.let_pass(minutes=16)
            deleted += tower.sync(ERP, force=True).deleted
        # A hub refuses what is decided half an hour ahead of its own clock.
        site.let_pass(minutes=-32)

        assert deleted >= 2, "the order and its line"
        assert tower.case(case.case_id).state is CaseState.AUTO_CLEARED


def test_a_decision_overtaken_by_the_clerk_is_held_as_stale(
    site: TrytonSite, clerk: TrytonRpc, distributor: Distributor
) -> None:
    order = scenarios.wrong_price(clerk, distributor)
    with site.tower() as tower:
        tower.sync_all()
        case = open_cases(tower)["OE-PRICE", f"line-{order.lines[0]}"]
        action = approved(tower, case, Remedy.CORRECT_PRICE)
        clerk.press("sale.sale", "draft", order.sale)
        clerk.write("sale.line", [order.lines[0]], {"quantity": 25.0})
        clerk.press("sale.sale", "quote", order.sale)

        report = tower.settle()

        view = tower.parts.ledger.approval(action)
        assert view.state is ApprovalState.STALE
        assert "changed" in view.why
        assert report.execution.sent == 0
        assert unit_price(clerk, order) == "30.00"
        assert times_done(clerk, f"sale.sale,{order.sale}", action) == 0
        assert tower.case(case.case_id).is_open


def test_a_write_that_no_decision_rests_on_holds_nothing_up(
    site: TrytonSite, clerk: TrytonRpc, distributor: Distributor
) -> None:
    order = scenarios.wrong_price(clerk, distributor)
    with site.tower() as tower:
        tower.sync_all()
        case = open_cases(tower)["OE-PRICE", f"line-{order.lines[0]}"]
        action = approved(tower, case, Remedy.CORRECT_PRICE)
        clerk.write("sale.line", [order.lines[0]], {"note": "The customer asked twice."})

        tower.settle()

        assert tower.parts.ledger.approval(action).state is ApprovalState.EXECUTED
        assert unit_price(clerk, order) != "30.00"
        assert not tower.case(case.case_id).is_open


def stopped_between_approval_and_execution(site: TrytonSite, tower: Tower, action: str) -> None:
    """The server goes after the approval: nothing happens, nothing is lost, and everybody sees why."""
    site.server.stop()

    report = tower.settle()

    assert [each for each, _ in report.execution.waiting] == [action]
    assert state_of(tower, action) is ApprovalState.APPROVED
    site.let_pass(seconds=20)
    [result] = tower.sync_all()
    assert "it is tried again by itself" in result.why
    assert colour(tower) is HealthColour.RED
    case = tower.case(tower.parts.ledger.approval(action).case_id)
    assert case.is_open
    assert case.dq_flags == ("stale:erp",)
    assert ("DQ-STALE", "erp") in open_cases(tower)
    site.server.start()


def cut_off(tower: Tower, line: TrytonLine, action: str, write: int, how: Cut) -> None:
    """The server is killed at a write of the command; while it is away the command waits."""
    line.cut_at(write, how)
    tower.settle()
    assert line.is_cut, "the command has fewer writes than that"
    assert state_of(tower, action) in UNFINISHED
    again = tower.settle()
    assert [each for each, _ in again.execution.waiting] == [action]
    assert tower.case(tower.parts.ledger.approval(action).case_id).is_open


def test_server_killed_in_the_middle(tmp_path: Path) -> None:
    with (
        TrytonServer() as server,
        tryton_line(server) as line,
        tryton_site(tmp_path, server, url=line.url) as site,
    ):
        clerk, distributor = people_of(server)
        short = scenarios.shortage(clerk, distributor)
        held = scenarios.credit_hold(clerk, distributor)
        slow = scenarios.carrier_to_change(clerk, distributor)
        with site.tower() as tower:
            tower.sync_all()
            assert colour(tower) is HealthColour.GREEN
            cases = open_cases(tower)
            plan: tuple[tuple[tuple[str, str], Remedy, int, Cut], ...] = (
                (("AL-IMBALANCE", f"line-{short.lines[0]}"), Remedy.REALLOCATE, 3, Cut.DURING),
                (("OE-CREDIT", f"sale-{held.sale}"), Remedy.RELEASE_CREDIT_HOLD, 2, Cut.ANSWERED),
                (("TR-ETA-LATE", f"out-{slow.shipments[0]}"), Remedy.REBOOK_CARRIER, 0, Cut.BEFORE),
            )
            actions: list[str] = []
            for key, remedy, write, how in plan:
                action = approved(tower, cases[key], remedy)
                tower.deliver()
                if not actions:
                    stopped_between_approval_and_execution(site, tower, action)
                cut_off(tower, line, action, write, how)
                server.start()
                while state_of(tower, action) in UNFINISHED and tower.settle().moved:
                    pass
                assert state_of(tower, action) is ApprovalState.EXECUTED
                actions.append(action)

            assert ships_from(clerk, short) == {"COL": 10}
            assert units_to_pick(clerk, short) == 10
            assert sale_state(clerk, held) == "processing"
            assert len(scenarios.read_order(clerk, held.sale).shipments) == 1
            assert carrier_of(clerk, slow) == approved_carrier(tower, actions[-1])
            assert carrier_of(clerk, slow) != distributor.carriers["Overland Freight"]
            assert units_to_pick(clerk, slow) == 24
            targets = (
                f"sale.sale,{short.sale}",
                f"sale.sale,{held.sale}",
                f"stock.shipment.out,{slow.shipments[0]}",
            )
            # What is found done when the server is back needs no second note.
            assert all(times_done(clerk, *pair) <= 1 for pair in zip(targets, actions, strict=True))
            assert tower.sync_all()[0].succeeded
            assert colour(tower) is HealthColour.GREEN
            assert open_cases(tower) == {}
            assert {tower.case(cases[key].case_id).state for key, *_ in plan} == {CaseState.RESOLVED}
            assert tower.afterwards.verify_ledger().intact
