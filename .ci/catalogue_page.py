"""Writes docs/exceptions.md from the catalogue; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from domain.catalogue.types import CASE_TYPES  # noqa: E402 - the checkout must be on the path first

PAGE = ROOT / "docs" / "exceptions.md"
HEAD = """# Exception types

Made from `domain/catalogue/types.py` by `make catalogue`; change it there. Clocks are acknowledge / resolve.

| code | what | detected when | clears when | remedies (default right) | clocks | grouped by |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = []
    for kind in CASE_TYPES:
        remedies = "; ".join(
            f"{a.label} ({a.right.replace('_', ' ')})" for a in kind.actions
        )
        title = f"{kind.title} **(root)**" if kind.root else kind.title
        clocks = f"{_duration(kind.acknowledge_minutes)} / {_duration(kind.resolve_minutes)}"
        rows.append(
            f"| {kind.code} | {title} | {kind.detected_when} | {kind.clears_when} "
            f"| {remedies or 'none: repair the feed'} | {clocks} | `{kind.correlation}` |"
        )
    return HEAD + "\n".join(rows) + "\n"


def _duration(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def main() -> int:
    """Write the page, or check it; gives the exit code."""
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != page():
            print("docs/exceptions.md is not what the catalogue says: run make catalogue.")
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
