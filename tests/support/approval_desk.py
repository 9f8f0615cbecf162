"""A desk for tests: a ledger, people with keys, a case with an option, systems that count what they do."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.identifiers import UlidSource
from app.services.approval_room import ApprovalRoom, Signer, expected_now
from app.services.draft_commands import CommandDraft, draft_commands
from app.services.propose import ProposalRequest, propose
from app.signing.keys import KeyOwner, PublicKey, new_key
from app.signing.statements import SignedEntry
from app.store.engine import open_database
from app.store.ledger import Ledger
from connectors.protocol import ConnectorHealth, IdempotencyLevel, Manifest, Page, StreamSpec
from domain.cases import CaseState, ExceptionCase, Fact, Impact, Severity, case_identity
from domain.commands import (
    Action,
    Command,
    CommandResult,
    ExpectedVersion,
    ReallocateLine,
    Receipt,
    ReleaseCreditHold,
    SetLinePrice,
    TransferStock,
)
from domain.errors import UnavailableError
from domain.ids import (
    EntityKind,
    EntityRef,
    ItemId,
    LineId,
    NodeId,
    OrderId,
    SourceName,
    UserId,
)
from domain.orders import OrderLine
from domain.recommendations import Option, Recommendation, Remedy, SolverTrail
from domain.records import SourceRecord
from domain.rights import EXECUTOR_ROLE, RightsPolicy, parse_policy
from resources.loader import read_bytes

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ERP = SourceName("erp")
PEOPLE = {
    "a.moreno": ("planner",),
    "j.okafor": ("supervisor",),
    "m.silva": ("supervisor",),
    "r.ito": ("manager",),
    "executor@desk": (EXECUTOR_ROLE,),
}


@cache
def empty_ledger() -> bytes:
    """A new ledger, made once a test process: making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        open_database(file, role="ledger").dispose()
        return file.read_bytes()


