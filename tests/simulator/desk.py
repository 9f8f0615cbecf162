"""A desk of the simulator: a real ledger and the real services, ended and started again from its file."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import app.services.decide as decide_service
from app.identifiers import UlidSource
from app.services.approval_room import ApprovalRoom, Signer, fresh_from
from app.services.decide import DecisionRequest, PreparedDecision, prepare_decision
from app.services.deliver import deliver
from app.services.draft_commands import draft_commands
from app.services.ending_settled import say_settled
from app.services.execute import Executor
from app.services.propose import ProposalRequest, propose
from app.services.take_over import take_over
from app.signing.keys import KeyOwner, new_key
from app.signing.statements import SignedEntry, preview, read_payload
from app.store.engine import open_database
from domain.approval_states import UNDECIDED, ApprovalState, CommandState, DeliveryState
from domain.approvals import Decision, Proposal, Settlement, Verdict
from domain.commands import Action, SetLinePrice
from domain.compensation import undone_key
from domain.ids import LineId, OrderId, UserId
from domain.recommendations import Remedy
from domain.rights import RightsPolicy
from tests.simulator.crashes import Fate, MortalLedger
from tests.simulator.evidence import Acknowledged
from tests.simulator.hub import Wire
from tests.simulator.upstream import LEVELS, Face, Fields, Upstream, decisive
from tests.support.approval_desk import (
    FactsOnHand,
    TurnedClock,
    empty_ledger,
    reallocation,
    recommendation_for,
    short_case,
)
from tests.support.hub_site import hub_key

EXECUTOR = "executor@desk"
SAID = (Verdict.APPROVE, Verdict.REJECT, Verdict.REQUEST_CHANGES)
#: Around the limits of the rights: one approver, two approvers, forbidden.
AMOUNTS = (40_000, 2_900_000, 3_100_000, 9_900_000, 10_000_001, 24_000_000)


@dataclass
class SimulatedDesk:
    """One desk, its people, its copy of the systems, and its way to the hub."""

    name: str
    people: tuple[Signer, ...]
    executor: Signer
    folder: Path
    clock: TurnedClock
    policy: RightsPolicy
    upstream: Upstream
    wire: Wire
    fate: Fate
    chance: random.Random
    acknowledged: list[Acknowledged] = field(default_factory=list)
    seen: dict[str, Fields] = field(default_factory=dict)
    down_until: datetime | None = None
    restarts: int = 0

    def __post_init__(self) -> None:
        """Start for the first time."""
        self.file = self.folder / f"{self.name}.db"
        self.file.write_bytes(empty_ledger())
        self.ids = UlidSource(clock=self.clock, random_bits=random.Random(self.name).getrandbits)
        self.facts = FactsOnHand()
        self.open()
        with self.ledger.transaction() as tx:
            for signer in (*self.people, self.executor):
                tx.register_key(signer.key.public, signer.key.owner, "test", self.clock.now())

    def open(self) -> None:
        """Start on the ledger as it is."""
        self.engine = open_database(self.file, role="ledger")
        self.ledger = MortalLedger(self.engine)
        self.ledger.fate = self.fate
        self.room = ApprovalRoom(
            ledger=self.ledger, policy=self.policy, clock=self.clock, hub_key=hub_key().public
        )
        self.down_until = None

    def end(self) -> None:
        """The program is killed, and started again some time later."""
        self.engine.dispose()
        self.restarts += 1
        self.down_until = self.clock.now() + timedelta(seconds=self.chance.randint(1, 600))

    def sync(self) -> None:
        """Read every system that answers."""
        for line_id in self.upstream.lines:
            if self.upstream.source_of(line_id) not in self.upstream.away:
                record = self.upstream.record(line_id)
                self.facts.records[record.ref] = record

    def propose(self) -> None:
        """The planner asks for something on a line."""
        number = self.chance.randint(1, len(self.upstream.lines))
        amount = self.chance.choice(AMOUNTS)
        self.ask_for(number, amount, *self._wish(number))

    def ask_for(self, number: int, amount: int, actions: tuple[Action, ...], remedy: Remedy) -> None:
        """The planner asks for these commands on a line."""
        self.sync()
        case = short_case(number, amount)
        recommendation = recommendation_for(case, *actions, remedy=remedy)
        drafts = draft_commands(recommendation.options[0], self.facts)
        request = ProposalRequest(
            action_id=self.ids.new_id(),
            case=case,
            recommendation=recommendation,
            option_id="act",
            drafts=drafts,
            reason="The line would ship late.",
        )
        self.seen[request.action_id] = decisive(self.upstream.lines[f"L{number}"])
        planner = self.chance.choice(self.people)
        self._acknowledge(propose(self.room, planner, request), "propose")

    def decide(self) -> None:
        """Somebody at this desk decides on something that waits."""
        self.sync()
        waiting = [view for view in self.ledger.approvals(states=UNDECIDED) if view.awaits_decision]
        if not waiting:
            return
        view = self.chance.choice(waiting)
        verdict = self.chance.choices(SAID, weights=(8, 1, 1))[0]
        request = DecisionRequest(
            action_id=view.action_id, verdict=verdict, reason="I compared.", offline=not self.wire.reachable
        )
        signer = replace(self.chance.choice(self.people), role="supervisor")
        prepared = prepare_decision(self.room, signer, request, fresh_from(self.facts))
        self._acknowledge(decide_service.sign_decision(self.room, signer, prepared), str(verdict))

    def revoke(self) -> None:
        """Somebody at this desk takes back what is approved and, as far as is known here, not begun."""
        approved = self.ledger.approvals(states={ApprovalState.APPROVED})
        if not approved:
            return
        view = self.chance.choice(approved)
        request = DecisionRequest(
            action_id=view.action_id,
            verdict=Verdict.REVOKE,
            reason="The customer called.",
            offline=not self.wire.reachable,
        )
        signer = replace(self.chance.choice(self.people), role="supervisor")
        prepared = prepare_decision(self.room, signer, request, fresh_from(self.facts))
        self._acknowledge(decide_service.sign_decision(self.room, signer, prepared), "revoke")

    def settle(self) -> None:
        """Somebody looks into the system and tells what became of a command in doubt."""
        doubts = self.ledger.commands_in(CommandState.MANUAL)
        if not doubts:
            return
        row = self.chance.choice(doubts)
        signer = replace(self.chance.choice(self.people), role="supervisor")
        happened = any(effect.key == row.key for effect in self.upstream.effects)
        entry = say_settled(
            self.room, signer, row.action_id, row.key, happened=happened, reason="I looked there."
        )
        self._acknowledge(entry, "settle")
        if undone_key(row.key):
            self.fate("person:settled-a-step-back")

    def decide_without_right(self) -> None:
        """A changed program signs what its user has no right to: it does not ask the policy first."""
        views = self.ledger.approvals(states=UNDECIDED)
        if not views:
            return
        view, signer = self.chance.choice(views), replace(self.chance.choice(self.people), role="supervisor")
        head = self.ledger.head(signer.key.public.keyid)
        payload = preview(
            Decision(
                terms=view.proposal.terms,
                verdict=Verdict.APPROVE,
                proposer=view.proposal.actor.user_id,
                proposal_sha256=view.entry.sha256,
                actor=signer.actor,
                reason="Nobody asked.",
                issued_at=self.room.now(),
                expires_at=view.expires_at,
                offline=False,
                seq=head.next_seq,
                prev=head.prev,
            )
        )
        shown = read_payload(payload)
        assert isinstance(shown, Decision)
        prepared = PreparedDecision(payload=payload, decision=shown, proposal=view.entry)
        self._acknowledge(decide_service.sign_decision(self.room, signer, prepared), "approve")

    def work(self) -> None:
        """One round: deliver, take over, carry out, deliver what came of it."""
        deliver(self.room, self.wire, self.fate)
        take_over(self.room, self.wire, self.executor)
        self.sync()
        if not self.upstream.calm and self.chance.random() < 0.1:
            # Somebody is quicker than the executor: only the system's own lock can see this.
            self.upstream.edit(self.chance.choice(list(self.upstream.lines)), relevant=True)
        Executor(
            room=self.room,
            connectors={source: Face(self.upstream, source, self._answered) for source in LEVELS},
            fresh=fresh_from(self.facts),
            signer=self.executor,
            jitter=self.chance.random,
            crash=self.fate,
            away=self.upstream.away,
        ).run_once()
        deliver(self.room, self.wire, self.fate)

    def standing(self) -> list[tuple[object, ...]]:
        """Where everything stands here, to tell whether a round changed anything."""
        views = self.ledger.approvals()
        waiting = len(self.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT))
        commands = [(row.key, row.state, row.probes) for view in views for row in view.commands]
        return [(waiting,), *commands, *((view.action_id, view.state) for view in views)]

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _answered(self) -> None:
        self.fate("connector:answered")

    def _acknowledge(self, entry: SignedEntry, said: str) -> None:
        assert isinstance(entry.value, Proposal | Decision | Settlement)
        self.acknowledged.append(
            Acknowledged(desk=self.name, action_id=entry.action_id, sha256=entry.sha256, said=said)
        )

    def _wish(self, number: int) -> tuple[tuple[Action, ...], Remedy]:
        price = price_of(number, self.chance.randint(1, 99))
        kind = self.chance.randrange(4)
        if kind == 0:
            return (price,), Remedy.CORRECT_PRICE
        actions: tuple[Action, ...] = (reallocation(number),)
        return (actions, Remedy.REALLOCATE) if kind < 3 else ((*actions, price), Remedy.REALLOCATE)


def price_of(number: int, cents: int) -> SetLinePrice:
    """Another price for a line."""
    return SetLinePrice(order_id=OrderId("SO-1"), line_id=LineId(f"L{number}"), unit_price_cents=cents)


def signer(user: str, device: str, role: str) -> Signer:
    """A person with a key that is the same in every run."""
    owner = KeyOwner(user_id=UserId(user), device_id=device)
    return Signer(key=new_key(owner, random.Random(f"{user}/{device}").randbytes)[0], role=role)
