"""Where the proposals of a batch stand: read in one look, changed in memory, written in one go.

A batch of the log asks and changes the same few rows again and again; the head is locked meanwhile, so nobody
else changes them. What is not read yet is read when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from app.hub.assents import assents_before, row_of
from app.hub.hub_rows import add_rows, among
from app.hub.hub_schema import APPROVAL, ASSENT, RECORDED_DECISION
from domain.approval_states import ApprovalState
from domain.approvals import Verdict
from domain.ids import UserId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Table

    from domain.day_limits import Assent
    from domain.rights import RightsPolicy


_STANDINGS = (
    select(APPROVAL, RECORDED_DECISION.c.user_id, RECORDED_DECISION.c.verdict, RECORDED_DECISION.c.idx)
    .outerjoin(RECORDED_DECISION, RECORDED_DECISION.c.action_id == APPROVAL.c.action_id)
    .where(among("wanted", APPROVAL.c.action_id))
    .order_by(RECORDED_DECISION.c.idx)
)
_MOVE = update(APPROVAL).where(among("moved", APPROVAL.c.action_id)).values(state=bindparam("to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a proposal stands, and how many approvers it takes."""

    state: ApprovalState
    proposal_sha256: str
    min_approvers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said of a proposal, and where in the log."""

    user_id: UserId
    verdict: Verdict
    idx: int


@dataclass(slots=True)
class _Changes:
    opened: dict[str, dict[str, Any]] = field(default_factory=dict)
    moved: dict[str, ApprovalState] = field(default_factory=dict)
    words: list[dict[str, Any]] = field(default_factory=list)
    assents: list[dict[str, Any]] = field(default_factory=list)


class Ballot:
    """The proposals of one batch."""

    def __init__(self, connection: Connection) -> None:
        """Read and write on ``connection``, whose transaction somebody else commits."""
        self._connection = connection
        self._standings: dict[str, Standing | None] = {}
        self._words: dict[str, list[Word]] = defaultdict(list)
        self._changes = _Changes()

    def read(self, action_ids: Iterable[str]) -> None:
        """Read these proposals at once."""
        wanted = sorted(set(action_ids) - self._standings.keys())
        if not wanted:
            return
        self._standings.update(dict.fromkeys(wanted))
        for row in self._connection.execute(_STANDINGS, {"wanted": wanted}):
            self._standings[row.action_id] = Standing(
                state=ApprovalState(row.state),
                proposal_sha256=row.proposal_sha256,
                min_approvers=int(row.min_approvers),
            )
            if row.idx is not None:
                self._words[row.action_id].append(
                    Word(user_id=UserId(row.user_id), verdict=Verdict(row.verdict), idx=row.idx)
                )

    def standing(self, action_id: str) -> Standing | None:
        """Where a proposal stands; ``None`` where there is none."""
        if action_id not in self._standings:
            self.read((action_id,))
        return self._standings[action_id]

    def words(self, action_id: str) -> tuple[Word, ...]:
        """What was said of it, in the order of the log."""
        if action_id not in self._standings:
            self.read((action_id,))
        return tuple(self._words[action_id])

    def users(self, action_id: str, verdict: Verdict) -> frozenset[UserId]:
        """Who said that of it."""
        return frozenset(word.user_id for word in self.words(action_id) if word.verdict is verdict)

    def open(self, action_id: str, proposal_sha256: str, min_approvers: int) -> None:
        """A proposal begins to wait for its decisions."""
        self._standings[action_id] = Standing(
            state=ApprovalState.SUBMITTED, proposal_sha256=proposal_sha256, min_approvers=min_approvers
        )
        self._changes.opened[action_id] = {
            "action_id": action_id,
            "proposal_sha256": proposal_sha256,
            "min_approvers": min_approvers,
        }

    def move(self, action_id: str, state: ApprovalState) -> None:
        """A proposal stands elsewhere."""
        known = self.standing(action_id)
        if known is None:
            raise LookupError(action_id)
        self._standings[action_id] = replace(known, state=state)
        if action_id not in self._changes.opened:
            self._changes.moved[action_id] = state

    def keep_word(self, action_id: str, word: Word) -> None:
        """Somebody said something of a proposal."""
        self.read((action_id,))
        self._words[action_id].append(word)
        self._changes.words.append(
            {
                "action_id": action_id,
                "user_id": word.user_id,
                "verdict": str(word.verdict),
                "idx": word.idx,
            }
        )

    def keep_assent(self, assent: Assent, idx: int) -> None:
        """An approval counts towards the limits of its day."""
        self._changes.assents.append(row_of(assent, idx))

    def assents_before(self, wanted: Assent, policy: RightsPolicy) -> tuple[Assent, ...]:
        """What was approved within a day of ``wanted`` and may count against it, that of this batch too."""
        if not policy.looks_back(wanted.remedy):
            return ()
        self._write(ASSENT, self._changes.assents)
        return assents_before(self._connection, wanted, policy)

    def write(self) -> None:
        """Write every change, each kind in one statement."""
        changes = self._changes
        for row in changes.opened.values():
            standing = self._standings[row["action_id"]]
            row["state"] = str(standing.state if standing is not None else ApprovalState.SUBMITTED)
        self._write(APPROVAL, list(changes.opened.values()))
        self._write(RECORDED_DECISION, changes.words)
        self._write(ASSENT, changes.assents)
        if changes.moved:
            moved: dict[ApprovalState, list[str]] = defaultdict(list)
            for action_id, state in changes.moved.items():
                moved[state].append(action_id)
            for state, action_ids in moved.items():
                self._connection.execute(_MOVE, {"moved": action_ids, "to": str(state)})
        self._changes = _Changes()

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        add_rows(self._connection, table, rows)
        rows.clear()
