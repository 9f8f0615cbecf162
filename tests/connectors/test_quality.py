"""The quality scale: tiers follow from proofs, proofs exist, and the page says what the manifests say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from connectors.quality import RULES, Tier, parse_quality
from domain.errors import BadInputError
from tests.support.source_tree import REPOSITORY

SERVICE = "tests/connectors/test_service_client_contract.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "connectors_page", REPOSITORY / ".ci" / "connectors_page.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def manifest(tier: str, proven: list[str], exempt: str = "") -> str:
    """A quality table that proves these rules by a page."""
    proofs = "\n".join(f'{name} = "docs/connectors.md"' for name in proven)
    return f'[quality]\ntier = "{tier}"\n[quality.proof]\n{proofs}\n[quality.exempt]\n{exempt}\n'


def names(*tiers: Tier) -> list[str]:
    """The rules of these tiers."""
    return [rule.name for rule in RULES if rule.tier in tiers]


def test_the_page_is_what_the_manifests_say_and_every_proof_exists() -> None:
    ran = subprocess.run(
        [sys.executable, ".ci/connectors_page.py", "--check"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_connector_is_at_least_silver(script: ModuleType) -> None:
    tiers = {name: quality.reached for name, (_, quality) in script.manifests().items()}
    assert set(tiers) >= {"tryton", "service_client", "edi", "files"}
    assert all(tier in {Tier.SILVER, Tier.GOLD, Tier.PLATINUM} for tier in tiers.values()), tiers


def test_a_tier_needs_all_rules_below_it() -> None:
    assert parse_quality(manifest("none", [])).reached is Tier.NONE
    assert parse_quality(manifest("bronze", names(Tier.BRONZE))).reached is Tier.BRONZE
    silver = names(Tier.BRONZE, Tier.SILVER)
    assert parse_quality(manifest("silver", silver)).reached is Tier.SILVER
    assert parse_quality(manifest("none", silver[1:])).reached is Tier.NONE
    exempt = f'{silver[0]} = "It has none."'
    assert parse_quality(manifest("silver", silver[1:], exempt)).reached is Tier.SILVER
    assert parse_quality(manifest("silver", names(*Tier))).reached is Tier.PLATINUM


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (manifest("gold", ["no_such_rule"]), "no rule 'no_such_rule'"),
        (manifest("tin", []), "tin"),
        (manifest("none", [], 'contract = ""'), "contract says nothing"),
        (manifest("none", ["contract"], 'contract = "x"'), "proven and exempt"),
        ("", "quality"),
    ],
)
def test_a_wrong_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInputError, match=why):
        parse_quality(text)


@pytest.mark.parametrize(
    ("proof", "why"),
    [
        ("tests/none.py", "no such file"),
        ("tests/connectors/test_quality.py::test_none", "has no test_none"),
        ("tests/connectors/test_edi_contract.py::TestEdi::test_none", "has no test_none"),
        (f"{SERVICE}::TestPortalThroughService::test_an_outage_is_logged_once", "is skipped"),
        ("tests/connectors/test_edi_contract.py::TestEdi::test_replay_is_harmless", ""),
        ("docs/tryton.md", ""),
    ],
)
def test_a_proof_must_be_there_and_run(script: ModuleType, proof: str, why: str) -> None:
    found = script.unproven(proof)
    assert why in found
    assert bool(found) is bool(why)


def test_a_tier_that_is_not_reached_is_a_problem(script: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "connectors" / "files"
    folder.mkdir(parents=True)
    text = (REPOSITORY / "connectors" / "files" / "manifest.toml").read_text(encoding="utf-8")
    (folder / "manifest.toml").write_text(
        text.replace('tier = "gold"', 'tier = "platinum"'), encoding="utf-8"
    )
    found = script.manifests(tmp_path)
    assert list(script.problems(found)) == ["connectors/files: says platinum, reaches gold"]
    assert "oracle is **not done**" in script.table(found)
