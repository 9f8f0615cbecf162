"""Files as they may lie on a disk after the power went: from recorded writes, at any moment, in any order.

Of each file everything up to its last sync is there. What was written after it may be there, may be missing,
and may be there in part: sector by sector, in no order.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from tests.support.recorded_writes import Call

SECTOR = 512


class Disk:
    """Files while their calls are replayed: what is durable, and what may or may not be."""

    def __init__(self, before: dict[str, bytes]) -> None:
        """Begin with these files, all of them durable."""
        self.durable = {path: bytearray(data) for path, data in before.items()}
        self.pending: dict[str, list[Call]] = {}
        self.deleted: dict[str, bytearray] = {}
        self.marks: list[str] = []

    def replay(self, call: Call, *, syncs: bool = True) -> None:
        """Let one call happen. Without ``syncs`` the disk lies: asked to make it durable, it does not."""
        if call.kind == "mark":
            self.marks.append(call.path)
        elif call.kind == "delete":
            # Until the folder is synced too, the file may be back after the power cut.
            self.deleted[call.path] = self.durable.pop(call.path, bytearray())
            self.pending.pop(call.path, None)
        elif call.kind != "sync":
            self.deleted.pop(call.path, None)
            self.pending.setdefault(call.path, []).append(call)
        elif syncs:
            data = self.durable.setdefault(call.path, bytearray())
            for each in self.pending.pop(call.path, []):
                apply(data, each)

    def after_power_cut(self, chance: random.Random) -> dict[str, bytes]:
        """One of the states that the files may be in now."""
        found = {path: bytearray(data) for path, data in self.durable.items()}
        found |= {path: bytearray(data) for path, data in self.deleted.items() if chance.random() < 0.5}
        for path, calls in self.pending.items():
            data = found.setdefault(path, bytearray())
            for call in _kept(calls, chance):
                apply(data, call)
        return {path: bytes(data) for path, data in found.items()}


def apply(data: bytearray, call: Call) -> None:
    """Let a write or a truncation take effect."""
    if call.kind == "truncate":
        del data[call.at :]
        return
    data.extend(bytes(max(0, call.at - len(data))))
    data[call.at : call.at + len(call.data)] = call.data


def _kept(calls: Sequence[Call], chance: random.Random) -> list[Call]:
    """Which of the unsynced calls took effect: a beginning of them, or any, or any of their sectors."""
    manner = chance.choice(("beginning", "any", "sectors", "torn"))
    if manner == "beginning":
        return list(calls[: chance.randint(0, len(calls))])
    if manner == "any":
        return [call for call in calls if chance.random() < 0.5]
    if manner == "torn":
        whole = list(calls[: chance.randint(0, len(calls))])
        rest = calls[len(whole) : len(whole) + 1]
        return whole + [_cut(call, chance) for call in rest]
    sectors = [each for call in calls for each in _sectors(call)]
    return [each for each in sectors if chance.random() < 0.5]


def _cut(call: Call, chance: random.Random) -> Call:
    return Call(call.kind, call.path, call.at, call.data[: chance.randint(0, len(call.data))])


def _sectors(call: Call) -> list[Call]:
    if call.kind == "truncate":
        return [call]
    parts, at, rest = [], call.at, call.data
    while rest:
        size = SECTOR - at % SECTOR
        parts.append(Call(call.kind, call.path, at, rest[:size]))
        at, rest = at + size, rest[size:]
    return parts


def lay_out(files: dict[str, bytes], folder: Path) -> None:
    """Write a state into a folder, by the last names of its files."""
    for old in folder.iterdir():
        old.unlink()
    for path, data in files.items():
        (folder / Path(path).name).write_bytes(data)
