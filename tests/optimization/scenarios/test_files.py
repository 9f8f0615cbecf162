"""Scenario files: what is read, what is refused with its number, and the command that solves them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.__main__ import main
from domain.errors import BadInputError
from optimization.backlog.files import write_tables
from optimization.backlog.generate import generate_tables
from optimization.scenarios.files import read_scenarios
from optimization.scenarios.overrides import NodeClosed, Scenario


def written(folder: Path, value: object) -> Path:
    """A scenario file."""
    file = folder / "scenarios.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


CLOSED = [{"name": "closed", "overrides": [{"type": "node_closed", "node": 1, "last_day": 2}]}]


def test_a_file_of_scenarios_is_read(tmp_path: Path) -> None:
    found = read_scenarios(written(tmp_path, CLOSED))
    assert found == (Scenario(name="closed", overrides=(NodeClosed(node=1, last_day=2),)),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "holds no list"),
        ([{"title": "x"}], "Scenario 0 is not a name"),
        ([{"name": 3}], "Scenario 0 has no name"),
        ([{"name": "x", "overrides": [{"type": "flood"}]}], "no known type"),
        ([{"name": "x", "overrides": [{"type": "node_closed", "city": 1}]}], "Scenario 0, node_closed"),
        ([{"name": "x", "overrides": [{"type": "node_closed", "node": -1}]}], "closed node is -1"),
        ([{"name": "x", "overrides": [{"type": "node_closed", "node": "1"}]}], "expected a whole number"),
    ],
)
def test_a_bad_file_is_refused_with_the_number_of_the_scenario(
    tmp_path: Path, value: object, words: str
) -> None:
    with pytest.raises(BadInputError, match=words):
        read_scenarios(written(tmp_path, value))


def test_the_command_compares_every_scenario_with_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tables(generate_tables("D", 60, 4, 1), tmp_path / "backlog")
    file, report = written(tmp_path, CLOSED), tmp_path / "report.json"
    code = main(
        ["scenarios", "--problem", str(tmp_path / "backlog"), "--scenarios", str(file), "--executor", "here",
         "--moves", "50", "--json", str(report)]
    )  # fmt: skip
    (compared,) = json.loads(report.read_text(encoding="utf-8"))
    assert code == 0
    assert compared["scenario"] == "closed"
    assert compared["least_cents"] <= compared["objective_delta_cents"] <= compared["most_cents"]
    assert "closed: " in capsys.readouterr().out


def test_what_names_something_gone_is_left_out_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tables(generate_tables("D", 60, 4, 1), tmp_path / "backlog")
    gone = [{"name": "moved", "overrides": [{"type": "node_closed", "node": 99}]}]
    given = ["scenarios", "--problem", str(tmp_path / "backlog"), "--scenarios", str(written(tmp_path, gone))]
    given += ["--executor", "here", "--moves", "50"]
    assert main(given) == 2
    capsys.readouterr()
    assert main([*given, "--rebase"]) == 0
    assert "moved: left out, " in capsys.readouterr().out
