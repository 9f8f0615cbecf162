"""Every benchmark, one after another: ``python -m benchmarks [--quick] [--json DIR] [NAME …]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def main(arguments: list[str] | None = None) -> int:
    """Run them, each in a process of its own so that none warms up another; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())} (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller inputs, fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="DIR", help="also write DIR/NAME.json for each")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - set(names()))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(names())}")
    if chosen.json is not None:
        chosen.json.mkdir(parents=True, exist_ok=True)
    failed = [name for name in chosen.names or names() if not run(name, chosen.json, quick=chosen.quick)]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def run(name: str, folder: Path | None, *, quick: bool) -> bool:
    """Run one benchmark; whether it came to its end."""
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    command += ["--quick"] if quick else []
    command += ["--json", str(folder / f"{name}.json")] if folder is not None else []
    return subprocess.run(command, cwd=FOLDER.parent, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
