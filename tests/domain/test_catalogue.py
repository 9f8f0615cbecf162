"""The catalogue is complete in itself, and its page says what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from domain.catalogue.case_type import CaseType
from domain.catalogue.types import CASE_TYPES, case_type
from domain.errors import BadInputError

REPOSITORY = Path(__file__).parent.parent.parent


def test_codes_are_distinct_and_found() -> None:
    codes = [kind.code for kind in CASE_TYPES]
    assert len(set(codes)) == len(codes) == 70
    assert [case_type(code) for code in codes] == list(CASE_TYPES)


def test_an_unknown_code_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInputError, match="AL-SHORT"):
        case_type("XX-NONE")


@pytest.mark.parametrize("kind", CASE_TYPES, ids=lambda kind: kind.code)
def test_children_of_a_root_exist(kind: CaseType) -> None:
    assert all(case_type(code).root for code in kind.parents)
    assert {case_type(code).code for code in kind.inhibits} == set(kind.inhibits)


def test_the_page_is_made_from_the_catalogue() -> None:
    checked = subprocess.run(
        [sys.executable, ".ci/catalogue_page.py", "--check"], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout.decode()
