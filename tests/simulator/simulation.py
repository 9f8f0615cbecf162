"""One simulated day at a site: four desks, a hub and four systems under one clock and one seed.

Nothing here judges: it makes things happen to the real code, and hands what is left to ``checker``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from domain.day_limits import DayLimit, LimitScope
from domain.errors import TowerError
from domain.recommendations import Remedy
from domain.rights import EXECUTOR_ROLE, RightsPolicy
from tests.simulator.crashes import Fate, Killed
from tests.simulator.desk import EXECUTOR, SimulatedDesk, signer
from tests.simulator.evidence import (
    DAY_MINOR,
    DELEGATE,
    LENT_FROM,
    LENT_MINOR,
    LENT_UNTIL,
    PEOPLE,
    Evidence,
    Story,
)
from tests.simulator.hub import SimulatedHub, Wire
from tests.simulator.upstream import LEVELS, Upstream
from tests.support.approval_desk import TurnedClock, default_policy
from tests.support.hub_site import hub_key
from tests.support.rights_cases import lent

STEPS = 50
LINES = 8
CRASH_SHARE = 0.006
HUB_CRASH_SHARE = 0.01
#: Longer than any pause of the executor, and long enough for what nobody took up to expire.
PAUSE, A_DAY, MOST_ROUNDS = timedelta(minutes=6), timedelta(hours=25), 30
#: How often somebody who signed something sends it at once.
SOON = 0.6
WEIGHTS = {
    "work": 10,
    "propose": 4,
    "decide": 9,
    "decide_without_right": 1,
    "revoke": 2,
    "edit": 2,
    "note": 2,
    "network": 2,
    "system": 1,
}
#: Who sits where: both planners at one desk, each supervisor at their own.
DESKS = {"desk-1": ("a.moreno", "t.nguyen"), "desk-2": ("j.okafor",), "desk-3": ("m.silva",)}
#: Which of the desks something happens at, as often as it is named: supervisors seldom propose.
SEATS = {"propose": (0, 0, 0, 0, 0, 1), "decide": (0, 1, 1, 1, 2, 2, 2)}


def policy() -> RightsPolicy:
    """The default rights for the people of the site, with a limit of the day and a right that is lent."""
    people = {user: (role,) for user, role in PEOPLE.items()}
    delegation = replace(
        lent(DELEGATE, "j.okafor", up_to=LENT_MINOR), starts_at=LENT_FROM, ends_at=LENT_UNTIL
    )
    return replace(
        default_policy().with_users({**people, EXECUTOR: (EXECUTOR_ROLE,)}),
        delegations=(delegation,),
        limits=(
            DayLimit(
                limit_id="site-day",
                remedy=Remedy.REALLOCATE,
                currency="USD",
                scope=LimitScope.APPROVER,
                up_to_minor=DAY_MINOR,
            ),
        ),
    )


@dataclass
class Site:
    """Everything of one run."""

    chance: random.Random
    clock: TurnedClock
    upstream: Upstream
    hub: SimulatedHub
    desks: list[SimulatedDesk]
    fates: list[Fate]
    refused: Counter[str] = field(default_factory=Counter)
    ends: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def step(self) -> None:
        """Let one thing happen."""
        self.clock.turn(timedelta(seconds=self.chance.randint(1, 240)))
        self.arrive()
        happening = self.chance.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
        desk = self.desks[self.chance.choice(SEATS.get(happening, range(len(self.desks))))]
        if happening in {"edit", "note"}:
            self.upstream.edit(self.chance.choice(list(self.upstream.lines)), relevant=happening == "edit")
        elif happening == "network":
            desk.wire.online = False
            self.later(lambda: setattr(desk.wire, "online", True))
        elif happening == "system":
            source = self.chance.choice(list(LEVELS))
            self.upstream.away.add(source)
            self.later(lambda: self.upstream.away.discard(source))
        else:
            self.at(desk, getattr(desk, happening))
            if self.chance.random() < SOON:
                self.at(desk, desk.work)

    def later(self, act: Callable[[], None]) -> None:
        """Let a fault end after some time."""
        self.ends.append((self.clock.now() + timedelta(minutes=self.chance.randint(1, 40)), act))

    def at(self, desk: SimulatedDesk, act: Callable[[], None]) -> None:
        """Let somebody do something at a desk; it may refuse, and it may end."""
        if desk.down_until is not None:
            if desk.down_until > self.clock.now():
                return
            desk.open()
        try:
            act()
        except TowerError as error:
            self.refused[error.what[:60]] += 1
        except Killed:
            desk.end()

    def arrive(self) -> None:
        """Let come what is due by now."""
        for at, act in list(self.ends):
            if at <= self.clock.now():
                self.ends.remove((at, act))
                act()
        self.upstream.arrive()
        self.hub.look()
        for desk in self.desks:
            desk.wire.arrive()

    def heal(self) -> None:
        """All faults end; every desk works until nothing is left to do."""
        self.upstream.calm = True
        self.ends.clear()
        self.upstream.away.clear()
        for fate in self.fates:
            fate.calm = True
        for desk in self.desks:
            desk.wire.online = desk.wire.calm = True
        self.rounds(MOST_ROUNDS)
        self.clock.turn(A_DAY)
        self.rounds(MOST_ROUNDS)

    def settle(self) -> None:
        """At each desk somebody tells what became of a command in doubt, and everything goes on."""
        for desk in self.desks:
            self.at(desk, desk.settle)
        self.rounds(MOST_ROUNDS)

    def rounds(self, most: int) -> None:
        """Let every desk work until a round changes nothing any more."""
        before: object = None
        for _ in range(most):
            self.clock.turn(PAUSE)
            self.arrive()
            for desk in self.desks:
                self.at(desk, desk.work)
            now = [desk.standing() for desk in self.desks]
            if now == before and not any(desk.wire.late for desk in self.desks):
                return
            before = now

    def close(self) -> None:
        """Let go of every database."""
        for desk in self.desks:
            desk.close()
        self.hub.close()


def site_of(seed: int, folder: Path) -> Site:
    """A site of that seed, its databases in ``folder``."""
    chance, clock, rights = random.Random(seed), TurnedClock(), policy()
    hub_fate = Fate(chance=random.Random(f"{seed}/hub"), share=0.0)
    hub = SimulatedHub(folder=folder, clock=clock, policy=rights, fate=hub_fate)
    upstream = Upstream(chance=random.Random(f"{seed}/erp"), clock=clock)
    upstream.open(LINES)
    desks, fates = [], [hub_fate]
    for name, users in DESKS.items():
        fate = Fate(chance=random.Random(f"{seed}/{name}"), share=0.0)
        desk = SimulatedDesk(
            name=name,
            people=tuple(signer(user, name, PEOPLE[user]) for user in users),
            executor=signer(EXECUTOR, name, EXECUTOR_ROLE),
            folder=folder,
            clock=clock,
            policy=rights,
            upstream=upstream,
            wire=Wire(hub=hub, chance=random.Random(f"{seed}/{name}/wire")),
            fate=fate,
            chance=random.Random(f"{seed}/{name}/acts"),
        )
        for each in (*desk.people, desk.executor):
            hub.enrol(each)
        fate.share = CRASH_SHARE
        desks.append(desk)
        fates.append(fate)
    hub_fate.share = HUB_CRASH_SHARE
    return Site(chance=chance, clock=clock, upstream=upstream, hub=hub, desks=desks, fates=fates)


def simulate(seed: int, folder: Path, steps: int = STEPS) -> Evidence:
    """Run one day and give what is left of it."""
    site = site_of(seed, folder)
    try:
        for _ in range(steps):
            site.step()
        site.heal()
        site.settle()
        return evidence_of(site)
    finally:
        site.close()


def evidence_of(site: Site) -> Evidence:
    """What is left of a day, for the checker."""
    return Evidence(
        hub_file=site.hub.file,
        desk_files={desk.name: desk.file for desk in site.desks},
        hub_spki=hub_key().public.spki,
        spki_of={
            each.key.public.keyid: (each.key.public.spki, each.key.owner.user_id)
            for desk in site.desks
            for each in (*desk.people, desk.executor)
        },
        effects=tuple(site.upstream.effects),
        asked=tuple(site.upstream.asked),
        acknowledged=tuple(each for desk in site.desks for each in desk.acknowledged),
        moved=tuple(site.hub.moved),
        seen={action: fields for desk in site.desks for action, fields in desk.seen.items()},
        own_findings=own_findings(site),
        story=Story(
            refused=site.refused,
            crashes=Counter(point for fate in site.fates for point in fate.ended_at),
            effects=len(site.upstream.effects),
            approvals=Counter(str(view.state) for desk in site.desks[:1] for view in desk.ledger.approvals()),
        ),
    )


def own_findings(site: Site) -> tuple[str, ...]:
    """What the product's own checks find at the end."""
    found = [f"the hub: {problem}" for problem in site.hub.log.verify()]
    for desk in site.desks:
        found += [f"{desk.name}: {problem}" for problem in desk.ledger.verify(hub_key().public).problems]
    return tuple(found)