class TurnedClock:
    """A clock that tests turn on by hand."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        self._now += by


def default_policy() -> RightsPolicy:
    """The rights that ship with the program, for the people of the tests."""
    text = read_bytes("policy", "decision_rights.toml").decode()
    return parse_policy(text).with_users(PEOPLE)


def signer_of(user: str, device: str = "desk-1", seed: int = 0) -> Signer:
    """A person with a key that is the same in every run."""
    chance = random.Random(f"{user}/{device}/{seed}")
    key, _ = new_key(KeyOwner(user_id=UserId(user), device_id=device), chance.randbytes)
    return Signer(key=key, role=PEOPLE[user][0])


def order_line(number: int = 1, node: str = "DC-1", price: int = 1000) -> OrderLine:
    """A line of an order that is short at its node."""
    return OrderLine(
        line_id=LineId(f"L{number}"),
        order_id=OrderId("SO-1"),
        item_id=ItemId("SKU-1"),
        ordered_quantity=10,
        unit_price_cents=price,
        node_id=NodeId(node),
        requested_at=START + timedelta(days=3),
        promised_at=START + timedelta(days=3),
        position=number,
        shipped_quantity=0,
    )


@dataclass
class FactsOnHand:
    """The mirror, as a dictionary."""

    records: dict[EntityRef, SourceRecord] = field(default_factory=dict)

    def put(self, line: OrderLine, version: str = "1") -> None:
        record = SourceRecord(source=ERP, entity=line, version=version, stamp=int(version), observed_at=START)
        self.records[record.ref] = record

    def get(self, ref: EntityRef) -> SourceRecord | None:
        return self.records.get(ref)

    def fresh(self, refs: Iterable[EntityRef]) -> Mapping[EntityRef, ExpectedVersion]:
        found = ((ref, self.records.get(ref)) for ref in refs)
        return {ref: expected_now(record) for ref, record in found if record is not None}


def short_case(number: int = 1, loss_cents: int = 250_000) -> ExceptionCase:
    """A line that is short, with money at risk."""
    entity = EntityRef(kind=EntityKind.ORDER_LINE, entity_id=f"L{number}")
    return ExceptionCase(
        case_id=case_identity("AL-SHORT", entity),
        code="AL-SHORT",
        entity=entity,
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        title="Stock short",
        consequence="The order ships late.",
        impact=Impact(
            loss_cents=loss_cents,
            low_cents=0,
            high_cents=loss_cents,
            avoidable_cents=loss_cents,
            effort_minutes=8,
        ),
        opened_at=START,
        last_seen_at=START,
        rule_version=1,
        correlation_key="short:SKU-1:DC-1",
        evidence=(
            Fact(name="short_quantity", value="4", unit="units", source=ERP, as_of=START, entity=entity),
            Fact(name="customer", value="Café Zürich", source=ERP),
        ),
    )


def reallocation(number: int = 1) -> ReallocateLine:
    """The remedy: ship from the other warehouse."""
    return ReallocateLine(
        order_id=OrderId("SO-1"),
        line_id=LineId(f"L{number}"),
        from_node_id=NodeId("DC-1"),
        to_node_id=NodeId("DC-2"),
        quantity=4,
    )


def transfer() -> TransferStock:
    """Goods come from another node. On their way they do not turn round: nothing takes it back."""
    return TransferStock(
        line_id=LineId("L4"),
        item_id=ItemId("SKU-1"),
        from_node_id=NodeId("DC-3"),
        to_node_id=NodeId("DC-1"),
        quantity=2,
        arrive_at=START + timedelta(days=1),
    )


def recommendation_for(
    case: ExceptionCase, *actions: Action, remedy: Remedy = Remedy.REALLOCATE
) -> Recommendation:
    """Two options: to act, and to do nothing."""
    act = Option(
        option_id="act",
        remedy=remedy,
        label="Ship from DC-2",
        actions=actions,
        cost_delta_cents=-200_000,
        recommended=True,
    )
    rest = Option(
        option_id="rest", remedy=Remedy.DO_NOTHING, label="Do nothing", actions=(), cost_delta_cents=0
    )
    return Recommendation(
        recommendation_id="REC-1",
        case_id=case.case_id,
        computed_at=START,
        options=(act, rest),
        trail=SolverTrail(
            model="reallocation",
            status="optimal",
            objective_cents=1,
            bound_cents=1,
            gap_bp=0,
            seed=7,
            solve_ms=12,
            problem_sha256="0" * 64,
            versions=(("ortools", "9.15"),),
        ),
    )


class CountingSystem:
    """A system of record that counts effects; ``fault`` says how the next submits go wrong.

    Faults: ``lost`` (nothing arrived), ``silent`` (done, but the answer is lost), ``refuse``,
    ``conflict``, ``down``. Level A answers a repeated key; level C knows done keys when probed.
    """

    def __init__(self, level: IdempotencyLevel = IdempotencyLevel.A) -> None:
        self.level = level
        self.effects: dict[str, int] = {}
        self.submits: list[Command] = []
        self.faults: list[str] = []
        self.probe_is_down = False

    @property
    def source(self) -> SourceName:
        return ERP

    @property
    def manifest(self) -> Manifest:
        return Manifest(
            system="counting",
            title="Counting system",
            streams=(StreamSpec(name="orders", kinds=(EntityKind.SALES_ORDER,)),),
            verbs=("reallocate_line",),
            credentials=(),
            idempotency=self.level,
            cursor_kind="stamp",
        )

    def submit(self, command: Command) -> Receipt:
        self.submits.append(command)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "down":
            raise UnavailableError(what="The ERP is down.", remedy="Wait.")
        if fault == "lost":
            return self._answer(command, CommandResult.UNKNOWN)
        if fault == "refuse":
            return self._answer(command, CommandResult.REJECTED)
        if fault == "conflict":
            return self._answer(command, CommandResult.CONFLICT)
        if self.level is IdempotencyLevel.A and command.key in self.effects:
            return replace(self._answer(command, CommandResult.SUCCEEDED), repeated=True)
        self.effects[command.key] = self.effects.get(command.key, 0) + 1
        return self._answer(command, CommandResult.UNKNOWN if fault == "silent" else CommandResult.SUCCEEDED)

    def probe(self, command: Command) -> Receipt | None:
        if self.probe_is_down:
            raise UnavailableError(what="The ERP is down.", remedy="Wait.")
        if command.key in self.effects:
            return self._answer(command, CommandResult.SUCCEEDED)
        return None

    def _answer(self, command: Command, result: CommandResult) -> Receipt:
        return Receipt(key=command.key, result=result, message=f"it is {result}", upstream_version="2")

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        return Page(records=(), rejected=(), deleted=(), cursor="", more=False)

    def ids(self, stream: str) -> frozenset[str] | None:
        return None

    def health(self) -> ConnectorHealth:
        return ConnectorHealth(reachable=True, why="counting")

    def close(self) -> None:
        self.faults.clear()


class Desk:
    """One desktop of a site: its ledger and the people who may sit at it."""

    def __init__(
        self, folder: Path, *, hub_key: PublicKey | None = None, name: str = "desk-1", clock: TurnedClock
    ) -> None:
        self.clock = clock
        self.name = name
        self.facts = FactsOnHand()
        for number in range(1, 6):
            self.facts.put(order_line(number))
        file = folder / f"{name}.db"
        if not file.exists():
            file.write_bytes(empty_ledger())
        self.engine = open_database(file, role="ledger")
        self.ledger = Ledger(self.engine)
        self.room = ApprovalRoom(ledger=self.ledger, policy=default_policy(), clock=clock, hub_key=hub_key)
        self.ids = UlidSource(clock=clock, random_bits=random.Random(name).getrandbits)
        self.people = {user: signer_of(user, name) for user in PEOPLE}
        with self.ledger.transaction() as tx:
            for signer in self.people.values():
                tx.register_key(signer.key.public, signer.key.owner, "test", clock.now())

    def request(
        self, *, number: int = 1, loss_cents: int = 250_000, actions: tuple[Action, ...] = ()
    ) -> ProposalRequest:
        case = short_case(number, loss_cents)
        recommendation = recommendation_for(case, *(actions or (reallocation(number),)))
        option = recommendation.options[0]
        return ProposalRequest(
            action_id=self.ids.new_id(),
            case=case,
            recommendation=recommendation,
            option_id=option.option_id,
            drafts=draft_commands(option, self.facts),
            reason="The line would ship two days late.",
        )

    def propose(self, **changes: object) -> SignedEntry:
        return propose(self.room, self.people["a.moreno"], self.request(**changes))  # type: ignore[arg-type]

    def close(self) -> None:
        self.engine.dispose()


def credit_release() -> tuple[ExceptionCase, Recommendation, tuple[CommandDraft, ...]]:
    """A case whose remedy may be decided online only."""
    case = short_case()
    action = ReleaseCreditHold(order_id=OrderId("SO-1"))
    recommendation = recommendation_for(case, action, remedy=Remedy.RELEASE_CREDIT_HOLD)
    return case, recommendation, (CommandDraft(source=ERP, action=action, expected=()),)


def two_prices() -> tuple[Action, ...]:
    """Two commands on the same line, one after the other."""
    return (
        reallocation(1),
        SetLinePrice(order_id=OrderId("SO-1"), line_id=LineId("L1"), unit_price_cents=900),
    )
