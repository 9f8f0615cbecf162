"""Decision rights and keys count only when the administrators of the root signed them, where they say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.hub.enrolment import EnrolmentRequest, prove_possession
from app.hub.hub_database import open_hub_database
from app.hub.server import build_app
from app.hub.settings import open_log
from app.services.authority import require_authority
from app.services.deliver import deliver, pull_feed
from app.services.execute import Executor
from app.signing.canonical import digest_of
from app.signing.trust_root import RootChain, open_chain
from app.signing.verifier.plain import InvalidError
from app.signing.verifier.report import verify
from domain.errors import RefusedError
from domain.rights import RightsPolicy
from domain.trust_root import RootDocument
from tests.signing.test_trust_root import root, signed
from tests.support.approval_desk import ERP, Desk, TurnedClock, default_policy, signer_of
from tests.support.forged_log import text
from tests.support.hub_site import hub_key, hub_settings
from tests.support.trail_room import TrailRoom, enrol_all, packed, trail_room

RIGHTS = digest_of(default_policy())
#: The same people with a limit that nobody signed.
OTHER_RIGHTS = replace(default_policy(), version=default_policy().version + 1)


def chain_of(*documents: RootDocument) -> RootChain:
    return open_chain(b"\n".join(signed(each, "ada", "ben") for each in documents))


def naming(*keyids: str, rights: str = RIGHTS, version: int = 1) -> RootDocument:
    """A version that names decision rights and keys of devices."""
    return root(version, rights_sha256s=(rights,), device_keyids=tuple(sorted(keyids)))


def keys_of(desk: Desk) -> list[str]:
    return [signer.key.public.keyid for signer in desk.people.values()]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[TrailRoom]:
    with trail_room(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("rights", "starts"), [(default_policy(), True), (OTHER_RIGHTS, False)])
def test_a_hub_starts_only_with_rights_that_were_signed(
    tmp_path: Path, rights: RightsPolicy, starts: bool
) -> None:
    settings = replace(hub_settings(tmp_path, TurnedClock()), root=chain_of(naming()), policy=rights)
    if starts:
        assert build_app(settings).title == "Control Tower hub"
    else:
        with pytest.raises(RefusedError, match="does not name the decision rights"):
            build_app(settings)


def test_a_hub_lets_in_only_keys_that_were_signed(tmp_path: Path) -> None:
    mine, other = signer_of("a.moreno").key, signer_of("j.okafor").key
    settings = replace(
        hub_settings(tmp_path, TurnedClock(), token=""), root=chain_of(naming(mine.public.keyid))
    )
    engine = open_hub_database(settings.database_url)
    log = open_log(engine, settings)
    for key in (mine, other):
        request = EnrolmentRequest(owner=key.owner, public_key=key.public, proof=prove_possession(key))
        if key is mine:
            assert log.enrol(request, token="") == "first_use"
        else:
            with pytest.raises(RefusedError, match="does not name the key"):
                log.enrol(request, token="")
    assert [owner.user_id for owner, _, _ in log.devices()] == ["a.moreno"]
    engine.dispose()


def test_a_key_let_in_before_counts_at_the_hub_only_when_it_is_signed(room: TrailRoom) -> None:
    entry = room.propose()
    settings = replace(
        hub_settings(room.folder, room.desk.clock),
        root=chain_of(naming(signer_of("m.silva").key.public.keyid)),
    )
    engine = open_hub_database(settings.database_url)
    with pytest.raises(RefusedError):
        open_log(engine, settings).append(entry.envelope, "1")
    engine.dispose()


def test_a_desk_takes_over_nothing_of_a_key_that_was_not_signed(room: TrailRoom) -> None:
    there = Desk(room.folder, hub_key=hub_key().public, name="desk-2", clock=room.desk.clock)
    entry = room.propose()
    deliver(room.desk.room, room.hub)
    known = chain_of(naming(*keys_of(there)))
    pull_feed(replace(there.room, root=lambda: known), room.hub)
    assert there.ledger.approvals(action_ids=[entry.action_id]) == ()
    there.close()


def test_a_desk_follows_no_hub_whose_rights_were_not_signed(room: TrailRoom) -> None:
    there = Desk(room.folder, hub_key=hub_key().public, name="desk-2", clock=room.desk.clock)
    unsigned = chain_of(naming(*keys_of(room.desk), rights=digest_of(OTHER_RIGHTS)))
    with pytest.raises(RefusedError, match="rights in force that the trust root does not name"):
        pull_feed(replace(there.room, root=lambda: unsigned), room.hub)
    assert there.ledger.feed_position(room.hub.hub_key.keyid) == -1
    pull_feed(replace(there.room, root=lambda: chain_of(naming(*keys_of(room.desk)))), room.hub)
    assert there.ledger.feed_position(room.hub.hub_key.keyid) > -1
    there.close()


def test_the_executor_acts_on_no_key_that_was_not_signed(room: TrailRoom) -> None:
    entry = room.propose()
    room.decide(entry)
    deliver(room.desk.room, room.hub)
    supervisor = room.desk.people["j.okafor"].key.public.keyid
    without = chain_of(naming(*(keyid for keyid in keys_of(room.desk) if keyid != supervisor)))
    desk_room = replace(room.desk.room, root=lambda: without)
    with pytest.raises(RefusedError, match=r"does not name the key of j\.okafor"):
        require_authority(desk_room, room.desk.ledger.approval(entry.action_id))
    report = Executor(
        room=desk_room,
        connectors={ERP: room.system},
        fresh=room.desk.facts.fresh,
        signer=room.desk.people["executor@desk"],
        jitter=lambda: 0.5,
    ).run_once()
    assert (len(report.held), room.system.submits) == (1, [])


def test_the_auditor_sees_whose_keys_and_which_rights_were_signed(room: TrailRoom) -> None:
    room.whole_trail()
    bundle = json.loads(room.bundle())
    keys = keys_of(room.desk)

    def judged(*documents: RootDocument) -> int:
        data = packed({**bundle, "root": text(chain_of(*documents).data)})
        return int(verify(data[:-1], pinned=chain_of(*documents).fingerprint)["root_version"])

    assert judged(naming(*keys)) == 1
    # What was signed once stays told, although the version in force names others.
    assert judged(naming(*keys), naming(keys[0], rights=digest_of(OTHER_RIGHTS), version=2)) == 2
    with pytest.raises(InvalidError, match="does not name a key let in"):
        judged(naming(*keys[1:]))
    with pytest.raises(InvalidError, match="does not name these decision rights"):
        judged(naming(*keys, rights=digest_of(OTHER_RIGHTS)))


def test_a_root_that_names_none_leaves_both_to_the_hub(room: TrailRoom) -> None:
    chain = chain_of(root())
    assert chain.counts_device("a" * 64)
    assert chain.counts_rights("a" * 64)
    enrol_all(room.log, room.desk)
    assert room.desk.clock.now() + timedelta(days=1) < chain.current.expires_at
