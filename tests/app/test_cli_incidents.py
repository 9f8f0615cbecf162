"""The command line over incidents, silences and the life of a case, on a mirror with a few cases."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.cli.parser import parse
from app.identifiers import UlidSource
from app.services.case_life import CaseLife
from app.services.incidents import Incidents
from app.tower_cases import TowerCases
from domain.errors import TowerError
from domain.ids import EntityKind
from tests.support.case_book import CaseBook, case_books
from tests.support.fake_connector import FakeClock

Run = Callable[..., str]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseBook]:
    with case_books(tmp_path, "one") as books:
        for number in (1, 2, 3):
            books[0].open(
                "OE-PRICE",
                EntityKind.ORDER_LINE,
                f"SO-{number}/1",
                correlation_key="price:C1:I1" if number < 3 else "price:C2:I1",
                node_id="MEM",
                title=f"Line {number} priced wrong",
            )
        books[0].correlate()
        yield books[0]


@pytest.fixture
def run(book: CaseBook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line on the book; what it prints."""
    clock = FakeClock()
    parts: Any = SimpleNamespace(
        mirror=book.mirror,
        clock=clock,
        ids=UlidSource(clock=clock, random_bits=random.Random(1).getrandbits),
        profile=SimpleNamespace(first_with_role=lambda _role: SimpleNamespace(user="a.moreno")),
    )
    cases = TowerCases(
        parts=parts,
        life=CaseLife(mirror=book.mirror, clock=clock, ids=parts.ids),
        incidents=Incidents(mirror=book.mirror, clock=clock),
    )
    tower = SimpleNamespace(parts=parts, cases=cases, case=cases.life.case)

    @contextmanager
    def running(_name: str) -> Iterator[SimpleNamespace]:
        yield tower

    monkeypatch.setattr("app.cli.incidents.running_tower", running)

    def command(*arguments: str) -> str:
        options = parse(arguments)
        assert options.run(options) == 0
        return capsys.readouterr().out

    return command


def case_ids(run: Run) -> list[str]:
    listed = json.loads(run("incidents", "--json"))["incidents"]
    return [member["case"] for incident in listed for member in incident["members"]]


def test_incidents_are_listed_with_money_action_and_why(run: Run) -> None:
    first, second = json.loads(run("incidents", "--json"))["incidents"]
    assert [len(i["members"]) for i in (first, second)] == [2, 1]
    assert first["money_at_risk_cents"] == 20_000
    assert first["members"][0]["why"] == "It has the key price:C1:I1 (version 1)."
    assert first["key"] == "price:C1:I1@1"
    text = run("incidents").splitlines()
    assert text[0].startswith(first["id"])
    assert "2 cases, 0 orders, 0 lines, 200.00 at risk." in text[0]
    assert text[1].strip().startswith(first["members"][0]["case"])


def test_a_case_is_acted_upon_by_name_and_shown_with_its_history(run: Run) -> None:
    case = case_ids(run)[0]
    assert json.loads(run("case", case))["state"] == "open"
    assert json.loads(run("case", case, "ack"))["owner"] == "a.moreno"
    waiting = json.loads(run("case", case, "--as", "b.ito", "wait", "the customer", "--hours", "4"))
    assert (waiting["state"], waiting["waiting_on"]) == ("waiting", "the customer")
    assert json.loads(run("case", case, "resume"))["state"] == "in_progress"
    assert json.loads(run("case", case, "snooze", "--doubled"))["snooze_loss_cents"] == 10_000
    assert json.loads(run("case", case, "snooze"))["snoozed_until"] is None
    denied = json.loads(run("case", case, "false-positive", "--reason", "agreed"))
    assert denied["state"] == "false_positive"
    assert [(e["kind"], e["by"]) for e in denied["history"]][:2] == [
        ("moved", "a.moreno"),
        ("moved", "b.ito"),
    ]


def test_cases_are_merged_split_and_grouped_by_cause_again(run: Run) -> None:
    one, _, lone = case_ids(run)
    merged = json.loads(run("case", lone, "merge", one, "--reason", "one list"))
    assert len(merged["incident"]["members"]) == 3
    assert merged["why"] == "a.moreno put it here: one list"
    split = json.loads(run("case", lone, "split", "--reason", "no"))
    assert len(split["incident"]["members"]) == 1
    assert json.loads(run("case", lone, "regroup"))["incident"]["key"] == "price:C2:I1@1"
    with pytest.raises(TowerError, match="reason"):
        run("case", lone, "merge", one)


def test_a_silence_hides_the_type_at_the_node_is_listed_and_ended(run: Run) -> None:
    case = case_ids(run)[0]
    hidden = json.loads(run("case", case, "silence", "--days", "2", "--reason", "list is wrong"))
    (silence,) = json.loads(run("silences"))["silences"]
    assert hidden["suppressed_by"] == silence["id"]
    assert (silence["code"], silence["node"], silence["by"]) == ("OE-PRICE", "MEM", "a.moreno")
    assert json.loads(run("silences", "--end", silence["id"]))["silences"] == []
    assert json.loads(run("case", case))["suppressed_by"] == ""
