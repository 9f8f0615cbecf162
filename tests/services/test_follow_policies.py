"""A policy put into force at one desk of a hub comes into force at the others, and overwrites no work."""

from __future__ import annotations

from pathlib import Path

import pytest
from keyring.backends import null

from app.detection.policy_set import packaged_texts
from app.services.deliver import deliver
from app.services.execute import Executor
from app.services.follow_policies import follow_policies
from app.services.policy_folder import DESK, PolicyFolder
from app.services.propose_policy import PolicyEdit, propose_policy
from app.signing.statements import SignedEntry
from domain.approvals import Verdict
from domain.errors import UnavailableError
from tests.support.desk_pair import Pair
from tests.support.manual_site import PLANNER, SUPERVISOR, manual_site

FILE = "order_entry.toml"


def version(number: int) -> str:
    """The shipped policy under another version."""
    return packaged_texts()[FILE].replace("version = 1", f"version = {number}", 1)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[PolicyFolder, PolicyFolder]:
    """The folders of the desk that carries out and of the one that follows."""
    made = tmp_path / "here", tmp_path / "there"
    for folder in made:
        folder.mkdir()
    return PolicyFolder(folder=made[0]), PolicyFolder(folder=made[1])


def adopted(pair: Pair, here: PolicyFolder, text: str) -> SignedEntry:
    """Proposed, approved and carried out at this desk, and known to both."""
    desk = pair.here
    edit = PolicyEdit(file_name=FILE, text=text, reason="Suppliers round their prices.")
    entry = propose_policy(
        desk.room, desk.people["a.moreno"], edit, folder=here.folder, new_id=desk.ids.new_id
    )
    pair.agree(entry)
    Executor(
        room=desk.room,
        connectors={DESK: here},
        fresh=desk.facts.fresh,
        signer=desk.people["executor@desk"],
        jitter=lambda: 1.0,
        record=lambda: deliver(desk.room, pair.room.hub),
    ).run_once()
    pair.share()
    return entry


def read(policies: PolicyFolder) -> str:
    assert policies.folder is not None
    file = policies.folder / FILE
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_the_other_desk_takes_over_what_was_executed_version_after_version(
    pair: Pair, folders: tuple[PolicyFolder, PolicyFolder]
) -> None:
    here, there = folders
    adopted(pair, here, version(2))
    entry = adopted(pair, here, version(3))
    assert pair.states(entry) == ["executed", "executed"]
    assert (read(here), read(there)) == (version(3), "")
    assert follow_policies(pair.there.ledger, there) == (FILE, FILE)
    assert read(there) == version(3)
    # A second look, and a look at the desk that carried it out, change nothing.
    assert follow_policies(pair.there.ledger, there) == ()
    assert follow_policies(pair.here.ledger, here) == ()


def test_what_somebody_changed_there_by_hand_stays(
    pair: Pair, folders: tuple[PolicyFolder, PolicyFolder]
) -> None:
    here, there = folders
    assert there.folder is not None
    (there.folder / FILE).write_text(version(7), encoding="utf-8")
    adopted(pair, here, version(2))
    assert follow_policies(pair.there.ledger, there) == ()
    assert read(there) == version(7)


def test_a_folder_that_cannot_be_written_is_told(
    pair: Pair, folders: tuple[PolicyFolder, PolicyFolder]
) -> None:
    here, there = folders
    assert there.folder is not None
    adopted(pair, here, version(2))
    (there.folder / FILE).with_suffix(".new").mkdir()
    with pytest.raises(UnavailableError, match="cannot be read or written"):
        follow_policies(pair.there.ledger, there)
    assert read(there) == ""


def test_a_policy_signed_through_the_hub_is_in_force_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as site:
        file = site.policies / FILE
        with site.tower() as tower:
            tower.settle()
            edit = PolicyEdit(file_name=FILE, text=version(2), reason="Suppliers round their prices.")
            room, signer = tower.parts.desk.room, tower.parts.signer(PLANNER)
            entry = propose_policy(room, signer, edit, folder=site.policies, new_id=tower.parts.ids.new_id)
            tower.settle()
            tower.decide(entry.action_id, SUPERVISOR, approve=Verdict.APPROVE, reason="Agreed.")
            report = tower.settle()
            assert (file.read_text(encoding="utf-8"), report.cannot_follow) == (version(2), "")
            assert tower.policies.look()
        file.unlink()
        with site.tower() as tower:
            tower.settle()
            assert file.read_text(encoding="utf-8") == version(2)
            file.unlink()
            (site.policies / "order_entry.new").mkdir()
        with site.tower() as tower:
            assert "cannot be taken over: order_entry.toml cannot be read" in tower.settle().cannot_follow
