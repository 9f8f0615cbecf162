"""Edits upstream between approval and dispatch: what matters is caught, the rest is let be."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.hub_log import HubLog
from app.services.decide import DecisionRequest, decide
from app.services.deliver import deliver
from app.services.execute import Executor
from connectors.protocol import IdempotencyLevel
from domain.approval_states import RUNNING, ApprovalState
from domain.approvals import Verdict
from domain.commands import Action, Command, CommandResult, ReallocateLine, Receipt, SetLinePrice, target_of
from domain.ids import EntityKind, EntityRef, ItemId, LineId, NodeId, OrderId
from domain.orders import OrderLine
from tests.support.approval_desk import (
    ERP,
    CountingSystem,
    Desk,
    TurnedClock,
    default_policy,
    order_line,
    reallocation,
)
from tests.support.hub_site import hub_key
from tests.support.trail_room import HubInHand

#: Edits of each kind; a longer run sets it higher.
EDITS = int(os.environ.get("CONTROL_TOWER_EDITS", "200"))
SEED = int(os.environ.get("CONTROL_TOWER_SEED", "20261122"))
#: Approved together, edited, then carried out together.
BATCH = 20
MOMENTS = ("before delivery", "while it is away", "between the commands")
#: One batch in so many goes by a hub; the others count as soon as they are signed.
HUB_EVERY = 5
#: The second line of an action, from its first.
SECOND = 500


class EditedSystem(CountingSystem):
    """A system with locks by version, in which somebody edits lines."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(IdempotencyLevel.A)
        self._desk = desk
        self.after_first: dict[str, tuple[EntityRef, OrderLine | None]] = {}

    def submit(self, command: Command) -> Receipt:
        held = self._desk.facts.records
        if any(each.ref not in held or held[each.ref].version != each.version for each in command.expected):
            return self._answer(command, CommandResult.CONFLICT)
        receipt, ref = super().submit(command), target_of(command.action)
        self.edit(ref, done(self.line(ref), command.action))
        if command.key in self.after_first:
            self.edit(*self.after_first.pop(command.key))
        return receipt

    def line(self, ref: EntityRef) -> OrderLine:
        """A line as it is."""
        line = self._desk.facts.records[ref].entity
        assert isinstance(line, OrderLine)
        return line

    def edit(self, ref: EntityRef, line: OrderLine | None) -> None:
        """Write a line anew under its next version; without one it is deleted."""
        if line is None:
            self._desk.facts.records.pop(ref)
            return
        self._desk.facts.put(line, str(int(self._desk.facts.records[ref].version) + 1))


def done(line: OrderLine, action: Action) -> OrderLine:
    """A line after a command."""
    if isinstance(action, ReallocateLine):
        return replace(line, node_id=action.to_node_id)
    assert isinstance(action, SetLinePrice)
    return replace(line, unit_price_cents=action.unit_price_cents)


def relevant_edit(line: OrderLine, chance: random.Random) -> OrderLine | None:
    """An edit of something that the decision rests on; sometimes the line is gone."""
    return chance.choice(
        (
            None,
            replace(line, ordered_quantity=line.ordered_quantity + chance.randint(1, 9)),
            replace(line, shipped_quantity=chance.randint(1, 9)),
            replace(line, unit_price_cents=line.unit_price_cents + chance.choice((-1, 1))),
            replace(line, promised_at=line.promised_at + timedelta(days=chance.choice((-1, 1)))),
            replace(line, node_id=NodeId("DC-9")),
            replace(line, item_id=ItemId("SKU-9")),
            replace(line, cancelled=True),
            replace(line, price_approved=True),
            replace(line, quantity_confirmed=True),
        )
    )


def irrelevant_edit(line: OrderLine, chance: random.Random) -> OrderLine:
    """An edit of something that no decision rests on, or of nothing but the version."""
    return chance.choice(
        (
            line,
            replace(line, position=line.position + chance.randint(1, 99)),
            replace(line, requested_at=line.requested_at + timedelta(days=chance.randint(1, 9))),
        )
    )


def line_ref(number: int) -> EntityRef:
    """A line by its number."""
    return EntityRef(kind=EntityKind.ORDER_LINE, entity_id=f"L{number}")


