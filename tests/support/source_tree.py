"""The files of the repository and their syntax trees, for the tests that keep the house."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
ROOMS = ("app", "views", "domain", "optimization", "connectors", "resources")

FUNCTION_TYPES = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: its path from the repository's root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """Give the top-level folder."""
        return self.path.split("/", maxsplit=1)[0]

    def at(self, node: ast.AST, finding: str) -> str:
        """Say where and what, as file:line."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {finding}"


def source(path: str, text: str) -> Source:
    """Read a text as a Python file."""
    return Source(path=path, text=text, tree=ast.parse(text, path))


@lru_cache(maxsize=1)
def repository_files() -> tuple[str, ...]:
    """List what git tracks or would track (ignored files are nobody's), without files that are gone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    return tuple(sorted({path for path in listed.split("\0") if path and (REPOSITORY / path).is_file()}))


@lru_cache(maxsize=1)
def python_sources() -> tuple[Source, ...]:
    """Read every Python file of the repository."""
    return tuple(
        source(path, (REPOSITORY / path).read_text(encoding="utf-8"))
        for path in repository_files()
        if path.endswith(".py")
    )


def room_sources() -> list[Source]:
    """Give the program's own files: the six rooms, without tests and benchmarks."""
    return [each for each in python_sources() if each.room in ROOMS]


def definitions(tree: ast.AST, outer: str = "") -> Iterator[tuple[str, Function | ast.ClassDef, ast.AST]]:
    """Walk functions and classes as (dotted name, node, the node that holds it)."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (*FUNCTION_TYPES, ast.ClassDef)):
            name = f"{outer}.{child.name}" if outer else child.name
            yield name, child, tree
            yield from definitions(child, name)
        else:
            yield from definitions(child, outer)


def functions(tree: ast.AST) -> Iterator[tuple[str, Function]]:
    """Walk the functions and methods."""
    for name, node, _ in definitions(tree):
        if isinstance(node, FUNCTION_TYPES):
            yield name, node


def dotted(node: ast.expr) -> str:
    """Write a name or an attribute chain as text ("datetime.datetime.now"); empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


def imported_names(tree: ast.AST) -> dict[str, str]:
    """Map each name that an import binds to what it stands for: {"dt": "datetime.datetime"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
                else:
                    names[alias.name.split(".")[0]] = alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def resolved(node: ast.expr, names: dict[str, str]) -> str:
    """Write a name chain with its import spelled out ("dt.now" as "datetime.datetime.now")."""
    chain = dotted(node)
    head, _, rest = chain.partition(".")
    head = names.get(head, head)
    return f"{head}.{rest}" if rest else head


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Walk every imported module, as its full dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node
