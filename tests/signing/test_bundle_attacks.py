"""No edited, forged or rewritten trail is believed: five thousand random edits, and attacks by kind."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

import pytest

from app.signing.merkle import consistency_proof, inclusion_proof, leaf_hash
from app.signing.notes import cosign, with_lines
from app.signing.receipts import HubOutcome, proof_texts
from app.signing.tiles import TileTree
from app.signing.verifier import log as log_of_verifier
from app.signing.verifier import plain
from app.signing.verifier.plain import InvalidError, UnreadableError
from app.signing.verifier.report import verify
from domain.approvals import Verdict
from domain.commands import CommandResult
from domain.ids import SourceName, UserId
from tests.support.approval_desk import START, signer_of
from tests.support.approval_values import ACTION_ID
from tests.support.forged_log import ForgedLog, honest, small_policy, text, whole_terms
from tests.support.hub_site import hub_key
from tests.support.trail_room import packed

EDITS = 5_000
BELIEVED = "the verifier believed it"

Document = dict[str, Any]


@cache
def honest_file() -> bytes:
    return packed(honest().document())


def document() -> Document:
    found: Document = json.loads(honest_file())
    return found


def refusal(data: bytes, **how: Any) -> str:
    """Why a file is not believed; fails when it is."""
    try:
        if not data.endswith(b"\n"):
            return "cut off"
        verify(data[:-1], **how)
    except (InvalidError, UnreadableError) as error:
        return str(error)
    return BELIEVED


def test_the_honest_trail_is_believed() -> None:
    report = verify(honest_file()[:-1], pinned=hub_key().public.fingerprint, whole=True)
    (action,) = report["actions"]
    assert report["valid"]
    assert action["state"] == "approved"
    assert [each["user"] for each in action["approved_by"]] == ["j.okafor"]
    assert action["approved_by"][0]["right"]["row"] == "reallocate-1"
    assert [each["outcome"] for each in action["commands"]] == ["succeeded"]


def test_no_random_edit_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether a signature holds depends on nothing but its bytes; most are the same in every edited file.
    remembered = lru_cache(maxsize=None)(plain.holds)
    monkeypatch.setattr(plain, "holds", remembered)
    monkeypatch.setattr(log_of_verifier, "holds", remembered)
    chance = random.Random(20261122)
    file = packed(honest(users=("a.moreno", "j.okafor", "executor@desk")).document())
    assert refusal(file) == BELIEVED
    believed = []
    for number in range(EDITS):
        edited = random_edit(file, chance)
        if edited != file and refusal(edited) == BELIEVED:
            believed.append((number, edited))
    assert believed == []


def random_edit(file: bytes, chance: random.Random) -> bytes:
    """One change somewhere: a bit, a byte, a cut, a doubled or a moved piece, or another byte put in."""
    place, other = chance.randrange(len(file)), chance.randrange(len(file))
    length = chance.choice((1, 1, 2, 8, 64, 700))
    piece = file[other : other + length]
    kind = chance.randrange(7)
    if kind == 0:
        return file[:place] + bytes([file[place] ^ 1 << chance.randrange(8)]) + file[place + 1 :]
    if kind == 1:
        return file[:place] + bytes([chance.randrange(256)]) + file[place + 1 :]
    if kind == 2:
        return file[:place] + file[place + length :]
    if kind == 3:
        return file[:place] + piece + file[place:]
    if kind == 4:
        return file[:place] + piece + file[place + len(piece) :]
    if kind == 5:
        letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
        return file[:place] + bytes([chance.choice(letters)]) + file[place + 1 :]
    return file[:place] + bytes([chance.choice(b' \n\t"{}[],:0')]) + file[place:]


# ---- edits of the file by somebody without any key

Edit = Callable[[Document], object]


def swap(name: str) -> Edit:
    """Two entries exchange one of their parts."""

    def edit(of: Document) -> None:
        one, two = of["entries"][6], of["entries"][7]
        one[name], two[name] = two[name], one[name]

    return edit


def into(*path: str | int, value: object) -> Edit:
    """Put another value somewhere."""

    def edit(of: Document) -> None:
        place: Any = of
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return edit


def first_blob(of: Document) -> str:
    names: dict[str, str] = of["blobs"]
    return min(names)


def moved_blob(of: Document) -> None:
    one, two, *_ = sorted(of["blobs"])
    of["blobs"][one], of["blobs"][two] = of["blobs"][two], of["blobs"][one]


def foreign_witness(of: Document) -> None:
    of["checkpoint"] = with_lines(of["checkpoint"], [cosign(of["checkpoint"], signer_of("x", seed=7).key, 1)])


def stranger_witness(of: Document) -> None:
    stranger = signer_of("a.moreno", "elsewhere").key
    of["checkpoint"] = with_lines(of["checkpoint"], [cosign(of["checkpoint"], stranger, 1)])


def witness_of_another_note(of: Document) -> None:
    line = cosign(honest().document(upto=8)["checkpoint"], signer_of("j.okafor").key, 1)
    of["checkpoint"] = with_lines(of["checkpoint"], [line])


def doubled_witness(of: Document) -> None:
    line = cosign(of["checkpoint"], signer_of("j.okafor").key, 1)
    of["checkpoint"] = with_lines(of["checkpoint"], [line, line])


EDITED: dict[str, Edit] = {
    "entries reversed": lambda of: of["entries"].reverse(),
    "entry doubled": lambda of: of["entries"].append(of["entries"][-1]),
    "entries exchanged": lambda of: of["entries"].insert(6, of["entries"].pop(7)),
    "envelopes exchanged": swap("envelope"),
    "receipts exchanged": swap("receipt"),
    "proofs exchanged": swap("proof"),
    "proof cut off": lambda of: of["entries"][7]["proof"].pop(),
    "proof lengthened": lambda of: of["entries"][7]["proof"].append(of["entries"][7]["proof"][0]),
    "proof emptied": into("entries", 7, "proof", value=[]),
    "proof of something else": into("entries", 7, "proof", 0, value=text(b"x" * 32)),
    "hash of another length": into("entries", 7, "proof", 0, value=text(b"x" * 31)),
    "receipt emptied": into("entries", 7, "receipt", value=""),
    "consistency dropped": lambda of: of["consistency"].pop("7"),
    "consistency added": into("consistency", "99", value=[]),
    "consistency of another size": lambda of: of["consistency"].update({"7": of["consistency"]["6"]}),
    "consistency cut off": lambda of: of["consistency"]["7"].pop(),
    "consistency lengthened": lambda of: of["consistency"]["7"].append(text(b"x" * 32)),
    "evidence changed": lambda of: of["blobs"].update({first_blob(of): text(b"other evidence")}),
    "evidence dropped": lambda of: of["blobs"].pop(first_blob(of)),
    "evidence added": into("blobs", "0" * 64, value=text(b"more")),
    "evidence exchanged": moved_blob,
    "evidence there and withheld": lambda of: of["withheld"].append(first_blob(of)),
    "something unnamed withheld": lambda of: of["withheld"].append("0" * 64),
    "an earlier checkpoint": lambda of: of.update(checkpoint=honest().document(upto=8)["checkpoint"]),
    "another log's checkpoint": lambda of: of.update(
        checkpoint=ForgedLog(hub_key(seed=1)).found().document()["checkpoint"]
    ),
    "another origin": lambda of: of.update(checkpoint=of["checkpoint"].replace("/log/", "/log/x")),
    "a larger size": lambda of: of.update(checkpoint=of["checkpoint"].replace("\n9\n", "\n10\n")),
    "another hub's key": into("hub_key", value=hub_key(seed=1).public.to_text()),
    "no hub's key": into("hub_key", value=""),
    "another format": into("format", value="tower-bundle/v2"),
    "a name more": into("note", value="free text"),
    "a name less": lambda of: of.pop("withheld"),
    "entries are no list": into("entries", value={}),
    "an entry is a number": into("entries", 3, value=7),
    "a null": into("withheld", value=None),
    "a float": into("consistency", "7", 0, value=1.5),
    "an entry with a name more": into("entries", 7, "note", value="x"),
    "a cosignature of somebody unknown": stranger_witness,
    "a cosignature of another checkpoint": witness_of_another_note,
    "a cosignature twice": doubled_witness,
}


@pytest.mark.parametrize("name", EDITED)
def test_no_edit_of_the_file_is_believed(name: str) -> None:
    edited = document()
    EDITED[name](edited)
    assert packed(edited) != honest_file()
    assert refusal(packed(edited)) != BELIEVED


def test_an_honest_cosignature_is_believed() -> None:
    edited = document()
    line = cosign(edited["checkpoint"], signer_of("j.okafor").key, 1)
    edited["checkpoint"] = with_lines(edited["checkpoint"], [line])
    assert verify(packed(edited)[:-1])["log"]["witnesses"] == ["j.okafor"]


@pytest.mark.parametrize("place", range(9))
def test_no_entry_can_be_left_out_of_a_whole_log(place: int) -> None:
    edited = document()
    del edited["entries"][place]
    assert refusal(packed(edited), whole=True) != BELIEVED
    # Without its outcome a trail is only shorter; what later entries rest on cannot be left out at all.
    outcome = 8
    edited["consistency"].pop(str(place + 1), None)
    assert (refusal(packed(edited)) == BELIEVED) is (place == outcome)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"\xff\xfe\n",
        honest_file()[:-1],
        honest_file() + b"\n",
        b" " + honest_file(),
        b"\xef\xbb\xbf" + honest_file(),
        honest_file().replace(b'"format":', b'"format": '),
        honest_file().replace(b'{"blobs":', b'{"format":"tower-bundle/v1","blobs":'),
        json.dumps(json.loads(honest_file()), sort_keys=True, indent=1).encode() + b"\n",
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"\n",
        b'{"a":' + b"9" * 5_000 + b"}\n",
        b'{"a":NaN}\n',
        b'{"a":"\\ud800"}\n',
    ],
)
def test_what_is_not_written_in_the_one_way_is_refused(file: bytes) -> None:
    assert refusal(file) != BELIEVED


# ---- trails that the hub itself signed, with one thing wrong in each

Forgery = Callable[[], ForgedLog]


def approved_by_the_proposer() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("j.okafor"), "j.okafor"))
    return log


def approved_with_a_second_key() -> ForgedLog:
    log = ForgedLog().found()
    other = signer_of("j.okafor", "laptop")
    log.enrol(other)
    log.execute(log.decide(log.propose("j.okafor"), signer=other))
    return log


def approved_by_a_planner() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("j.okafor"), "a.moreno"))
    return log


def proposed_without_the_role() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose("executor@desk")))
    return log


def approved_by_somebody_without_rights() -> ForgedLog:
    log = ForgedLog().found(small_policy().with_users({"a.moreno": ("planner",)}))
    log.execute(log.decide(log.propose()))
    return log


def approved_with_a_revoked_key() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.revoke(signer_of("j.okafor"))
    log.execute(log.decide(asked))
    return log


def approved_with_a_key_let_in_later() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "executor@desk"))
    decided = log.decide(log.propose())
    log.enrol(signer_of("j.okafor"))
    log.execute(decided)
    return log


def approved_above_a_lowered_limit() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.enforce(replace(small_policy(up_to_minor=100_000), version=2))
    log.execute(log.decide(asked))
    return log


def approved_by_one_where_it_takes_two() -> ForgedLog:
    log = ForgedLog().found(small_policy(min_approvers=2))
    log.execute(log.decide(log.propose()))
    return log


def approved_twice_by_one_person() -> ForgedLog:
    log = ForgedLog().found(small_policy(min_approvers=2))
    other = signer_of("j.okafor", "laptop")
    log.enrol(other)
    asked = log.propose()
    log.decide(asked)
    log.execute(log.decide(asked, signer=other))
    return log


def forbidden_by_a_row() -> ForgedLog:
    log = ForgedLog().found(small_policy(forbid=True))
    log.execute(log.decide(log.propose()))
    return log


def in_another_currency() -> ForgedLog:
    log = ForgedLog().found(small_policy(currency="EUR"))
    log.execute(log.decide(log.propose()))
    return log


def on_other_terms() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.execute(log.decide(asked, terms=whole_terms(option_label="Something else")))
    return log


def on_another_proposal() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), proposal_sha256="c" * 64))
    return log


def naming_another_proposer() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), proposer=UserId("m.silva")))
    return log


def decided(**changes: Any) -> Forgery:
    """Carried out on a decision with something else about it."""

    def forge() -> ForgedLog:
        log = ForgedLog().found()
        log.execute(log.decide(log.propose(), **changes))
        return log

    return forge


def offline_where_it_is_online_only() -> ForgedLog:
    log = ForgedLog().found(small_policy(offline_minutes=0))
    log.execute(log.decide(log.propose(), offline=True))
    return log


def executed(user: str = "executor@desk", **changes: Any) -> Forgery:
    """An outcome with something else about it."""

    def forge() -> ForgedLog:
        log = ForgedLog().found()
        log.execute(log.decide(log.propose()), user, **changes)
        return log

    return forge


def executed_twice() -> ForgedLog:
    log = honest()
    said = log.rows[7]
    log.rows = log.rows[:8]
    log.heads.pop(signer_of("executor@desk").key.public.keyid)
    from app.signing.statements import read_unverified

    decision = read_unverified(said.envelope)
    log.execute(decision)
    log.execute(decision, attempt=2)
    return log


def executed_after_a_rejection() -> ForgedLog:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked, "m.silva", verdict=Verdict.REJECT)
    log.execute(log.decide(asked))
    return log


def executed_on_a_rejection() -> ForgedLog:
    log = ForgedLog().found()
    log.execute(log.decide(log.propose(), verdict=Verdict.REJECT))
    return log


def proposed_twice() -> ForgedLog:
    log = ForgedLog().found()
    log.propose()
    log.execute(log.decide(log.propose("m.silva")))
    return log


def proposed_when_expired() -> ForgedLog:
    log = ForgedLog().found()
    log.sign(log_value(log), signer_of("a.moreno"), late=timedelta(days=2))
    return log


def log_value(log: ForgedLog) -> Any:
    value = log.propose().value
    log.rows.pop()
    log.heads.clear()
    return value


def trust_by_somebody_else() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "m.silva", "r.ito", "executor@desk"))
    boss = signer_of("r.ito").key
    log.say(enrolment_of("j.okafor"), by=boss)
    log.execute(log.decide(log.propose()))
    return log


def enrolment_of(user: str) -> Any:
    log = ForgedLog()
    acts: list[Any] = []
    log.say = lambda act, **_: acts.append(act)  # type: ignore[method-assign]
    log.enrol(signer_of(user))
    return acts[0]


def a_key_under_another_name() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "m.silva", "r.ito", "executor@desk"))
    log.say(replace(enrolment_of("j.okafor"), keyid="e" * 64))
    log.execute(log.decide(log.propose()))
    return log


def a_key_of_one_enrolled_for_another() -> ForgedLog:
    log = ForgedLog().found(users=("a.moreno", "executor@desk"))
    log.enrol(signer_of("m.silva"), user="j.okafor")
    log.execute(log.decide(log.propose(), "m.silva"))
    return log


def a_key_enrolled_twice() -> ForgedLog:
    log = ForgedLog().found()
    log.revoke(signer_of("j.okafor"))
    log.enrol(signer_of("j.okafor"))
    log.execute(log.decide(log.propose()))
    return log


def rights_with_another_digest() -> ForgedLog:
    from domain.trust import EnforcePolicy

    log = ForgedLog()
    log.say(EnforcePolicy(policy=small_policy(), policy_sha256="d" * 64))
    for user in ("a.moreno", "j.okafor", "executor@desk"):
        log.enrol(signer_of(user))
    log.execute(log.decide(log.propose()))
    return log


def no_rights_at_all() -> ForgedLog:
    log = ForgedLog()
    for user in ("a.moreno", "j.okafor", "executor@desk"):
        log.enrol(signer_of(user))
    log.execute(log.decide(log.propose()))
    return log


def facts_with_another_digest() -> ForgedLog:
    log = ForgedLog().found()
    plain = whole_terms()
    log.propose(of=replace(plain, evidence=replace(plain.evidence, facts_sha256="d" * 64)))
    return log


def trust_head_left_out() -> ForgedLog:
    log = honest()
    log.rows[7] = replace(log.rows[7], trust_sha256=log.rows[6].trust_sha256[::-1])
    return log


def refused_by_the_hub_but_carried_out() -> ForgedLog:
    log = honest()
    log.rows[7] = replace(log.rows[7], outcome=HubOutcome.FORBIDDEN)
    return log


def proposal_refused_but_decided() -> ForgedLog:
    log = honest()
    log.rows[6] = replace(log.rows[6], outcome=HubOutcome.FORBIDDEN)
    return log


FORGED: dict[str, Forgery] = {
    each.__name__.replace("_", " "): each
    for each in (
        approved_by_the_proposer,
        approved_with_a_second_key,
        approved_by_a_planner,
        proposed_without_the_role,
        approved_by_somebody_without_rights,
        approved_with_a_revoked_key,
        approved_with_a_key_let_in_later,
        approved_above_a_lowered_limit,
        approved_by_one_where_it_takes_two,
        approved_twice_by_one_person,
        forbidden_by_a_row,
        in_another_currency,
        on_other_terms,
        on_another_proposal,
        naming_another_proposer,
        offline_where_it_is_online_only,
        executed_twice,
        executed_after_a_rejection,
        executed_on_a_rejection,
        proposed_twice,
        proposed_when_expired,
        trust_by_somebody_else,
        a_key_under_another_name,
        a_key_of_one_enrolled_for_another,
        a_key_enrolled_twice,
        rights_with_another_digest,
        no_rights_at_all,
        facts_with_another_digest,
        trust_head_left_out,
        refused_by_the_hub_but_carried_out,
        proposal_refused_but_decided,
    )
} | {
    "decided after the expiry": decided(
        issued_at=START + timedelta(days=1, minutes=1), expires_at=START + timedelta(days=2)
    ),
    "decision with another expiry": decided(expires_at=START + timedelta(days=3)),
    "decision recorded too late": decided(late=timedelta(hours=5)),
    "offline decision recorded too late": decided(offline=True, late=timedelta(hours=5)),
    "carried out by a planner": executed("a.moreno"),
    "another command carried out": executed(command_key="01JD9ZK3V0000000000000000A-2"),
    "another payload carried out": executed(request_sha256="d" * 64),
    "outcome of another decision": executed(decision_sha256="d" * 64),
    "outcome at another place": executed(hub_index=3),
    "outcome at no place": executed(hub_index=None),
    "outcome of another action": executed(action_id="01JD9ZK3V0000000000000000B"),
    "outcome in another system": executed(source=SourceName("wms")),
    "ended before it began": executed(started_at=START + timedelta(minutes=9)),
}


@pytest.mark.parametrize("name", FORGED)
def test_no_trail_that_breaks_the_rules_is_believed_even_signed_by_the_hub(name: str) -> None:
    assert refusal(packed(FORGED[name]().document())) != BELIEVED


@pytest.mark.parametrize("result", [CommandResult.REJECTED, CommandResult.CONFLICT, CommandResult.SUCCEEDED])
def test_every_outcome_that_happened_is_believed(result: CommandResult) -> None:
    report = verify(packed(executed(result=result)().document())[:-1])
    assert report["actions"][0]["commands"][0]["outcome"] == result


def test_what_the_hub_refused_is_shown_and_takes_no_effect() -> None:
    log = ForgedLog().found()
    asked = log.propose()
    log.decide(asked, "a.moreno", outcome=HubOutcome.FORBIDDEN)
    report = verify(packed(log.document())[:-1])
    assert report["actions"][0]["state"] == "submitted"
    assert [each["by"] for each in report["refused_by_the_hub"]] == ["a.moreno"]


# ---- a hub that rewrites its log


OTHER = 6


def with_another_action() -> ForgedLog:
    """The honest trail, with a proposal of somebody else's recorded before it."""
    log = ForgedLog().found()
    log.propose("m.silva", of=whole_terms(action_id=f"{ACTION_ID[:-1]}C", commands=commands_of("C")))
    log.execute(log.decide(log.propose()))
    return log


