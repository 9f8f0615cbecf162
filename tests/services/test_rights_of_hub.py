"""A desk judges by the rights that the hub put into its log, and says when its own file is another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from keyring.backends import null

from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.deliver import deliver, read_to_the_end
from app.services.rights_of_hub import rights_of_hub, why_rights_differ
from domain.rights import RightsPolicy
from resources.loader import read_bytes
from tests.support.approval_desk import default_policy
from tests.support.hub_site import hub_key
from tests.support.manual_site import PLANNER, cases_of, manual_site
from tests.support.trail_room import HubInHand, TrailRoom, trail_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as made:
        yield made


def in_force(room: TrailRoom, hub: HubInHand) -> RightsPolicy:
    """What the desk knows of the hub's rights after a proposal of it was recorded."""
    room.propose()
    deliver(room.desk.room, hub)
    read_to_the_end(room.desk.room, hub)
    said = rights_of_hub(room.desk.ledger, hub_key().public)
    assert said is not None
    return said.policy


def test_before_anything_is_recorded_nothing_is_known(room: TrailRoom) -> None:
    assert rights_of_hub(room.desk.ledger, hub_key().public) is None
    assert why_rights_differ(default_policy(), None) == ""


def test_the_same_rights_are_not_spoken_of(room: TrailRoom) -> None:
    assert in_force(room, room.hub) == default_policy()
    said = rights_of_hub(room.desk.ledger, hub_key().public)
    assert why_rights_differ(default_policy(), said) == ""
    longer = replace(default_policy(), regulated_categories=("chemicals",))
    assert why_rights_differ(longer, said).endswith("this desk has others under the same name.")


def test_new_rights_of_the_hub_are_followed(room: TrailRoom) -> None:
    in_force(room, room.hub)
    newer = replace(default_policy(), version=2)
    engine = open_hub_database(f"sqlite:///{room.folder / 'hub.db'}")
    try:
        log = HubLog(engine=engine, policy=newer, key=hub_key(), clock=room.desk.clock)
        room.desk.clock.turn(timedelta(days=9))
        assert in_force(room, HubInHand(log)) == newer
    finally:
        engine.dispose()


def test_the_tower_judges_by_the_hubs_rights_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as site:
        own = read_bytes("policy", "decision_rights.toml").decode()
        site.profile.folder.mkdir(exist_ok=True)
        file = site.profile.folder / "decision_rights.toml"
        file.write_text(own.replace("version = 1", "version = 7", 1), encoding="utf-8")
        with site.tower() as tower:
            tower.sync_all()
            assert tower.parts.desk.policy.version == 7
            case = cases_of(tower, "OE-CREDIT")[0]
            tower.propose(case.case_id, "", PLANNER, "")
            report = tower.settle()
            assert report.rights_differ == (
                "Decisions are judged by the hub's rights distributor-default v1, "
                "not by distributor-default v7 of this desk."
            )
            assert tower.parts.desk.room.policy.version == 1
