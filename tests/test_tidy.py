"""Keeps the house: every finding names its file and line, and what to do is in the rule that found it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.support import house_rules as rules
from tests.support.source_tree import (
    REPOSITORY,
    ROOMS,
    Source,
    python_sources,
    repository_files,
    room_sources,
    source,
)

Rule = Callable[[Source], Iterable[str]]

TOP_FOLDERS = frozenset({*ROOMS, "tests", "docs", "benchmarks", "requirements", ".ci"})
TOP_FILES = frozenset(
    {"pyproject.toml", "Makefile", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", ".gitignore"}
)

EVERYWHERE: tuple[Rule, ...] = (
    rules.banned_names,
    rules.too_long,
    rules.dangerous_calls,
    rules.unfinished,
)
IN_THE_ROOMS: tuple[Rule, ...] = (
    rules.missing_docstrings,
    rules.clocks_and_chance,
    rules.sql_outside_its_rooms,
    rules.pasted_sql,
    rules.float_money,
    rules.stray_network,
)


def assert_clean(findings: Iterable[str]) -> None:
    """Fail with every finding, one a line."""
    found = list(findings)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_every_file(rule: Rule) -> None:
    assert_clean(finding for file in python_sources() for finding in rule(file))


@pytest.mark.parametrize("rule", IN_THE_ROOMS, ids=lambda rule: rule.__name__)
def test_the_program(rule: Rule) -> None:
    # app/bootstrap.py is the one place that holds the real clock, ids and randomness.
    exempt = {"app/bootstrap.py"} if rule is rules.clocks_and_chance else set()
    assert_clean(finding for file in room_sources() if file.path not in exempt for finding in rule(file))


def test_values_of_the_domain_are_frozen() -> None:
    assert_clean(
        finding
        for file in room_sources()
        if file.room == "domain"
        for finding in rules.loose_dataclasses(file)
    )


def test_the_solver_is_imported_late() -> None:
    assert_clean(
        finding
        for file in room_sources()
        if file.room == "optimization"
        for finding in rules.eager_solver(file)
    )


def test_every_test_asserts() -> None:
    assert_clean(
        finding
        for file in python_sources()
        if file.path.startswith("tests/")
        for finding in rules.silent_tests(file)
    )


def test_nothing_else_lies_at_the_top() -> None:
    tops = {path.split("/")[0] for path in repository_files()}
    assert_clean(
        f"{top}:1: not one of the top-level folders and files"
        for top in sorted(tops - TOP_FOLDERS - TOP_FILES)
    )


def test_packages_do_no_work_when_read() -> None:
    assert_clean(packages_with_work())


def packages_with_work() -> Iterator[str]:
    """Find package files that hold more than their docstring, packages without one, and packages of tests."""
    files = {file.path: file for file in python_sources()}
    for path, file in files.items():
        if path.endswith("__init__.py"):
            if file.room == "tests":
                yield f"{path}:1: tests are no packages"
            elif len(file.tree.body) != 1 or ast.get_docstring(file.tree) is None:
                yield f"{path}:1: holds only a one-line docstring"
        elif file.room in ROOMS and f"{path.rsplit('/', 1)[0]}/__init__.py" not in files:
            yield f"{path}:1: its folder has no __init__.py"
        elif "from __future__ import annotations" not in file.text and len(file.tree.body) > 1:
            yield f"{path}:1: begins with from __future__ import annotations"


def test_every_connector_has_the_same_files() -> None:
    assert_clean(incomplete_connectors())


def incomplete_connectors() -> Iterator[str]:
    """Find connector folders that lack one of their four files or their contract test."""
    for manifest in sorted((REPOSITORY / "connectors").glob("*/manifest.toml")):
        system = manifest.parent.name
        for name in ("__init__.py", "connector.py", "client.py", "mapping.py"):
            if not (manifest.parent / name).is_file():
                yield f"connectors/{system}/manifest.toml:1: its folder has no {name}"
        if not (REPOSITORY / "tests" / "connectors" / f"test_{system}_contract.py").is_file():
            yield f"connectors/{system}/manifest.toml:1: no tests/connectors/test_{system}_contract.py"


def test_every_decision_record_is_indexed() -> None:
    folder = REPOSITORY / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = {path.name for path in folder.glob("[0-9]*.md")}
    indexed = set(re.findall(r"\(([0-9]{4}-[\w-]+\.md)\)", index))
    assert_clean(f"docs/adr/{name}:1: not in docs/adr/README.md" for name in sorted(records - indexed))
    assert_clean(
        f"docs/adr/README.md:1: names {name}, which is not there" for name in sorted(indexed - records)
    )
    numbers = sorted(int(name[:4]) for name in records)
    assert numbers == list(range(1, len(numbers) + 1)), f"docs/adr/README.md:1: numbers {numbers}"


def test_every_migration_has_its_kept_old_database() -> None:
    assert_clean(migrations_without_a_database())


def migrations_without_a_database() -> Iterator[str]:
    """Find Alembic revisions for which tests/store/old_databases/ keeps no database of that revision."""
    kept = {path.stem for path in (REPOSITORY / "tests" / "store" / "old_databases").glob("*")}
    for file in room_sources():
        if "/migrations/" not in file.path or file.path.endswith("__init__.py"):
            continue
        for node in file.tree.body:
            targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            value = getattr(node, "value", None)
            if [ast.unparse(each) for each in targets] != ["revision"] or not isinstance(value, ast.Constant):
                continue
            if str(value.value) not in kept:
                yield file.at(node, f"no tests/store/old_databases/{value.value!s}.db or .sql")


# Written in two parts, so that this file does not name them.
REGISTRIES = re.compile(
    "|".join(
        re.escape(front + back)
        for front, back in (
            ("pypi.", "org"),
            ("python", "hosted.org"),
            ("registry.npm", "js"),
            ("npmjs.", "com"),
            ("deb.debian.", "org"),
            ("archive.ubuntu.", "com"),
            ("--index-", "url"),
            ("--extra-index-", "url"),
            ("--find-", "links"),
            ("--trusted-", "host"),
        )
    )
)


def test_no_file_names_a_package_registry() -> None:
    assert_clean(registry_names())


def registry_names() -> Iterator[str]:
    """Find the name of a package registry in any text file."""
    for path in repository_files():
        data = (REPOSITORY / path).read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            if REGISTRIES.search(line):
                yield f"{path}:{number}: names a package registry"


def test_every_locked_package_has_its_hashes() -> None:
    assert_clean(unlocked_packages())


def unlocked_packages() -> Iterator[str]:
    """Find packages in the locks with no exact version or no hash, or that must never be installed."""
    for path in sorted((REPOSITORY / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            package = line.split(" ")[0]
            if not package or line.lstrip().startswith("#"):
                continue
            if "==" not in package or "--hash=sha256:" not in line:
                yield f"requirements/{path.name}: {package} is not pinned with hashes"
            if package.startswith(("keyrings", "pyside6-addons", "pyqt5", "pyqt6")):
                yield f"requirements/{path.name}: {package} must not be installed"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.banned_names, "class CaseManager:\n    pass"),
        (rules.banned_names, "def load_utils():\n    pass"),
        (rules.too_long, "def long():\n" + "    x = 1\n" * 61),
        (rules.too_long, "x = 1\n" * 421),
        (rules.missing_docstrings, '"""Doc."""\ndef public():\n    return 1'),
        (rules.clocks_and_chance, "import time\nt = time.time()"),
        (rules.clocks_and_chance, "from datetime import datetime as dt\nnow = dt.now"),
        (rules.clocks_and_chance, "from uuid import uuid4\nmake = uuid4"),
        (rules.clocks_and_chance, "import random\nx = random.choice([1])"),
        (rules.clocks_and_chance, "import random\nr = random.Random()"),
        (rules.clocks_and_chance, "t = QDateTime.currentDateTimeUtc()"),
        (rules.sql_outside_its_rooms, "q = 'SELECT a FROM b WHERE c'"),
        (rules.pasted_sql, "text(f'SELECT a FROM {table}')"),
        (rules.pasted_sql, "connection.execute('SELECT a FROM b WHERE c = %s' % c)"),
        (rules.dangerous_calls, "import pickle"),
        (rules.dangerous_calls, "import subprocess\nsubprocess.run('ls', shell=True)"),
        (rules.dangerous_calls, "client(verify=False)"),
        (rules.dangerous_calls, "eval('1')"),
        (rules.dangerous_calls, "from keyrings.alt import file"),
        (rules.unfinished, "# TO" + "DO: later"),
        (rules.unfinished, "raise NotImplemented" + "Error"),
        (rules.float_money, "freight_cost_cents: float = 1.0"),
        (rules.loose_dataclasses, "@dataclass(frozen=True)\nclass A:\n    x: int"),
        (rules.eager_solver, "from ortools.sat.python import cp_model"),
        (rules.silent_tests, "def test_it():\n    run()"),
        (rules.stray_network, "import urllib.request"),
        (rules.stray_network, "from http.server import HTTPServer"),
    ],
)
def test_a_rule_finds_what_it_forbids(rule: Rule, text: str) -> None:
    assert list(rule(source("app/sample.py", text)))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            rules.clocks_and_chance,
            "import random\ndef roll(chance: random.Random) -> int:\n    return chance.random()",
        ),
        (rules.clocks_and_chance, "import random\nr = random.Random(7)"),
        (rules.clocks_and_chance, "from datetime import datetime\nd = datetime(2026, 1, 1)"),
        (rules.pasted_sql, "text('SELECT a FROM b WHERE c = :c')"),
        (rules.silent_tests, "def check_all():\n    assert 1\ndef test_it():\n    check_all()"),
        (rules.silent_tests, "def test_it():\n    with pytest.raises(ValueError):\n        run()"),
        (rules.eager_solver, "def build():\n    from ortools.sat.python import cp_model"),
        (rules.float_money, "freight_cost_cents: int = 1"),
        (rules.banned_names, "class Pagination:\n    pass"),
    ],
)
def test_a_rule_lets_good_code_pass(rule: Rule, text: str) -> None:
    assert not list(rule(source("app/sample.py", text)))
