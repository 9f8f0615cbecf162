"""Edits that stay at the desk, each with a way back: assigned, seen, snoozed, noted.

What can be taken back by its opposite is done at once; what cannot is held for a moment before it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from views.formatting import duration
from views.language import tr
from views.ports import TowerIntents

HELD_MS: Final = 5_000
MOST: Final = 20
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class _Edit:
    words: str
    back: Callable[[], None]


class LocalEdits(QObject):
    """Does edits and takes the last ones back."""

    #: Something was done that can be taken back, in words.
    done = Signal(str)
    #: Something was taken back, in words.
    undone = Signal(str)

    def __init__(self, intents: TowerIntents, *, held_ms: int = HELD_MS) -> None:
        """Ask the program through ``intents``; ``held_ms`` is how long it holds what has no opposite."""
        super().__init__()
        self._intents = intents
        self._held_ms = held_ms
        self._edits: list[_Edit] = []
        self._held: list[tuple[QTimer, Callable[[], None]]] = []

    # ------------------------------------------------------------------ edits
    def assign(self, case_id: str, user_id: str, before: str) -> None:
        """Make a person the owner of a case that ``before`` owned."""
        self._intents.assign(case_id, user_id)
        words = (
            tr("{case} assigned.", case=case_id) if user_id else tr("{case} has no owner now.", case=case_id)
        )
        self._keep(tr(words, case=case_id), lambda: self._intents.assign(case_id, before))

    def snooze(self, case_id: str, minutes: int) -> None:
        """Let a case rest."""
        self._intents.snooze(case_id, minutes)
        words = tr("{case} rests for {time}.", case=case_id, time=duration(minutes * _MINUTE_S))
        self._keep(words, lambda: self._intents.snooze(case_id, 0))

    def snooze_until_doubled(self, case_id: str) -> None:
        """Let a case rest until twice its money is at stake."""
        self._intents.snooze_until_doubled(case_id)
        words = tr("{case} rests until its money doubles.", case=case_id)
        self._keep(words, lambda: self._intents.snooze(case_id, 0))

    def acknowledge(self, case_id: str) -> None:
        """Say that a case has been seen, in a moment."""
        self._hold(tr("{case} marked as seen.", case=case_id), lambda: self._intents.acknowledge(case_id))

    def add_note(self, case_id: str, text: str) -> None:
        """Write something down about a case, in a moment."""
        self._hold(tr("Note on {case}.", case=case_id), lambda: self._intents.add_note(case_id, text))

    # ------------------------------------------------------------------ back
    def undo(self) -> bool:
        """Take the last edit back; says whether there was one."""
        if not self._edits:
            return False
        edit = self._edits.pop()
        edit.back()
        self.undone.emit(tr("Taken back: {edit}", edit=edit.words))
        return True

    def flush(self) -> None:
        """Do what is held at once: the window closes, or another person takes the desk."""
        held, self._held = self._held, []
        for timer, act in held:
            timer.stop()
            act()
        self._edits.clear()

    def _keep(self, words: str, back: Callable[[], None]) -> None:
        self._edits = [*self._edits[-(MOST - 1) :], _Edit(words, back)]
        self.done.emit(words)

    def _hold(self, words: str, act: Callable[[], None]) -> None:
        if not self._held_ms:
            act()
            return
        timer = QTimer(self)
        timer.setSingleShot(True)
        entry = (timer, act)

        def drop() -> None:
            timer.stop()
            timer.deleteLater()
            self._held = [each for each in self._held if each is not entry]

        edit = _Edit(words, drop)

        def run() -> None:
            drop()
            self._edits = [each for each in self._edits if each is not edit]
            act()

        timer.timeout.connect(run)
        self._held.append(entry)
        self._edits = [*self._edits[-(MOST - 1) :], edit]
        timer.start(self._held_ms)
        self.done.emit(words)
