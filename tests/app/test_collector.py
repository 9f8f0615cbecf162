"""What the window freed goes back to the system."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from app.collector import give_back

PIECE_BYTES = 2_000
PIECES = 40_000
MIB = 2**20


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give back by themselves")
def test_gaps_between_what_stays_are_given_back() -> None:
    pieces = [bytes(PIECE_BYTES) for _ in range(PIECES)]
    # What lies behind the gaps keeps the library from giving them back when they are freed.
    last = [bytes(PIECE_BYTES) for _ in range(100)]
    pieces.clear()
    before = resident_bytes()
    give_back()
    assert before - resident_bytes() > PIECES * PIECE_BYTES // 2
    assert len(last) == 100
