"""The tower without a window: what can be done with one profile, each as one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.hub.listener import HubListener
from app.kill_switch import KillSwitch
from app.services.approval_room import ApprovalRoom, Signer, fresh_from
from app.services.decide import DecisionRequest, decide
from app.services.deliver import DeliveryReport, HubPort, deliver, read_to_the_end
from app.services.draft_commands import draft_commands
from app.services.evidence import records_behind, solver_input
from app.services.execute import Executor
from app.services.policy_folder import DESK
from app.services.propose import ProposalRequest, amount_of, currency_of, customer_of, propose
from app.services.quotes import RateSource
from app.services.rank import rank_cases
from app.services.recommend.freshness import is_outdated
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.question import Problem, Question, RuleQuestion
from app.services.recommend.recommend import ask
from app.services.recommend.record import recommendation_from_json, recommendation_json
from app.services.regulated import is_regulated
from app.services.sync import SyncOptions, SyncResult, detect_now, register_source, sync_source
from app.services.take_over import take_over
from app.services.tell_cases import tell_cases
from app.settling import SettleReport, both
from app.signing.canonical import sha256_hex
from app.signing.vault import CannotSignError
from app.signing_desk import EXECUTOR, SigningDesk
from app.store.ledger import Ledger
from app.store.recommendations import recommendation_body
from app.tower_afterwards import TowerAfterwards
from app.tower_cases import TowerCases
from app.tower_policies import TowerPolicies
from domain.approval_states import RUNNING, ApprovalState
from domain.approvals import Verdict
from domain.cases import CaseState, ExceptionCase
from domain.errors import BadInputError, ConflictError, UnavailableError
from domain.ids import CaseId, SourceName
from domain.recommendations import Recommendation

if TYPE_CHECKING:
    from app.identifiers import UlidSource
    from app.profile import Profile
    from app.signing.statements import SignedEntry
    from app.store.mirror import Mirror
    from app.upkeep import Upkeep
    from connectors.protocol import Connector
    from domain.clock import Clock
    from optimization.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TowerParts:
    """Everything a tower is made of; ``app.bootstrap`` puts it together."""

    profile: Profile
    clock: Clock
    ids: UlidSource
    mirror: Mirror
    ledger: Ledger
    connectors: Mapping[SourceName, Connector]
    desk: SigningDesk
    solve: Callable[[Problem], Outcome]
    jitter: Callable[[], float]
    upkeep: Upkeep | None = None

    def signer(self, user: str) -> Signer:
        """A person who may sign now: there is a key, and room on the disk for what is signed."""
        if self.upkeep is not None:
            self.upkeep.require_room_to_sign()
        return self.desk.signer(user)


class Tower:
    """The use cases of one profile. One of it writes at a time; the window reads beside it."""

    def __init__(self, parts: TowerParts) -> None:
        """Make every source known; nothing is read or sent yet."""
        self.parts = parts
        self.cases = TowerCases.of(parts)
        self.afterwards = TowerAfterwards(parts=parts)
        self._sync_options = {
            SourceName(s.name): SyncOptions(interval_seconds=s.poll_seconds) for s in parts.profile.sources
        }
        for source in parts.profile.sources:
            self._register(SourceName(source.name), source.poll_seconds)
        parts.mirror.keep_sources(tuple(parts.connectors))
        self.policies = TowerPolicies(parts)
        self.policies.look()

    def close(self) -> None:
        """Let go of connections and databases."""
        for connector in self.parts.connectors.values():
            connector.close()
        self.parts.desk.close()
        self.parts.mirror.close()
        self.parts.ledger.close()

    # ---- sync and detection

    def sync(self, source: SourceName, *, force: bool = False) -> SyncResult:
        """Read one source to its end and bring the cases in line.

        Raises:
            BadInputError: the profile has no such source.
        """
        if self.parts.upkeep is not None:
            self.parts.upkeep.require_room_to_read()
        connector = self.parts.connectors.get(source)
        if connector is None:
            known = ", ".join(self.parts.connectors)
            raise BadInputError(what=f"There is no source {source!r}.", remedy=f"Use one of: {known}.")
        options = self._sync_options.get(source, SyncOptions())
        chosen = SyncOptions(interval_seconds=options.interval_seconds, force=force)
        return sync_source(connector, self.parts.mirror, clock=self.parts.clock, options=chosen)

    def sync_all(self) -> tuple[SyncResult, ...]:
        """Read every source, whatever happened to it before."""
        return tuple(self.sync(source, force=True) for source in self.parts.connectors)

    def detect(self) -> frozenset[CaseId]:
        """Detect what changed by the passing of time alone; the cases that changed."""
        return detect_now(self.parts.mirror, clock=self.parts.clock)

    def retry_quarantined(self, quarantine_id: str) -> None:
        """Have the stream of a quarantined record read again from its beginning at the next sync.

        Raises:
            BadInputError: nothing of that id is in quarantine.
        """
        for row in self.parts.mirror.quarantined():
            if f"{row.source}/{row.stream}/{row.external_id}" == quarantine_id:
                with self.parts.mirror.write() as transaction:
                    transaction.forget_cursor(row.source, row.stream)
                return
        raise BadInputError(
            what=f"{quarantine_id} is not in quarantine.", remedy="It was understood meanwhile."
        )

    def queue(self) -> list[ExceptionCase]:
        """The open cases in queue order."""
        mirror = self.parts.mirror
        return rank_cases(
            mirror.cases(),
            now=self.parts.clock.now(),
            tiers=mirror.case_tiers(),
            priorities=mirror.line_priorities(),
        )

    def case(self, case_id: str) -> ExceptionCase:
        """The case of that id.

        Raises:
            BadInputError: there is none.
        """
        return self.cases.life.case(case_id)

    # ---- remedies

    def question(self, case_id: str) -> Question:
        """What must be worked out for a case."""
        case = self.case(case_id)
        return ask(
            case,
            MirrorFacts(self.parts.mirror),
            recommendation_id=self.parts.ids.new_id(),
            now=self.parts.clock.now(),
            rates=self.rate_source(),
        )

    def rate_source(self) -> RateSource | None:
        """The source of this profile that can ask carriers for their prices, if there is one."""
        return next((c for c in self.parts.connectors.values() if isinstance(c, RateSource)), None)

    def recommend(self, case_id: str) -> Recommendation:
        """Work out the options of a case in this process and keep them."""
        question = self.question(case_id)
        with self.parts.ledger.transaction() as tx:
            tx.keep_blob(solver_input(self.case(case_id), question), self.parts.clock.now())
        if isinstance(question, RuleQuestion):
            found = question.recommendation
        else:
            found = question.answer(self.parts.solve(question.problem))
        self.keep(found)
        return found

    def keep(self, recommendation: Recommendation) -> None:
        """Store the options worked out for a case."""
        best = next((o for o in recommendation.options if o.recommended), recommendation.options[0])
        with self.parts.mirror.write() as transaction:
            transaction.keep_recommendation(
                case_id=recommendation.case_id,
                recommendation_id=recommendation.recommendation_id,
                computed_at=recommendation.computed_at,
                best_label=best.label,
                best_delta_cents=best.cost_delta_cents,
                body=recommendation_json(recommendation),
            )

    def kept(self, case_id: str) -> Recommendation | None:
        """The options last worked out for a case."""
        body = recommendation_body(self.parts.mirror.engine, case_id)
        return None if body is None else recommendation_from_json(body)

    # ---- approvals

    def propose(self, case_id: str, option_id: str, user: str, reason: str) -> SignedEntry:
        """Sign a proposal of an option (empty: the recommended one) as a planner.

        Raises:
            RefusedError: the rights do not permit it, the case is closed or already proposed.
            BadInputError: no such option, or nothing to carry out.
            ConflictError: the case changed after its options were worked out.
        """
        case = self.case(case_id)
        recommendation = self.kept(case_id) or self.recommend(case_id)
        if is_outdated(recommendation, self.parts.mirror.events(case.case_id)):
            raise ConflictError(
                what=f"The case {case_id} changed after its options were worked out.",
                remedy="Work them out again.",
            )
        chosen = option_id or next((o.option_id for o in recommendation.options if o.recommended), "")
        option = recommendation.option(chosen)
        facts = MirrorFacts(self.parts.mirror)
        drafts = draft_commands(option, facts) if option is not None else ()
        request = ProposalRequest(
            action_id=self.parts.ids.new_id(),
            case=case,
            recommendation=recommendation,
            option_id=chosen,
            drafts=drafts,
            reason=reason or f"{option.label if option else chosen}: {case.title}",
            amount=amount_of(case, option, currency_of(case, facts)) if option is not None else None,
            evidence=(*records_behind(drafts, facts), *self._solver_input(case, recommendation)),
            customer_id=customer_of(case, facts),
            regulated=is_regulated(case, self.parts.mirror, self.parts.desk.policy.regulated_categories),
        )
        signer = self.parts.signer(user)
        entry = propose(self.parts.desk.room, signer, request)
        self._tell()
        return entry

    def _solver_input(self, case: ExceptionCase, recommendation: Recommendation) -> tuple[bytes, ...]:
        """What the solver was given, made anew where it was not kept; nothing when the facts moved on."""
        wanted = recommendation.trail.problem_sha256
        if self.parts.ledger.blob(wanted) is not None:
            return ()
        data = solver_input(case, self.question(case.case_id))
        return (data,) if sha256_hex(data) == wanted else ()

    def decide(
        self, action_id: str, user: str, *, approve: bool | Verdict, reason: str, offline: bool = False
    ) -> SignedEntry:
        """Sign a decision on a proposal as a supervisor; it takes effect when the hub has recorded it.

        Raises:
            RefusedError: no right, not another person, decided already, expired, or online only.
            ConflictError: the facts changed since the proposal; it is then held as stale.
        """
        verdict = approve if isinstance(approve, Verdict) else Verdict.APPROVE if approve else Verdict.REJECT
        request = DecisionRequest(
            action_id=action_id,
            verdict=verdict,
            reason=reason or verdict.without_reason,
            offline=offline,
        )
        signer = self.parts.signer(user)
        entry = decide(self.parts.desk.room, signer, request, fresh_from(self.parts.mirror))
        self._tell()
        return entry

    def deliver(self) -> DeliveryReport:
        """Bring what is signed to the hub and tell the cases; nothing is carried out.

        Raises:
            CannotSignError: the executor's key cannot be unlocked, or the hub was never reached.
        """
        hub = self.parts.desk.hub_client()
        report = deliver(self.parts.desk.room, hub) if hub is not None else DeliveryReport()
        self._tell()
        return report

    def settle(self) -> SettleReport:
        """Deliver what is signed, take over what others recorded, carry out what is approved, tell the cases.

        What cannot be done now (no key, no hub) waits and is said in the report.
        """
        desk = self.parts.desk
        try:
            signer, hub = desk.signer(EXECUTOR), desk.hub_client()
            room = desk.room
        except CannotSignError as error:
            return SettleReport(cannot=str(error), told=self._tell())
        delivery, taken, cannot = DeliveryReport(), 0, ""
        if self.parts.upkeep is not None:
            self.parts.upkeep.look()
        if hub is not None:
            delivery = deliver(room, hub)
            cannot = delivery.unreachable
            if not cannot:
                taken, cannot = take_over(room, hub, signer)
            if desk.is_restored and not self._read_again(room, hub, cannot):
                return SettleReport(delivery=delivery, taken_over=taken, told=self._tell(), cannot=cannot)
        executor = Executor(
            room=room,
            connectors={**self.parts.connectors, DESK: self.policies.folder},
            away=self._refresh_targets(),
            fresh=fresh_from(self.parts.mirror),
            signer=signer,
            jitter=self.parts.jitter,
            record=None if hub is None or cannot else lambda: deliver(room, hub),
            halted=KillSwitch(self.parts.profile.folder).why,
        )
        execution = executor.run_once()
        if hub is not None and execution.sent and not cannot:
            delivery = both(delivery, deliver(room, hub))
        told = self._tell()
        if execution.sent:
            self._read_back()
        return SettleReport(
            delivery=delivery,
            execution=execution,
            taken_over=taken,
            told=told,
            cannot=cannot,
            rights_differ=desk.rights_differ,
            cannot_follow=self.policies.follow(new=bool(taken)) if hub is not None else "",
        )

    def listen(self, heard: Callable[[], None]) -> HubListener | None:
        """Have ``heard`` called whenever the hub records something; ``None`` in a profile without a hub.

        Raises:
            CannotSignError: the executor's key cannot be unlocked, or the hub was never reached.
        """
        hub = self.parts.desk.hub_client()
        if hub is None:
            return None
        return HubListener(hub, after=self.parts.ledger.feed_position(hub.hub_key.keyid), heard=heard)

    def _read_again(self, room: ApprovalRoom, hub: HubPort, cannot: str) -> bool:
        """Read the hub to its end after a copy took the ledger's place; nothing is carried out before."""
        if not cannot:
            read_to_the_end(room, hub)
            self.parts.desk.hub_was_read()
        return not cannot

    # ---- inside

    def _register(self, name: SourceName, interval_seconds: int) -> None:
        """Make a source known, so that rules wait for what it gives; a sync does so for one never reached."""
        connector, now = self.parts.connectors[name], self.parts.clock.now()
        with suppress(UnavailableError):
            register_source(connector, self.parts.mirror, at=now, interval_seconds=interval_seconds)

    def _tell(self) -> int:
        room = ApprovalRoom(ledger=self.parts.ledger, policy=self.parts.desk.policy, clock=self.parts.clock)
        return tell_cases(room, self._move_case)

    def _refresh_targets(self) -> frozenset[SourceName]:
        """Look at the systems that approved commands go to, so that a change there is seen before sending.

        Gives those that do not answer.
        """
        views = self.parts.ledger.approvals(states=RUNNING | {ApprovalState.APPROVED})
        targets = {command.source for view in views for command in view.commands}
        away = set()
        for source in sorted(targets & self.parts.connectors.keys()):
            if self.parts.connectors[source].health().reachable:
                # Forced: one left alone after many failures may be back, with other facts than ours.
                self.sync(source, force=True)
            else:
                away.add(source)
        return frozenset(away)

    def _read_back(self) -> None:
        """Read every system after a write: the effect may show in another one (ERP moves, WMS allocates)."""
        for source in self.parts.connectors:
            self.sync(source)
        self._tell()

    def _move_case(self, case_id: CaseId, state: CaseState, reason: str) -> None:
        case = self.parts.mirror.case(case_id)
        if case is None or not case.is_open:
            raise ConflictError(what=f"Case {case_id} is closed.", remedy="Nothing is left to do.")
        self.parts.mirror.save_case_state(
            case_id, state, reason=reason, at=self.parts.clock.now(), actor=EXECUTOR
        )