class Site:
    """A desk, with a hub or without, and the system that it writes to and others edit."""

    def __init__(self, folder: Path, *, with_hub: bool) -> None:
        folder.mkdir()
        clock, key = TurnedClock(), hub_key()
        self.desk = Desk(folder, hub_key=key.public if with_hub else None, clock=clock)
        self._engine, self.hub = None, None
        if with_hub:
            self._engine = open_hub_database(f"sqlite:///{folder / 'hub.db'}")
            log = HubLog(engine=self._engine, policy=default_policy(), key=key, clock=clock)
            for user in ("a.moreno", "j.okafor", "executor@desk"):
                own = self.desk.people[user].key
                asked = EnrolmentRequest(owner=own.owner, public_key=own.public, proof=prove_possession(own))
                log.enrol(asked, token="")
            self.hub = HubInHand(log)
        self.system = EditedSystem(self.desk)

    def approve(self, number: int) -> str:
        """Two commands on two lines, proposed and approved."""
        self.desk.facts.put(order_line(number))
        self.desk.facts.put(order_line(number + SECOND))
        price = SetLinePrice(
            order_id=OrderId("SO-1"), line_id=LineId(f"L{number + SECOND}"), unit_price_cents=900
        )
        action_id = self.desk.propose(number=number, actions=(reallocation(number), price)).action_id
        request = DecisionRequest(action_id=action_id, verdict=Verdict.APPROVE, reason="I compared.")
        decide(self.desk.room, self.desk.people["j.okafor"], request, self.desk.facts.fresh)
        return action_id

    def deliver(self) -> None:
        """Bring what is signed to the hub, where there is one."""
        if self.hub is not None:
            deliver(self.desk.room, self.hub)

    def carry_out(self, *, away: bool = False) -> None:
        """Deliver and execute until nothing is left to do; where the system is away, once."""
        for _ in range(1 if away else 4):
            self.deliver()
            Executor(
                room=self.desk.room,
                connectors={ERP: self.system},
                fresh=self.desk.facts.fresh,
                signer=self.desk.people["executor@desk"],
                jitter=lambda: 0.0,
                away={ERP} if away else (),
            ).run_once()
            if not self.desk.ledger.approvals(states=RUNNING | {ApprovalState.APPROVED}):
                return

    def close(self) -> None:
        self.desk.close()
        if self._engine is not None:
            self._engine.dispose()


def run_batch(site: Site, chance: random.Random, *, relevant: bool) -> Iterator[tuple[str, str, int]]:
    """Approve a batch, edit a line of each at some moment, carry all out: moment, end, effects."""
    moments = [(site.approve(number), chance.choice(MOMENTS)) for number in range(1, BATCH + 1)]
    for moment in MOMENTS:
        if moment == "while it is away":
            site.carry_out(away=True)
        for number, (action_id, its_moment) in enumerate(moments, start=1):
            if its_moment != moment:
                continue
            between = moment == "between the commands"
            ref = line_ref(number + (SECOND if between else chance.choice((0, SECOND))))
            line = site.system.line(ref)
            edited = relevant_edit(line, chance) if relevant else irrelevant_edit(line, chance)
            if between:
                site.system.after_first[f"{action_id}-1"] = (ref, edited)
            else:
                site.system.edit(ref, edited)
    site.carry_out()
    for action_id, moment in moments:
        effects = sum(site.system.effects.get(f"{action_id}-{place}", 0) for place in (1, 2))
        yield moment, str(site.desk.ledger.approval(action_id).state), effects


def outcomes(folder: Path, *, relevant: bool) -> Counter[tuple[str, str, int]]:
    """What became of all of them."""
    chance = random.Random(f"{SEED}/{relevant}")
    counted: Counter[tuple[str, str, int]] = Counter()
    for number in range(0, EDITS, BATCH):
        site = Site(folder / str(number), with_hub=number // BATCH % HUB_EVERY == 0)
        try:
            counted.update(run_batch(site, chance, relevant=relevant))
            assert site.desk.ledger.verify(hub_key().public).problems == ()
        finally:
            site.close()
    sys.stdout.writelines(f"{count:>5} {key}\n" for key, count in sorted(counted.items()))
    return counted


def test_every_relevant_edit_is_caught(tmp_path: Path) -> None:
    counted = outcomes(tmp_path, relevant=True)
    assert sum(counted.values()) >= EDITS
    assert {(state, effects) for moment, state, effects in counted if moment != MOMENTS[2]} == {("stale", 0)}
    # The first command was done rightly; the second one is not sent any more, and the first taken back.
    assert {(state, effects) for moment, state, effects in counted if moment == MOMENTS[2]} == {
        ("compensated", 1)
    }


def test_no_irrelevant_edit_stales_an_approval(tmp_path: Path) -> None:
    counted = outcomes(tmp_path, relevant=False)
    assert sum(counted.values()) >= EDITS
    assert {(state, effects) for _, state, effects in counted} == {("executed", 2)}


def test_an_executor_that_compares_nothing_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.execute.changed_since", lambda _expected, _fresh: ())
    site = Site(tmp_path / "site", with_hub=False)
    ends = {result[1:] for result in run_batch(site, random.Random(SEED), relevant=True)}
    site.close()
    assert ("executed", 2) in ends
