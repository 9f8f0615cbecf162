"""``control-tower self-check``: the live solver, a shadow run and a what-if give the same answers here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.bootstrap import monotonic_seconds


def self_check(options: argparse.Namespace) -> int:
    """Send seeded problems through every door of the solver; 1 if one answers differently."""
    from optimization.parity import check_parity

    found = check_parity(monotonic_seconds)
    for parity in found:
        print(f"{'same' if parity.agrees else 'DIFFERENT'}: {parity.problem}")
        for door, digest in parity.answers:
            print(f"  {door:<18} {digest[:16]}")
    if options.json:
        told = [
            {"problem": parity.problem, "agrees": parity.agrees, "answers": dict(parity.answers)}
            for parity in found
        ]
        Path(options.json).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0 if all(parity.agrees for parity in found) else 1
