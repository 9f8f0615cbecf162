"""Time zones at the desk: the own, the site's of a case, UTC; and which zone a text is shown in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.profile import IdentitySettings, Profile, ProfileKind
from app.read_models.snapshot import SnapshotReader
from app.read_models.wishes import Around, DetailRequest
from app.store.engine import read_only_engine
from app.store.mirror import Mirror
from app.zones import BY_SITE, BY_UTC, DeskTimes, times_for, zone_named
from tests.support import facts
from tests.support.approval_desk import Desk, TurnedClock, default_policy
from tests.support.tower_room import tower_room
from views.case_detail.facts import breach_hint
from views.case_detail.state import CaseDetail

BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("", DeskTimes(zone=BERLIN)),
        ("own", DeskTimes(zone=BERLIN)),
        (BY_SITE, DeskTimes(zone=BERLIN, by_site=True)),
        (BY_UTC, DeskTimes(zone=UTC)),
    ],
)
def test_a_desk_shows_its_own_zone_until_it_is_told_otherwise(wish: str, expected: DeskTimes) -> None:
    assert times_for(wish, BERLIN) == expected


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert zone_named("America/Chicago") == CHICAGO
    assert zone_named("Middle/Earth") is UTC
    assert zone_named("") is UTC


def shown(folder: Path, times: DeskTimes) -> CaseDetail:
    """The one case of a site whose centre lies in Chicago's zone, as a desk with these times sees it."""
    with tower_room(folder) as room:
        desk = Desk(folder, clock=TurnedClock())
        centre = replace(facts.node(), timezone="America/Chicago")
        room.sync(*facts.quiet_world(), centre)
        room.sync(replace(facts.line(), ordered_quantity=900))
        reader = SnapshotReader(
            mirror=Mirror(read_only_engine(folder / "mirror.db")),
            ledger=desk.ledger,
            profile=Profile(
                name="site",
                title="Site",
                kind=ProfileKind.CONNECTED,
                folder=folder,
                sources=(),
                identities=(IdentitySettings(user="a.moreno", name="Alex Moreno", role="planner"),),
            ),
            policy=default_policy(),
        )
        now, who = room.clock.now(), reader.people[0]
        snapshot = reader.read(Around(who=who, times=times), now=now)
        assert snapshot.zone is times.zone
        case_id = room.only_case("AL-SHORT").case_id
        found = reader.detail(DetailRequest(case_id=case_id, who=who, now=now, times=times))
        reader.mirror.close()
        desk.close()
    assert found is not None
    return found


def test_a_case_is_shown_in_the_zone_of_the_desk_and_a_promise_also_in_that_of_its_site(
    tmp_path: Path,
) -> None:
    detail = shown(tmp_path, DeskTimes(zone=BERLIN))
    assert detail.zone is BERLIN
    assert (detail.site_zone, detail.site_name) == (CHICAGO, "Memphis")
    breach = detail.case.breach_at
    assert breach is not None
    here, there = (f"{breach.astimezone(zone):%H:%M %Z}" for zone in (BERLIN, CHICAGO))
    hint = breach_hint(detail, breach)
    assert here in hint.splitlines()[0]
    assert hint.splitlines()[1].endswith("in Memphis")
    assert there in hint.splitlines()[1]


def test_on_demand_the_times_of_a_case_are_those_of_its_site(tmp_path: Path) -> None:
    detail = shown(tmp_path, DeskTimes(zone=BERLIN, by_site=True))
    assert detail.zone == CHICAGO
    breach = detail.case.breach_at or detail.case.opened_at
    assert breach_hint(detail, breach).endswith("as in Memphis")
