"""An edited policy: proposed by one, approved by another, and only then in the folder of the policies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.detection.policy_file import PolicyRefusedError
from app.detection.policy_set import packaged_texts
from app.read_models.action_words import changed_lines, command_words
from app.services.approval_room import Signer
from app.services.decide import DecisionRequest, decide
from app.services.execute import Executor
from app.services.policy_folder import DESK, PolicyFolder
from app.services.propose_policy import PolicyEdit, propose_policy
from app.signing.statements import SignedEntry
from domain.approval_states import ApprovalState
from domain.approvals import Proposal, Verdict
from domain.errors import BadInputError, RefusedError
from tests.support.approval_desk import Desk, TurnedClock

FILE = "order_entry.toml"
PACKAGED = packaged_texts()[FILE]


def raised(text: str = PACKAGED, version: int = 2) -> str:
    """The same policy under the next version, twice as tolerant."""
    changed = text.replace("version = 1", f"version = {version}", 1).replace('"-", 200, 500', '"-", 400, 500')
    assert changed != text
    return changed.replace("tolerance_bp = 200", "tolerance_bp = 400")


class Site:
    """A desk with a folder of policies."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder, clock=TurnedClock())
        self.folder = folder / "policies"
        self.folder.mkdir()

    def propose(self, text: str, user: str = "a.moreno") -> SignedEntry:
        edit = PolicyEdit(file_name=FILE, text=text, reason="Suppliers round their prices.")
        signer: Signer = self.desk.people[user]
        new_id = self.desk.ids.new_id
        return propose_policy(self.desk.room, signer, edit, folder=self.folder, new_id=new_id)

    def approve(self, entry: SignedEntry, user: str = "j.okafor") -> None:
        request = DecisionRequest(action_id=entry.action_id, verdict=Verdict.APPROVE, reason="Agreed.")
        decide(self.desk.room, self.desk.people[user], request, self.desk.facts.fresh)

    def carry_out(self) -> None:
        Executor(
            room=self.desk.room,
            connectors={DESK: PolicyFolder(folder=self.folder)},
            fresh=self.desk.facts.fresh,
            signer=self.desk.people["executor@desk"],
            jitter=lambda: 1.0,
        ).run_once()

    def state(self, entry: SignedEntry) -> ApprovalState:
        return self.desk.ledger.approval(entry.action_id).state

    def text(self) -> str:
        file = self.folder / FILE
        return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.desk.close()


def test_it_holds_only_after_another_person_approved_it(site: Site) -> None:
    entry = site.propose(raised())
    site.carry_out()
    assert (site.text(), site.state(entry)) == ("", ApprovalState.SUBMITTED)
    with pytest.raises(RefusedError, match=r"another person|may not decide"):
        site.approve(entry, "a.moreno")
    site.approve(entry)
    site.carry_out()
    assert (site.text(), site.state(entry)) == (raised(), ApprovalState.EXECUTED)
    assert site.desk.ledger.verify().problems == ()


def test_approvers_see_what_changes(site: Site) -> None:
    value = site.propose(raised()).value
    assert isinstance(value, Proposal)
    (command,) = value.terms.commands
    assert command_words(command) == "desk: put order_entry.toml into force"
    lines = changed_lines(command, site.desk.ledger.blob)
    assert "-version = 1" in lines
    assert "+version = 2" in lines
    assert len(lines) < 40


def test_what_changed_meanwhile_is_not_overwritten(site: Site) -> None:
    entry = site.propose(raised())
    site.approve(entry)
    by_hand = raised().replace("version = 2", "version = 3", 1)
    (site.folder / FILE).write_text(by_hand, encoding="utf-8")
    site.carry_out()
    assert site.text() == by_hand
    assert site.state(entry) is ApprovalState.STALE


def test_a_text_that_cannot_hold_is_not_proposed(site: Site) -> None:
    with pytest.raises(BadInputError, match="version 1 is in force"):
        site.propose(PACKAGED + "\n")
    with pytest.raises(PolicyRefusedError):
        site.propose(raised().replace("hit =", "hits =", 1))
    assert site.desk.ledger.approvals() == ()


def test_one_change_of_a_file_at_a_time(site: Site) -> None:
    site.propose(raised())
    with pytest.raises(RefusedError, match="already has the proposal"):
        site.propose(raised(version=3))


def test_a_profile_without_a_folder_says_so(site: Site) -> None:
    edit = PolicyEdit(file_name=FILE, text=raised(), reason="Because.")
    with pytest.raises(RefusedError, match="names no folder for policies"):
        propose_policy(
            site.desk.room, site.desk.people["a.moreno"], edit, folder=None, new_id=site.desk.ids.new_id
        )
