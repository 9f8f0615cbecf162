"""What the window shows, read from a real mirror and ledger: queue, map, figures, detail, approvals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from app.profile import IdentitySettings, Profile, ProfileKind
from app.read_models.network import lane_key
from app.read_models.people import people_of, short_name
from app.read_models.snapshot import SnapshotReader
from app.read_models.wishes import Around, DetailRequest
from app.services.approval_room import fresh_from
from app.services.decide import DecisionRequest, decide
from app.services.draft_commands import draft_commands
from app.services.propose import ProposalRequest, propose
from app.services.recommend.freshness import is_outdated
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.question import RuleQuestion
from app.services.recommend.recommend import ask
from app.services.recommend.record import recommendation_json
from app.store.engine import read_only_engine
from app.store.mirror import Mirror
from domain.approvals import Verdict
from domain.cases import CaseState, ExceptionCase
from domain.ids import CaseId
from domain.recommendations import Recommendation
from tests.support import facts
from tests.support.approval_desk import PEOPLE, Desk, TurnedClock, default_policy
from tests.support.tower_room import TowerRoom, tower_room
from views.approvals.state import ApprovalStage
from views.shell.state import Identity
from views.tower.state import ALL_PARTS, TowerSnapshot


@dataclass
class Site:
    """A mirror with one wrong price in it, a ledger, and the reader of both."""

    room: TowerRoom
    desk: Desk
    reader: SnapshotReader

    @property
    def now(self) -> datetime:
        return self.room.clock.now()

    @property
    def case(self) -> ExceptionCase:
        return self.room.only_case("OE-PRICE")

    def who(self, user: str) -> Identity:
        return next(p for p in self.reader.people if p.user_id == user)

    def snapshot(self, user: str = "a.moreno") -> TowerSnapshot:
        return self.reader.read(Around(who=self.who(user)), now=self.now, changed=ALL_PARTS)

    def work_out(self) -> Recommendation:
        question = ask(self.case, MirrorFacts(self.room.mirror), recommendation_id="R1", now=self.now)
        assert isinstance(question, RuleQuestion)
        found = question.recommendation
        best = next(o for o in found.options if o.recommended)
        with self.room.mirror.write() as transaction:
            transaction.keep_recommendation(
                case_id=found.case_id,
                recommendation_id=found.recommendation_id,
                computed_at=found.computed_at,
                best_label=best.label,
                best_delta_cents=best.cost_delta_cents,
                body=recommendation_json(found),
            )
        return found

    def propose(self) -> str:
        found = self.work_out()
        option = found.options[0]
        request = ProposalRequest(
            action_id=self.desk.ids.new_id(),
            case=self.case,
            recommendation=found,
            option_id=option.option_id,
            drafts=draft_commands(option, self.room.mirror),
            reason="As agreed in the contract.",
        )
        return propose(self.desk.room, self.desk.people["a.moreno"], request).action_id


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with tower_room(tmp_path) as room:
        clock = TurnedClock()
        desk = Desk(tmp_path, clock=clock)
        price = facts.line().unit_price_cents
        room.sync(*facts.quiet_world())
        room.sync(replace(facts.line(), unit_price_cents=price * 2))
        profile = Profile(
            name="site",
            title="Site",
            kind=ProfileKind.CONNECTED,
            folder=tmp_path,
            sources=(),
            identities=tuple(
                IdentitySettings(user=user, name=f"{user[0].upper()}lex {user[2:].title()}", role=roles[0])
                for user, roles in PEOPLE.items()
                if "@" not in user
            ),
        )
        reader = SnapshotReader(
            mirror=Mirror(read_only_engine(tmp_path / "mirror.db")),
            ledger=desk.ledger,
            profile=profile,
            policy=default_policy(),
        )
        yield Site(room=room, desk=desk, reader=reader)
        reader.mirror.close()
        desk.close()


def test_the_queue_shows_the_case_with_its_way_and_its_best_option(site: Site) -> None:
    before = site.snapshot().cases
    assert list(before.ids) == [site.case.case_id]
    assert before.best_options == ("",)
    assert before.subjects[0].startswith(facts.order().number)
    best = site.work_out().options[0]
    after = site.snapshot().cases
    assert after.best_options == (best.label,)
    assert int(after.best_delta_cents[0]) == best.cost_delta_cents


def test_the_map_has_every_node_and_a_marker_at_the_customer(site: Site) -> None:
    shown = site.snapshot()
    assert {node.name for node in shown.nodes} >= {"Memphis"}
    assert shown.markers.ids == (site.case.case_id,)
    place = facts.customer().place
    assert float(shown.markers.lon[0]) == pytest.approx(place.longitude_micro / 1e6)


def test_the_figures_count_what_is_open(site: Site) -> None:
    figures = {kpi.key: kpi.value for kpi in site.snapshot().kpis}
    assert figures["open_cases"] == 1
    assert figures["at_risk_cents"] == site.room.mirror.at_risk_cents()


def test_parts_that_did_not_change_are_not_read_again(site: Site) -> None:
    first = site.snapshot()
    site.room.sync(facts.line())
    again = site.reader.read(Around(who=site.who("a.moreno")), now=site.now, changed=frozenset({"jobs"}))
    assert again.cases is first.cases
    fresh = site.reader.read(Around(who=site.who("a.moreno")), now=site.now, changed=frozenset({"cases"}))
    assert len(fresh.cases) == 0


def test_the_detail_tells_who_must_approve_and_what_is_missing(site: Site) -> None:
    request = DetailRequest(case_id=site.case.case_id, who=site.who("a.moreno"), now=site.now)
    bare = site.reader.detail(request)
    assert bare is not None
    assert bare.recommendation is None
    assert bare.why_not_propose == "There is no option to propose."
    site.work_out()
    full = site.reader.detail(request)
    assert full is not None
    assert full.why_not_propose == ""
    (need,) = full.needs.values()
    assert "supervisor" in need.who
    assert full.subject_label == "SKU"
    assert [row.order_number for row in full.orders] == [facts.order().number]
    assert site.reader.detail(replace(request, case_id="EX-0000000000")) is None


def test_options_of_a_case_that_changed_since_are_outdated(site: Site) -> None:
    worked_out = site.work_out()
    request = DetailRequest(case_id=site.case.case_id, who=site.who("a.moreno"), now=site.now)
    fresh = site.reader.detail(request)
    assert fresh is not None
    assert not fresh.recommendation_stale
    site.room.clock.advance(minutes=5)
    site.room.sync(replace(facts.line(), unit_price_cents=facts.line().unit_price_cents * 3))
    later = site.reader.detail(request)
    assert later is not None
    assert later.recommendation_stale
    assert is_outdated(worked_out, site.room.mirror.events(site.case.case_id))


def test_a_silent_source_stops_proposals(site: Site) -> None:
    site.work_out()
    site.room.clock.advance(hours=2)
    with site.room.mirror.write() as transaction:
        transaction.detect(now=site.now, full=True)
    request = DetailRequest(case_id=site.case.case_id, who=site.who("a.moreno"), now=site.now)
    shown = site.reader.detail(request)
    assert shown is not None
    assert "silent" in shown.why_not_propose


def test_an_approval_is_shown_from_its_signed_bytes_and_only_another_person_may_decide(site: Site) -> None:
    action_id = site.propose()
    (mine,) = site.snapshot("a.moreno").approvals
    assert mine.action_id == action_id
    assert mine.stage is ApprovalStage.WAITING
    assert "another person" in mine.why_not_decide
    (theirs,) = site.snapshot("j.okafor").approvals
    assert theirs.why_not_decide == ""
    assert theirs.content.commands[0].startswith("erp: set ")
    assert theirs.content.reason == "As agreed in the contract."
    request = DecisionRequest(action_id=action_id, verdict=Verdict.APPROVE, reason="Yes.")
    decide(site.desk.room, site.desk.people["j.okafor"], request, fresh_from(site.room.mirror))
    (after,) = site.snapshot("j.okafor").approvals
    assert after.stage is ApprovalStage.RECORDED
    assert after.decided_by == "J. Okafor"
    detail = site.reader.detail(
        DetailRequest(case_id=site.case.case_id, who=site.who("a.moreno"), now=site.now)
    )
    assert detail is not None
    assert detail.proposal is not None
    assert detail.proposal.words == "approved, being carried out"


def test_names_and_lanes() -> None:
    people = (Identity(user_id="a", name="A. Moreno", role="Planner"),)
    assert short_name(people, "a") == "A. Moreno"
    assert short_name(people, "stranger") == "stranger"
    assert lane_key("DC-1", "Z1") == "DC-1>Z1"


def test_a_case_that_moved_is_shown_in_its_state(site: Site) -> None:
    me = "a.moreno"
    site.room.mirror.save_case_state(
        CaseId(site.case.case_id), CaseState.ACKNOWLEDGED, reason="seen", at=site.now, actor=me, owner=me
    )
    shown = site.snapshot()
    assert shown.cases.owners == (site.who(me).name,), "the triage of a person goes by the name shown"
    assert shown.cases.owners == (short_name(people_of(site.reader.profile), me),)