def commands_of(letter: str) -> Any:
    (command,) = whole_terms().commands
    return (replace(command, key=f"{ACTION_ID[:-1]}{letter}-1"),)


def slip_in(log: ForgedLog) -> None:
    log.revoke(signer_of("m.silva"))
    log.rows.insert(OTHER, log.rows.pop())


def replace_rights(log: ForgedLog) -> None:
    log.rows[0] = ForgedLog().found(small_policy(offline_minutes=9)).rows[0]


def exchange(log: ForgedLog) -> None:
    log.rows.insert(OTHER, log.rows.pop(OTHER - 1))


def change(log: ForgedLog) -> None:
    log.rows[OTHER] = replace(log.rows[OTHER], envelope=b"{}")


REWRITES: dict[str, Callable[[ForgedLog], object]] = {
    "an entry deleted": lambda log: log.rows.pop(OTHER),
    "an entry changed": change,
    "the rights replaced": replace_rights,
    "a revocation slipped in": slip_in,
    "two entries exchanged": exchange,
    "an entry put in twice": lambda log: log.rows.insert(OTHER, log.rows[OTHER]),
    "the last entries taken back": lambda log: log.rows.__delitem__(slice(OTHER, None)),
}


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewritten_log_contradicts_the_receipts_that_are_out(name: str) -> None:
    """The desk has its receipts; the hub makes checkpoint and proofs anew, so that each by itself holds."""
    log = with_another_action()
    kept = log.document(without={OTHER})
    assert refusal(packed(kept)) == BELIEVED
    REWRITES[name](log)
    tree = TileTree(lambda _level, _number: b"")
    size = tree.append(0, (leaf_hash(row.envelope) for row in log.rows))
    places = {text(row.envelope): place for place, row in enumerate(log.rows)}
    edited = copy.deepcopy(kept)
    edited["checkpoint"] = log.note(size, tree)
    for each in edited["entries"]:
        place = places.get(each["envelope"], size - 1)
        each["proof"] = list(proof_texts(inclusion_proof(place, size, tree.node)))
    edited["consistency"] = {
        old: list(proof_texts(consistency_proof(int(old), size, tree.node)))
        for old in [*kept["consistency"], "10"]
        if int(old) < size
    }
    assert refusal(packed(edited)) != BELIEVED


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewritten_log_contradicts_the_checkpoint_an_auditor_kept(name: str) -> None:
    """The hub makes everything anew, receipts and all: only somebody who saw the old log can tell."""
    log = with_another_action()
    seen = log.document(upto=OTHER + 2)["checkpoint"]
    assert refusal(packed(log.document()), seen=seen) == BELIEVED
    REWRITES[name](log)
    fresh = log.document()
    assert refusal(packed(fresh), seen=seen) != BELIEVED


def test_the_checkpoint_an_auditor_kept_is_found_again() -> None:
    earlier = honest().document(upto=8)["checkpoint"]
    assert verify(honest_file()[:-1], seen=earlier)["valid"]
    assert verify(honest_file()[:-1], seen=document()["checkpoint"])["valid"]


def test_a_whole_log_of_an_impostor_fails_at_the_fingerprint() -> None:
    log = ForgedLog(hub_key(seed=1)).found()
    log.execute(log.decide(log.propose()))
    file = packed(log.document())
    assert refusal(file) == BELIEVED
    assert "another hub" in refusal(file, pinned=hub_key().public.fingerprint)
