"""Writes the quality table of docs/connectors.md from the manifests, after checking every proof they name.

`--check` only says whether the table is up to date.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from connectors.protocol import Manifest, parse_manifest  # noqa: E402 - the checkout must be on the path first
from connectors.quality import RULES, Quality, Tier, parse_quality  # noqa: E402

PAGE = ROOT / "docs" / "connectors.md"
BEGIN, END = "<!-- quality: begin, by .ci/connectors_page.py -->", "<!-- quality: end -->"
CONTRACT = "tests/support/connector_contract.py"


def manifests(root: Path = ROOT) -> dict[str, tuple[Manifest, Quality]]:
    """Every connector's manifest and quality, by folder name."""
    found = {}
    for path in sorted((root / "connectors").glob("*/manifest.toml")):
        text = path.read_text(encoding="utf-8")
        found[path.parent.name] = parse_manifest(text), parse_quality(text)
    return found


def problems(found: dict[str, tuple[Manifest, Quality]], root: Path = ROOT) -> Iterator[str]:
    """What is wrong: a proof that is not there or is skipped, or a tier that is not the one reached."""
    for name, (_, quality) in found.items():
        for rule, proof in quality.proof.items():
            why = unproven(proof, root)
            if why:
                yield f"connectors/{name}: {rule}: {proof}: {why}"
        if quality.tier is not quality.reached:
            yield f"connectors/{name}: says {quality.tier}, reaches {quality.reached}"


def unproven(proof: str, root: Path = ROOT) -> str:
    """Why a proof proves nothing; empty when it does."""
    file, *names = proof.split("::")
    path = root / file
    if not path.is_file():
        return "there is no such file"
    if not names:
        return ""
    text = path.read_text(encoding="utf-8")
    inside = _definitions(ast.parse(text))
    if names[0] not in inside:
        return f"it has no {names[0]}"
    if len(names) == 1:
        return ""
    node, test = inside[names[0]], names[1]
    if f'"{test}":' in (ast.get_source_segment(text, node) or ""):
        return "it is skipped"
    if test in _definitions(node):
        return ""
    shared = _definitions(ast.parse((root / CONTRACT).read_text(encoding="utf-8")))
    inherits = isinstance(node, ast.ClassDef) and any(
        ast.unparse(b) == "ConnectorContract" for b in node.bases
    )
    return "" if inherits and test in _definitions(shared["ConnectorContract"]) else f"it has no {test}"


def _definitions(tree: ast.AST) -> dict[str, ast.AST]:
    kinds = ast.FunctionDef | ast.ClassDef
    return {node.name: node for node in getattr(tree, "body", []) if isinstance(node, kinds)}


def table(found: dict[str, tuple[Manifest, Quality]]) -> str:
    """The part of the page between the marks."""
    return "\n".join(_lines(found))


def _lines(found: dict[str, tuple[Manifest, Quality]]) -> Iterator[str]:
    yield "| connector | tier | streams | verbs | idempotency |"
    yield "|---|---|---|---|---|"
    for name, (manifest, quality) in found.items():
        streams = ", ".join(stream.name for stream in manifest.streams) or "those of the service"
        verbs = ", ".join(manifest.verbs) or ("those of the service" if not manifest.streams else "none")
        head = f"[{manifest.title}](#{name}) | **{quality.tier}**"
        yield f"| {head} | {streams} | {verbs} | {manifest.idempotency} |"
    yield ""
    yield f"| rule | tier | {' | '.join(found)} |"
    yield f"|---|---|{'---|' * len(found)}"
    for rule in RULES:
        marks = " | ".join(_mark(quality, rule.name) for _, quality in found.values())
        yield f"| {rule.name}: {rule.says} | {rule.tier} | {marks} |"
    yield ""
    for name, (manifest, quality) in found.items():
        yield f"### {name}"
        yield ""
        yield f"{manifest.title}: {quality.tier}."
        yield ""
        yield from (f"- {rule} is proven by `{proof}`" for rule, proof in quality.proof.items())
        yield from (f"- {rule} is exempt: {reason}" for rule, reason in quality.exempt.items())
        missing = [rule for tier in Tier for rule in quality.missing(tier)]
        yield from (f"- {rule} is **not done**" for rule in missing)
        yield ""


def _mark(quality: Quality, rule: str) -> str:
    return "yes" if rule in quality.proof else ("exempt" if rule in quality.exempt else "**no**")


def page(text: str, inside: str) -> str:
    """The page with the part between its marks anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{inside}\n{END}{after}"


def main() -> int:
    """Write the page, or check it; gives the exit code."""
    found = manifests()
    wrong = list(problems(found))
    for line in wrong:
        print(line)
    text = PAGE.read_text(encoding="utf-8")
    made = page(text, table(found))
    if "--check" in sys.argv:
        if made != text:
            print("docs/connectors.md is not what the manifests say: run .ci/connectors_page.py.")
        return 1 if wrong or made != text else 0
    PAGE.write_text(made, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
