"""kill -9 at twenty random moments: no acknowledged approval is lost and no command happens twice."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from domain.approval_states import ApprovalState
from tests.support.approval_desk import PEOPLE, Desk, TurnedClock, signer_of
from tests.support.hub_site import TOKEN, Site, hub_key, running_site
from tests.support.killed_desk import effects_in

REPOSITORY = Path(__file__).parent.parent.parent
KILLS = 20
SEED = 20261122


def start(site: Site, run: str, *more: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.support.killed_desk",
        str(site.folder),
        site.server.url,
        run,
        *more,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def acknowledged(process: subprocess.Popen[str], kill_after_seconds: float) -> list[str]:
    """What the desk acknowledged before it was killed that long after it was ready."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    killer = threading.Timer(kill_after_seconds, process.kill)
    killer.start()
    lines = process.stdout.read().splitlines()
    killer.join()
    process.stdout.close()
    process.wait(timeout=30)
    return [line.removeprefix("ack ") for line in lines if line.startswith("ack ")]


def test_kill_nine_at_twenty_random_moments(tmp_path: Path) -> None:
    from app.hub.client import enrol_at

    chance = random.Random(SEED)
    acked: list[str] = []
    with running_site(tmp_path) as site:
        for user in PEOPLE:
            enrol_at(site.http, signer_of(user, "desk-1").key, TOKEN)
        for run in range(KILLS):
            acked += acknowledged(start(site, f"{SEED}/{run}"), chance.uniform(0.01, 0.6))
        last = start(site, "last", "drain")
        out, _ = last.communicate(timeout=120)
        assert out.endswith("drained\n")
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
