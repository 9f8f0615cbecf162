"""A bad network between desk and hub: nothing is lost or recorded twice, nonsense is not believed."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.hub.client import HubClient
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.take_over import take_over
from connectors.http import HttpClient
from domain.approval_states import ApprovalState, DeliveryState
from domain.approvals import Verdict
from tests.support.approval_desk import Desk
from tests.support.chaos_proxy import FAULTS, chaos_proxy
from tests.support.hub_site import Site, hub_key, running_site

#: Faults of each kind; a longer run sets it higher.
EACH = int(os.environ.get("CONTROL_TOWER_CHAOS", "8"))
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
#: How many requests in a hundred go wrong.
PERCENT = 40
#: A patience that a black hole soon exhausts.
READ_SECONDS = 0.4
ACTIONS = 2
MOST_ROUNDS = 60


def one_round(desk: Desk, hub: HubClient) -> None:
    """What a desk does with its hub again and again."""
    deliver(desk.room, hub)
    take_over(desk.room, hub, desk.people["executor@desk"])


def waiting(desk: Desk) -> int:
    """How many entries are not at the hub yet."""
    return len(desk.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT))


def trouble(site: Site, fault: str, times: int) -> Counter[str]:
    """Propose and decide over a network with that fault until it has struck often enough, then heal it."""
    chance, names = random.Random(f"{SEED}/{fault}"), iter(range(1, 10_000))
    struck = [0]

    def what(_path: str) -> str:
        if struck[0] >= times or chance.randrange(100) >= PERCENT:
            return ""
        struck[0] += 1
        return fault

    with chaos_proxy(site.server.url, what) as proxy:
        client = HttpClient(proxy.address, read_seconds=READ_SECONDS, pause=lambda _seconds: None)
        while struck[0] < times:
            desk = site.desk(f"{fault.replace(' ', '-').replace(',', '')}-{next(names)}")
            hub = HubClient(
                transport=client,
                hub_key=hub_key().public,
                reader=desk.people["a.moreno"].key,
                clock=site.clock,
            )
            _work(desk, hub)
            desk.close()
        client.close()
        return proxy.done


def _work(desk: Desk, hub: HubClient) -> None:
    actions = []
    for number in range(1, ACTIONS + 1):
        action_id = desk.propose(number=number).action_id
        request = DecisionRequest(action_id=action_id, verdict=Verdict.APPROVE, reason="I compared.")
        decide(desk.room, desk.people["j.okafor"], request, desk.facts.fresh)
        actions.append(action_id)
    for _ in range(MOST_ROUNDS):
        one_round(desk, hub)
        if not waiting(desk):
            break
    assert not desk.ledger.outbox(DeliveryState.REFUSED), "a fault of the network was taken for a refusal"
    assert not waiting(desk), "it never got through"
    for action_id in actions:
        assert desk.ledger.approval(action_id).state is ApprovalState.APPROVED


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_doubled(tmp_path: Path, fault: str) -> None:
    sys.stdout.write(f"CONTROL_TOWER_SEED={SEED}\n")
    with running_site(tmp_path) as site:
        done = trouble(site, fault, EACH)
        sys.stdout.write(f"{fault}: {dict(done)}\n")
        assert done[fault] >= EACH
        reader = site.desk("reader")
        recorded: list[str] = []
        client = site.client(reader)
        while page := client.feed(len(recorded) - 1):
            recorded += [entry.receipt.entry_sha256 for entry in page]
        reader.close()
        signed: set[str] = set()
        for file in tmp_path.glob("*-[0-9]*.db"):
            desk = Desk(tmp_path, hub_key=hub_key().public, name=file.stem, clock=site.clock)
            assert desk.ledger.verify(hub_key().public).problems == ()
            for view in desk.ledger.approvals():
                signed |= {entry.sha256 for entry in desk.ledger.entries_of(view.action_id)}
            desk.close()
        assert len(recorded) == len(set(recorded))
        assert signed
        assert signed <= set(recorded)
