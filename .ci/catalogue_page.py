"""Writes docs/exceptions.md from the catalogue; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from domain.catalogue.case_type import CaseType, Stage, StandardAction  # noqa: E402 - the checkout must be on the path first
from domain.catalogue.types import CASE_TYPES  # noqa: E402

PAGE = ROOT / "docs" / "exceptions.md"
HEAD = """# Exception types

Made from `domain/catalogue/` by `make catalogue`; change it there. Limits and tolerances are policy
(`resources/policy/detection/`), not part of a type.

A **root** may be the cause of other cases: theirs then hang under it, and what it **mutes** is still seen
and counted but told to nobody. **Clocks** are acknowledge / resolve. Cases with the same **key** belong to
one incident; `@1` is the key's version, by which open incidents keep the grouping they began with. **Hold**
is how long a condition must last before it is shown, and **clean looks** how many in a row must find it gone
before the case clears. An action *by* a remedy is worked out and, once signed, carried out by the tower
(decision rights speak of that remedy); any other is for a person. **Reserved** types have their place here
and no rule yet.
"""

STAGE_TITLES = {
    Stage.ORDER_ENTRY: "Order entry",
    Stage.ALLOCATION: "Allocation and supply",
    Stage.WAREHOUSE: "Warehouse",
    Stage.TRANSPORT: "Transport",
    Stage.INVOICING: "Invoicing and service",
    Stage.RETURNS: "Returns",
    Stage.DATA_QUALITY: "Data quality and integration",
    Stage.GOVERNANCE: "Governance",
}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_overview(), *(line for stage in Stage for line in _stage(stage))])


def _overview() -> Iterator[str]:
    reserved = sum(kind.reserved for kind in CASE_TYPES)
    yield f"{len(CASE_TYPES)} types, {reserved} of them reserved."
    yield ""
    yield "| stage | types |"
    yield "|---|---|"
    for stage in Stage:
        codes = ", ".join(f"[{kind.code}](#{_anchor(kind)})" for kind in CASE_TYPES if kind.stage is stage)
        yield f"| {STAGE_TITLES[stage]} | {codes} |"
    yield ""


def _stage(stage: Stage) -> Iterator[str]:
    yield f"## {STAGE_TITLES[stage]}"
    yield ""
    for kind in CASE_TYPES:
        if kind.stage is stage:
            yield from _type(kind)


def _type(kind: CaseType) -> Iterator[str]:
    yield f"### {kind.code}"
    yield ""
    marks = [mark for mark, holds in (("root", kind.root), ("reserved", kind.reserved)) if holds]
    yield f"**{kind.title}** of {_words(kind.entity)}{''.join(f' · **{mark}**' for mark in marks)}"
    yield ""
    yield from (f"- {name}: {what}" for name, what in _facts(kind) if what)
    yield ""


def _facts(kind: CaseType) -> Iterator[tuple[str, str]]:
    yield "Detected when", kind.detected_when
    yield "Clears when", kind.clears_when
    yield "Actions", "; ".join(_action(each) for each in kind.actions)
    yield "Clocks", f"{_duration(kind.acknowledge_minutes)} / {_duration(kind.resolve_minutes)}"
    yield "Key", f"`{kind.correlation}` @{kind.correlation_version}"
    yield "May be caused by", ", ".join(kind.parents)
    yield "Mutes", ", ".join(kind.inhibits)
    yield "Hold", _duration(kind.hold_minutes) if kind.hold_minutes else ""
    yield "Clean looks", str(kind.clean_checks) if kind.clean_checks > 1 else ""
    yield "Evidence", ", ".join(kind.evidence)
    yield "Severity by", ", ".join(kind.severity_inputs)
    yield "Version", str(kind.version) if kind.version > 1 else ""


def _action(action: StandardAction) -> str:
    remedy = "" if action.remedy is None else f", by *{_words(action.remedy)}*"
    return f"{action.label} ({_words(action.right)}, {action.effort_minutes} min{remedy})"


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _anchor(kind: CaseType) -> str:
    return kind.code.lower()


def _duration(minutes: int) -> str:
    if minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)} d"
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
