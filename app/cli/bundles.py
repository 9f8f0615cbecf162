"""Trails for others: export one as a file, verify such a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.cli.running import running_tower
from app.profile import PROFILE_FILE
from app.services.recommend.recommend import SHORTAGES
from app.signing.verifier.report import answer
from domain.errors import BadInputError, ConflictError, RefusedError, UnavailableError
from domain.recommendations import Remedy

if TYPE_CHECKING:
    from app.tower import Tower

_DEMO = """\
name = "trail"
kind = "demo"
demo_pin = "demo-tower-2026"

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


def export(options: argparse.Namespace) -> int:
    """Write the trail of actions (none named: of the whole log) to a file that anybody can verify."""
    if options.demo:
        with TemporaryDirectory(prefix="control-tower-trail-") as folder:
            (Path(folder) / PROFILE_FILE).write_text(_DEMO, encoding="utf-8")
            with running_tower(folder) as tower:
                _make_trail(tower)
                return _write(tower, (), Path(options.out))
    with running_tower(options.profile) as tower:
        return _write(tower, tuple(options.action), Path(options.out))


def verify(options: argparse.Namespace) -> int:
    """Hand the command line on to the verifier, which stands alone."""
    return answer(options)


def _write(tower: Tower, action_ids: tuple[str, ...], file: Path) -> int:
    data, fingerprint = tower.afterwards.export_bundle(action_ids)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise BadInputError(
            what=f"The bundle cannot be written to {file} ({error.strerror}).", remedy="Choose another file."
        ) from error
    sys.stdout.write(f"{file}: {len(data)} bytes\n")
    sys.stdout.write(f"verify it: control-tower verify {file} --root-fingerprint {fingerprint}\n")
    return 0


def _make_trail(tower: Tower) -> None:
    """Lead one case of the demo's world from its detection to its outcome."""
    tower.sync_all()
    planner = tower.parts.profile.first_with_role("planner").user
    supervisor = tower.parts.profile.first_with_role("supervisor").user
    # Those that a solver works out come first: their trail shows the most.
    for case in sorted(tower.queue(), key=lambda each: each.code not in SHORTAGES):
        try:
            best = next((o for o in tower.recommend(case.case_id).options if o.recommended), None)
            if best is None or best.remedy is Remedy.DO_NOTHING:
                continue
            entry = tower.propose(case.case_id, best.option_id, planner, "")
        except (ConflictError, RefusedError, BadInputError):
            continue
        tower.settle()
        tower.decide(entry.action_id, supervisor, approve=True, reason="")
        tower.settle()
        tower.settle()
        if tower.parts.ledger.approval(entry.action_id).state == "executed":
            return
    raise UnavailableError(
        what="The demo's world has no case that can be led to its end.", remedy="Try again."
    )
