"""kill -9 at twenty random moments: no acknowledged approval is lost and no command happens twice."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from domain.approval_states import ApprovalState
from tests.support.approval_desk import PEOPLE, Desk, TurnedClock, signer_of
from tests.support.hub_site import TOKEN, hub_key, running_site
from tests.support.killed_desk import effects_in
from tests.support.nursery import nursery

KILLS = 20
SEED = 20261122
#: Enough work for a round or two of proposing, deciding, delivering and executing.
MOST_SECONDS = 0.4


def test_kill_nine_at_twenty_random_moments(tmp_path: Path) -> None:
    from app.hub.client import enrol_at

    chance = random.Random(SEED)
    acked: list[str] = []
    with running_site(tmp_path) as site, nursery() as desks:
        for user in PEOPLE:
            enrol_at(site.http, signer_of(user, "desk-1").key, TOKEN)
        for run in range(KILLS):
            acked += desks.run(tmp_path, f"{SEED}/{run}", chance.uniform(0.01, MOST_SECONDS), site.server.url)
        acked += desks.run(tmp_path, "last", None, site.server.url)
        desk = Desk(tmp_path, hub_key=hub_key().public, clock=TurnedClock())
        recorded = {entry.receipt.entry_sha256 for entry in site.client(desk).feed(-1)}
        views = {view.action_id: view for view in desk.ledger.approvals()}
        assert len(acked) >= KILLS // 2, f"too little happened between the kills (seed {SEED})"
        assert set(acked) <= set(views)
        for view in views.values():
            assert view.state is ApprovalState.EXECUTED, view.why
            assert view.decisions[0].entry.sha256 in recorded
        assert Counter(effects_in(tmp_path / "effects")) == Counter(
            {command.key: 1 for view in views.values() for command in view.commands}
        )
        assert desk.ledger.verify(hub_key().public).problems == ()
        desk.close()
