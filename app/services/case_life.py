"""What people do with a case: take it up, let it wait or rest, deny it, hide its kind for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.cases import CaseState, ExceptionCase
from domain.catalogue.types import case_type
from domain.checks import as_utc
from domain.errors import BadInputError, ConflictError
from domain.ids import CaseId, CustomerId, NodeId, SilenceId
from domain.incidents import LONGEST_SILENCE, Silence

if TYPE_CHECKING:
    from app.identifiers import UlidSource
    from app.store.mirror import Mirror
    from domain.clock import Clock

#: A case that rests until its money doubles is looked at again after this, whatever its money does.
LONGEST_REST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWish:
    """What shall be silent: cases of a type, at a node, of a customer (blank: any), for how long and why."""

    reason: str
    lasts: timedelta
    code: str = ""
    node_id: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLife:
    """The moves of people in the life of cases; each is one transaction and one event in the history."""

    mirror: Mirror
    clock: Clock
    ids: UlidSource

    def assign(self, case_id: str, owner: str, user: str) -> None:
        """Make a person the owner of a case; an empty name frees it.

        Raises:
            ConflictError: the case is closed.
        """
        self._open_case(case_id)
        with self.mirror.write() as transaction:
            transaction.desk(at=self.clock.now(), actor=user).assign(CaseId(case_id), owner)

    def acknowledge(self, case_id: str, user: str) -> ExceptionCase:
        """Say that a case has been seen; whoever says so owns it if nobody did.

        Raises:
            BadInputError: there is no such case.
            ConflictError: its life does not allow that any more.
        """
        return self._move(case_id, CaseState.ACKNOWLEDGED, "Seen.", user, take=True)

    def start(self, case_id: str, user: str) -> ExceptionCase:
        """Begin to work on a case, or go on after a wait; it is the person's own if it was nobody's.

        Raises:
            BadInputError: there is no such case.
            ConflictError: its life does not allow that.
        """
        return self._move(case_id, CaseState.IN_PROGRESS, "Being worked on.", user, take=True)

    def resume(self, case_id: str, user: str) -> ExceptionCase:
        """End a wait before its time.

        Raises:
            BadInputError: there is no such case.
            ConflictError: it does not wait.
        """
        case = self.case(case_id)
        if case.state is not CaseState.WAITING:
            raise ConflictError(
                what=f"Case {case_id} is {case.state}, it does not wait.",
                remedy="There is nothing to resume.",
            )
        return self._move(case_id, CaseState.IN_PROGRESS, f"{case.waiting_on} answered.", user, take=False)

    def wait(self, case_id: str, whom: str, until: datetime | None, user: str) -> ExceptionCase:
        """Let a case wait for somebody, until then or until it is resumed; its clocks stand still.

        Raises:
            BadInputError: there is no such case, nobody is named, or the time has passed.
            ConflictError: its life does not allow that.
        """
        _require(whom, "A wait names whom it is for.", "Say who has to answer.")
        with self.mirror.write() as transaction:
            desk = transaction.desk(at=self.clock.now(), actor=user)
            return desk.wait_for(CaseId(case_id), whom.strip(), self._ahead(until))

    def deny(self, case_id: str, reason: str, user: str) -> ExceptionCase:
        """Say that the condition is not so; the case comes back only if more is at stake.

        Raises:
            BadInputError: there is no such case, or no reason is given.
            ConflictError: a command is under way for it, or it is closed.
        """
        _require(reason, "A false positive needs a reason.", "Say what was taken for an exception.")
        return self._move(case_id, CaseState.FALSE_POSITIVE, reason.strip(), user, take=False)

    def snooze(self, case_id: str, minutes: int, user: str) -> None:
        """Let a case rest for so many minutes, or until its facts change; 0 wakes it.

        Raises:
            BadInputError: there is no such case.
        """
        now = self.clock.now()
        until = now + timedelta(minutes=minutes) if minutes > 0 else None
        with self.mirror.write() as transaction:
            transaction.desk(at=now, actor=user).snooze(CaseId(case_id), until)

    def snooze_until_doubled(self, case_id: str, user: str) -> None:
        """Let a case rest until twice as much money is at stake.

        Raises:
            BadInputError: there is no such case, or it puts no money at risk.
        """
        now = self.clock.now()
        if self.case(case_id).impact.loss_cents <= 0:
            raise BadInputError(
                what=f"Case {case_id} puts no money at risk that could double.",
                remedy="Let it rest until a time.",
            )
        with self.mirror.write() as transaction:
            transaction.desk(at=now, actor=user).snooze(
                CaseId(case_id), now + LONGEST_REST, until_doubled=True
            )

    def silence(self, wish: SilenceWish, user: str) -> Silence:
        """Hide the cases that match, those to come too, until the silence ends by itself.

        Raises:
            BadInputError: no such type, no reason, nothing named, no end, or one too far away.
        """
        if wish.code:
            case_type(wish.code)
        _require(wish.reason, "A silence needs a reason.", "Say why nobody wants to be told.")
        if not timedelta(0) < wish.lasts <= LONGEST_SILENCE:
            raise BadInputError(
                what="A silence must end, and within 90 days.", remedy="Give it a time between."
            )
        if not (wish.code or wish.node_id or wish.customer_id):
            raise BadInputError(
                what="Everything cannot be silenced.", remedy="Name a type, a node or a customer."
            )
        now = self.clock.now()
        silence = Silence(
            silence_id=SilenceId(self.ids.new_id()),
            author=user,
            reason=wish.reason.strip(),
            starts_at=now,
            expires_at=now + wish.lasts,
            code=wish.code,
            node_id=NodeId(wish.node_id) if wish.node_id else None,
            customer_id=CustomerId(wish.customer_id) if wish.customer_id else None,
        )
        with self.mirror.write() as transaction:
            transaction.desk(at=now, actor=user).silence(silence)
        return silence

    def end_silence(self, silence_id: str, user: str) -> None:
        """Let a silence end before its time; what it hid is shown again.

        Raises:
            BadInputError: there is no such silence.
        """
        with self.mirror.write() as transaction:
            transaction.desk(at=self.clock.now(), actor=user).end_silence(SilenceId(silence_id))

    def silences(self) -> list[Silence]:
        """The silences that hold now, those that end first before the others."""
        return self.mirror.silences(at=self.clock.now())

    def case(self, case_id: str) -> ExceptionCase:
        """The case of that id.

        Raises:
            BadInputError: there is none.
        """
        found = self.mirror.case(CaseId(case_id))
        if found is None:
            raise BadInputError(
                what=f"There is no case {case_id}.", remedy="control-tower cycle lists the open ones."
            )
        return found

    def _open_case(self, case_id: str) -> ExceptionCase:
        case = self.case(case_id)
        if not case.is_open:
            raise ConflictError(
                what=f"Case {case_id} is closed ({case.state}).", remedy="Nothing is left to do."
            )
        return case

    def _move(self, case_id: str, wanted: CaseState, reason: str, user: str, *, take: bool) -> ExceptionCase:
        case = self._open_case(case_id)
        owner = user if take and not case.owner else None
        with self.mirror.write() as transaction:
            desk = transaction.desk(at=self.clock.now(), actor=user)
            return desk.move(case.case_id, wanted, reason, owner=owner)

    def _ahead(self, until: datetime | None) -> datetime | None:
        if until is None:
            return None
        wanted = as_utc(until)
        if wanted <= self.clock.now():
            raise BadInputError(
                what=f"{wanted.isoformat(timespec='minutes')} has passed.", remedy="Name a time to come."
            )
        return wanted


def _require(text: str, what: str, remedy: str) -> None:
    if not text.strip():
        raise BadInputError(what=what, remedy=remedy)
