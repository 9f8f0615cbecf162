"""No edited trail is believed: five thousand random edits, and edits by kind, by somebody without a key."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest

from app.signing.notes import cosign, with_lines
from app.signing.verifier import log as log_of_verifier
from app.signing.verifier import plain
from app.signing.verifier.report import verify
from tests.support.approval_desk import signer_of
from tests.support.belief import BELIEVED, Document, document, honest_file, refusal
from tests.support.forged_log import ForgedLog, honest, text
from tests.support.hub_site import hub_key
from tests.support.trail_room import packed

#: A longer run sets it higher.
EDITS = int(os.environ.get("CONTROL_TOWER_BUNDLE_EDITS", "5000"))


def test_the_honest_trail_is_believed() -> None:
    report = verify(honest_file()[:-1], pinned=hub_key().public.fingerprint, whole=True)
    (action,) = report["actions"]
    assert report["valid"]
    assert action["state"] == "begun"
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
    "a larger size": lambda of: of.update(checkpoint=of["checkpoint"].replace("\n10\n", "\n11\n")),
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


@pytest.mark.parametrize("place", range(10))
def test_no_entry_can_be_left_out_of_a_whole_log(place: int) -> None:
    edited = document()
    del edited["entries"][place]
    assert refusal(packed(edited), whole=True) != BELIEVED
    # Without its outcome a trail is only shorter; what later entries rest on cannot be left out at all.
    outcome = 9
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
