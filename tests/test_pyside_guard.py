"""PySide6 6.12.0 loses a reference to None on every void call under Python 3.10 and 3.11; ours must not."""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec

from PySide6.QtGui import QPainterPath

CALLS = 1000
# What else the interpreter may do to the count of None while the loop runs.
SLACK = 100


def test_a_void_call_keeps_the_reference_count_of_none() -> None:
    path = QPainterPath()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        path.moveTo(1.0, 2.0)
    assert sys.getrefcount(None) - before > -SLACK


def test_qt_is_the_pinned_version() -> None:
    assert version("PySide6-Essentials") == "6.11.3"
    assert version("shiboken6") == "6.11.3"


def test_the_plain_text_keyring_is_not_installed() -> None:
    assert find_spec("keyrings") is None
