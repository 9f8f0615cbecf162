"""Every text of the window that a person reads, found in its sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.source_tree import room_sources

_SPEAKS = frozenset({"tr", "noted"})
#: Texts that the window shows and other rooms say: titles of tiles, names of roles.
_SAID_ELSEWHERE = (
    "Proposal",
    "Decision",
    "Beginning",
    "Word on a doubt",
    "Execution",
    "Ending",
)
#: Files outside the views that speak to a person through ``tr`` and ``noted``.
_OUTSIDE = ("app/read_models/", "app/first_run_fields.py")
_WORD = re.compile(r"[A-Za-z]{2,}")


def window_texts() -> frozenset[str]:
    """The texts given to ``tr`` and ``noted``, and the nouns that are counted, in both numbers."""
    found = set(_SAID_ELSEWHERE)
    for file in room_sources():
        if file.room == "views" or file.path.startswith(_OUTSIDE):
            found |= set(_texts(file.tree))
    return frozenset(found)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _SPEAKS and (text := _literal(node.args[0])):
            yield text
        elif name == "counted" and len(node.args) > 1 and (noun := _literal(node.args[1])):
            yield f"1 {noun}"
            yield f"{{number}} {noun}s"
        elif name == "Field":
            yield from (_literal(each.value) for each in node.keywords if each.arg == "title")


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_words(text: str) -> bool:
    """Whether a text looks like words for a person: letters, and a blank or a capital."""
    return bool(_WORD.search(text)) and (" " in text or text[:1].isupper())
