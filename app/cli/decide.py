"""``control-tower decide``: one decision from a file, its options as a table or as JSON."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import msgspec

from domain.errors import BadInputError
from optimization.decision.problem import DecisionLine, DecisionProblem, Service, Way

ROWS = {"lines": DecisionLine, "ways": Way, "services": Service}


def decide_file(options: argparse.Namespace) -> int:
    """Weigh the ways of a problem file against each other and print the options, recommended first."""
    from optimization.decision.decide import decide

    problem = read_problem(Path(options.problem))
    outcome = decide(problem, options.seed)
    if options.json:
        told = {
            "problem_digest": outcome.problem_digest,
            "complete": outcome.complete,
            "seed": outcome.seed,
            "options": [asdict(option) for option in outcome.options],
        }
        Path(options.json).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{'cost':>12}{'late':>8}{'left':>6}{'moved':>7}{'arrives':>9}  option")
    for option in outcome.options:
        effect = option.effect
        carrier = ("other carrier",) if option.changes_carrier else ()
        name = ", ".join((*option.labels, *option.kinds, *carrier))
        day = "-" if effect.last_arrival_day is None else f"day {effect.last_arrival_day}"
        print(
            f"{effect.total_cents / 100:>12,.2f}{effect.lateness_unit_days:>8}{effect.unfilled_units:>6}"
            f"{effect.disturbance:>7}{day:>9}  {name or 'nothing ships'}"
        )
    return 0


def read_problem(path: Path) -> DecisionProblem:
    """The problem of a JSON file.

    Raises:
        BadInputError: the file cannot be read, or a field is missing, unknown or cannot be true.
    """
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise BadInputError(
            what=f"{path} cannot be read: {error}.", remedy="Give a JSON file of a decision."
        ) from error
    _refuse_unknown(found, path)
    try:
        return msgspec.convert(found, DecisionProblem)
    except msgspec.ValidationError as error:
        raise BadInputError(what=f"{path}: {error}.", remedy="Correct the field and try again.") from error


def _refuse_unknown(found: Any, path: Path) -> None:  # noqa: ANN401 - whatever the file holds
    if not isinstance(found, dict):
        raise BadInputError(what=f"{path} holds no object.", remedy="Give a JSON object with the decision.")
    groups: list[tuple[str, type, Any]] = [("", DecisionProblem, found)]
    for name, kind in ROWS.items():
        rows = found.get(name, [])
        groups += [(f"{name}[{n}].", kind, row) for n, row in enumerate(rows) if isinstance(row, dict)]
    for where, kind, row in groups:
        unknown = sorted(row.keys() - {field.name for field in fields(kind)})
        if unknown:
            raise BadInputError(
                what=f"{path}: {where}{unknown[0]} is no field.",
                remedy=f"Its fields are {', '.join(field.name for field in fields(kind))}.",
            )
