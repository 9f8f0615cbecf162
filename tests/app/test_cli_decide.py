"""``control-tower decide``: options of a file, and files that cannot be true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main

PROBLEM: dict[str, Any] = {
    "order_id": "SO-1",
    "promised_day": 2,
    "max_shipments": 2,
    "ship_complete": False,
    "last_ship_day": 10,
    "lines": [{"line_id": "L1", "quantity": 10, "unit_grams": 1000, "unfilled_cents_per_unit": 5000}],
    "ways": [
        {"way_id": "here", "line_id": "L1", "kind": "ship", "node_id": "MEM", "ready_day": 0, "units": 4},
        {
            "way_id": "there",
            "line_id": "L1",
            "kind": "reallocate",
            "node_id": "DFW",
            "ready_day": 0,
            "units": 9,
        },
    ],
    "services": [
        {
            "service_id": "GND",
            "node_id": node,
            "fixed_cents": 1000,
            "cents_per_kg": 20,
            "transit_days": 2,
            "current": node == "MEM",
        }
        for node in ("MEM", "DFW")
    ],
}


def written(folder: Path, problem: object) -> str:
    path = folder / "problem.json"
    path.write_text(json.dumps(problem), encoding="utf-8")
    return str(path)


def test_options_are_told_recommended_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tmp_path / "options.json"
    assert main(["decide", "--problem", written(tmp_path, PROBLEM), "--json", str(told)]) == 0
    first = capsys.readouterr().out.splitlines()[1]
    options = json.loads(told.read_text(encoding="utf-8"))["options"]
    assert "cheapest" in first
    assert options[0]["effect"]["freight_cents"] == 2_200
    assert sum(move["units"] for move in options[0]["moves"]) == 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "red"}, "colour is no field"),
        ({"max_shipments": "two"}, "max_shipments"),
        ({"lines": [{**PROBLEM["lines"][0], "unitz": 1}]}, r"lines\[0\].unitz is no field"),
        ({"lines": [{**PROBLEM["lines"][0], "quantity": -1}]}, "line L1 quantity is -1"),
    ],
)
def test_a_file_that_cannot_be_true_is_refused_by_field(
    change: dict[str, Any], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decide", "--problem", written(tmp_path, PROBLEM | change)]) != 0
    assert re.search(words, capsys.readouterr().err)
