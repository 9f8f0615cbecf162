"""The command line on a connected profile: the loop step by step, its keys, and what is refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from shutil import copyfile
from typing import Any

import pytest

from tests.support.live_site import PROFILE, SECRET, LiveSite, live_site
from tests.support.server_process import PIN

PLANNER = "a.moreno"
OTHER_PIN = f"not-{PIN}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site whose keys are quick to unlock; the tests of this file share its world."""
    with live_site(tmp_path_factory.mktemp("site")) as made:
        yield made


def done(site: LiveSite, *arguments: str) -> dict[str, Any]:
    """What a command that succeeds prints."""
    result = site.run(*arguments, "--profile", PROFILE)
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that is refused."""
    assert result.returncode == 2, result.stderr
    sentences = [line for line in result.stderr.splitlines() if line.startswith("control-tower: ")]
    assert len(sentences) == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return sentences[0]


def cases(site: LiveSite, code: str) -> list[str]:
    """The ids of the open cases of a type."""
    return [case["id"] for case in done(site, "cycle")["cases"] if case["code"] == code]


def test_nobody_signs_without_a_key_or_with_a_wrong_pin(site: LiveSite) -> None:
    case = cases(site, "OE-CREDIT")[0]
    text = (site.profile / "profile.toml").read_text(encoding="utf-8")
    strict = site.home / "profiles" / "strict"
    strict.mkdir()
    # The same site as others have it: keys are made by enrolling only, and their PIN is guarded dearly.
    (strict / "profile.toml").write_text(text.replace(f'demo_pin = "{PIN}"', ""), encoding="utf-8")
    copyfile(site.profile / "mirror.db", strict / "mirror.db")
    token = (site.home / "service" / "token").read_text(encoding="utf-8")
    assert site.run("secret", SECRET, "--profile", str(strict), stdin=token).returncode == 0

    without_key = refused(site.run("propose", case, "--profile", str(strict)))
    assert f"There is no signing key of {PLANNER}" in without_key
    assert "control-tower enrol" in without_key
    assert "has no user 'nobody'" in refused(site.run("enrol", "nobody", "--profile", str(strict)))
    enrolled = site.run("enrol", PLANNER, "--profile", str(strict))
    assert enrolled.returncode == 0, enrolled.stderr
    assert "PIN-protected file" in enrolled.stdout
    (strict / "secrets-desk.json").unlink()
    other_pin = {"CONTROL_TOWER_PIN": OTHER_PIN}
    site.run("secret", SECRET, "--profile", str(strict), stdin=token, **other_pin)
    wrong_pin = site.run("propose", case, "--profile", str(strict), **other_pin)
    assert f"The PIN is not that of {PLANNER}" in refused(wrong_pin)


def test_the_day_of_a_connected_profile(site: LiveSite) -> None:
    case = cases(site, "OE-CREDIT")[0]

    options = done(site, "propose", case, "--list")["options"]
    assert [option["remedy"] for option in options if option["recommended"]] == ["release_credit_hold"]
    not_theirs = site.run("propose", "EX-0000000000", "--profile", PROFILE)
    assert "There is no case EX-0000000000" in refused(not_theirs)
    no_option = site.run("propose", case, "--option", "magic", "--profile", PROFILE)
    assert "no option 'magic'" in refused(no_option)

    proposal = done(site, "propose", case, "--reason", "Customer paid this morning.")
    assert proposal["recorded"] is True
    action = proposal["action"]
    assert "already has the proposal" in refused(site.run("propose", case, "--profile", PROFILE))
    own = site.run("approve", action, "--as", PLANNER, "--profile", PROFILE)
    assert "Not permitted" in refused(own)
    assert "unknown-action" in refused(site.run("approve", "unknown-action", "--profile", PROFILE))

    decision = done(site, "approve", action)
    assert (decision["recorded"], decision["verdict"]) == (True, "approve")
    assert decision["digest_code"] == proposal["digest_code"]
    executed = done(site, "execute")
    assert executed["settled"] == {action: "executed"}, str(executed)
    assert [line["key"] for line in site.commands()] == [f"{action}-1"]
    assert "is executed already" in refused(site.run("approve", action, "--profile", PROFILE))
    back = refused(site.run("propose", "--undo", action, "--profile", PROFILE))
    assert "Nothing takes back release credit hold" in back
    told = ("--done", "--reason", "I looked.", "--profile", PROFILE)
    assert f"The command {action}-1 is not in doubt" in refused(site.run("settle", action, "1", *told))
    assert case not in cases(site, "OE-CREDIT")
    report = done(site, "verify-ledger")
    assert (report["intact"], report["devices"]) == (True, 3)


def test_a_rejected_proposal_changes_nothing(site: LiveSite) -> None:
    case = cases(site, "OE-PRICE")[0]
    before = len(site.commands())
    action = done(site, "propose", case)["action"]

    decision = done(site, "approve", action, "--reject", "--reason", "Ask sales first.")

    assert (decision["verdict"], decision["state"]) == ("reject", "rejected")
    assert done(site, "execute")["sent"] == 0
    assert len(site.commands()) == before
    assert case in cases(site, "OE-PRICE")


def test_without_its_servers_a_cycle_still_answers(site: LiveSite) -> None:
    site.service.kill()
    site.hub.kill()
    try:
        document = done(site, "cycle")
    finally:
        site.service.start()
        site.hub.start()

    assert {case["code"] for case in document["cases"]} >= {"OE-CREDIT", "OE-PRICE", "TR-ETA-LATE"}
    assert {source["source"] for source in document["sources"]} == {"erp", "wms", "tms", "supplier"}
    assert all("cannot be reached" in source["why"] for source in document["sources"])
    assert done(site, "verify-ledger")["intact"] is True


def test_a_shipment_is_priced_with_every_carrier_by_the_table_where_no_source_gives_rates(
    site: LiveSite,
) -> None:
    late = next(case for case in done(site, "cycle")["cases"] if case["code"] == "TR-ETA-LATE")
    shipment_id = str(late["entity"]["id"])
    sheet = done(site, "quotes", shipment_id, "--json")
    costs = [quote["cost_cents"] for quote in sheet["quotes"]]
    assert len(costs) > 1
    assert costs == sorted(costs)
    assert {quote["basis"] for quote in sheet["quotes"]} == {"table"}
    assert sheet["why_table"] == "No source of this profile gives live rates."
    assert "no longer there" in refused(site.run("quotes", "SH-NONE", "--profile", PROFILE))
