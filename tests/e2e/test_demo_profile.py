"""The demo profile: many types go wrong in it, told as JSON, and the loop to its end without a window."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from domain.catalogue.types import CASE_TYPES
from tests.support.server_process import run_program

TEN = {
    *("OE-CREDIT", "OE-PRICE", "OE-INCOMPLETE", "AL-SHORT", "AL-IMBALANCE", "AL-PO-LATE"),
    *("WH-PICK-SHORT", "TR-ETA-LATE", "IN-POD-MISMATCH", "DQ-STALE"),
}
LEAST_TYPES = 20
SMALL = """
name = "small"
kind = "demo"
demo_pin = "a-pin-of-the-tests"

[world]
seed = 20261122
start = 2026-11-17T13:00:00Z
size = "tiny"
speed = 20

[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"

[[identity]]
user = "j.okafor"
name = "Joy Okafor"
role = "supervisor"
"""


@dataclass
class Demo:
    """A demo profile in a home of its own."""

    home: Path
    name: str

    def run(self, *arguments: str) -> dict[str, Any]:
        """What a command that succeeds prints."""
        result = run_program(self.home, *arguments, "--profile", self.name)
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first cycle."""
        return self.run("cycle")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The profile ``demo`` itself, as the program makes it."""
    return Demo(home=tmp_path_factory.mktemp("demo"), name="demo")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The same demo with a small world."""
    home = tmp_path_factory.mktemp("small")
    folder = home / "profiles" / "small"
    folder.mkdir(parents=True)
    (folder / "profile.toml").write_text(SMALL, encoding="utf-8")
    return Demo(home=home, name="small")


def test_the_demo_has_the_main_types_and_many_others(demo: Demo) -> None:
    codes = {case["code"] for case in demo.first["cases"]}
    assert codes >= TEN
    assert len(codes) >= LEAST_TYPES


@pytest.mark.parametrize("which", ["demo", "small"])
def test_a_cycle_keeps_its_contract(which: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(which).first
    cases = document["cases"]

    assert datetime.fromisoformat(document["now"]).utcoffset() is not None
    assert {source["source"] for source in document["sources"]} == {"erp", "wms", "tms", "supplier"}
    assert all(source["rows"] > 0 for source in document["sources"])
    assert len({case["id"] for case in cases}) == len(cases)
    for case in cases:
        _check_case(case)
    most = sum(case["money_at_risk_cents"] for case in cases)
    assert 0 < document["at_risk_cents"] <= most, "a line that several cases hit counts once"


def _check_case(case: dict[str, Any]) -> None:
    assert case["id"]
    assert case["code"] in {known.code for known in CASE_TYPES}
    assert case["entity"]["kind"]
    assert case["entity"]["id"]
    assert isinstance(case["money_at_risk_cents"], int)
    low, high = case["money_at_risk_range_cents"]
    assert 0 <= low <= case["money_at_risk_cents"] <= high
    assert case["evidence"], case
    # What is worked out over several systems, or is about a source itself, names none.
    assert case["code"] == "DQ-STALE" or any(fact["source"] for fact in case["evidence"]), case
    for fact in case["evidence"]:
        assert fact["name"]
        assert fact["value"] is not None
    if case["breach_at"]:
        assert datetime.fromisoformat(case["breach_at"]).utcoffset() is not None


def test_the_loop_without_a_window_clears_its_case(small: Demo) -> None:
    assert {case["code"] for case in small.first["cases"]} >= TEN
    case = next(case["id"] for case in small.first["cases"] if case["code"] == "OE-INCOMPLETE")

    proposal = small.run("propose", case)
    chosen = [option for option in proposal["options"] if option["recommended"]]
    assert len(chosen) == 1
    assert proposal["recorded"] is True
    decision = small.run("approve", proposal["action"])
    assert (decision["recorded"], decision["state"]) == (True, "approved")
    executed = small.run("execute")

    assert executed["settled"] == {proposal["action"]: "executed"}
    assert executed["waiting"] == 0
    assert case not in {case["id"] for case in small.run("cycle")["cases"]}
    log = (small.home / "profiles" / "small" / "world" / "commands.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["key"] for line in log.splitlines()] == [f"{proposal['action']}-1"]
