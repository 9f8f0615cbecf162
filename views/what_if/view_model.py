"""The What-if page between program and screen: scenarios being written, worlds solved, lines to promote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal

from domain.errors import TowerError
from domain.what_if import Change, ChangeKind, WhatIf
from views.language import tr
from views.ports import TowerIntents
from views.what_if.kept import NAME, from_kept, kept_text
from views.what_if.state import (
    JOB_ID,
    FlipRow,
    PlannedMove,
    WhatIfChoices,
    WhatIfContent,
    WhatIfFailed,
    WhatIfOpened,
    WhatIfProgress,
    WhatIfPromoted,
    WhatIfSolved,
    WhatIfWhy,
    WorldView,
)
from views.what_if.words import change_words

MOST_SCENARIOS: Final = 6


class WhatIfViewModel(QObject):
    """Holds the scenarios, which one is chosen, and what became of them."""

    #: What can be named changed.
    choices_changed = Signal()
    #: A scenario was made, changed, chosen or dropped.
    scenarios_changed = Signal()
    #: A solve began, went on, ended or failed.
    solve_changed = Signal()
    #: Another world is looked at.
    world_changed = Signal()
    #: An explanation came, or is wanted.
    why_changed = Signal()
    #: Lines were proposed, or refused.
    promoted_changed = Signal()

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        self.choices: WhatIfChoices | None = None
        self.what_ifs: list[WhatIf] = []
        self.chosen = -1
        self.progress: WhatIfProgress | None = None
        self.failed = ""
        self.solved: WhatIfSolved | None = None
        self.world = 0
        self.why: WhatIfWhy | None = None
        self.why_wanted = ""
        self.why_failed = ""
        self.opened: WhatIfOpened | None = None
        self.promoted: dict[str, str] = {}
        self.promoting = False

    # ------------------------------------------------------------------ from the program
    def apply(self, content: WhatIfContent) -> None:
        """Take what the program has to say."""
        match content:
            case WhatIfChoices():
                self.choices = content
                self.choices_changed.emit()
            case WhatIfProgress():
                self.progress = content
                self.solve_changed.emit()
            case WhatIfSolved():
                self._take_solved(content)
            case WhatIfFailed():
                self._take_failure(content)
            case WhatIfWhy():
                if content.line_id == self.why_wanted and content.world == self.world:
                    self.why, self.why_failed = content, ""
                    self.why_changed.emit()
            case WhatIfOpened():
                self.opened = content
                self.take_over(content.what_if)
            case WhatIfPromoted():
                self.promoting = False
                self.promoted |= {line.line_id: line.why_not for line in content.lines}
                self.promoted_changed.emit()

    def restore(self, kept: Mapping[str, str]) -> None:
        """Take the scenarios kept from an earlier day."""
        self.what_ifs = list(from_kept(kept.get(NAME, "")))[:MOST_SCENARIOS]
        self.chosen = 0 if self.what_ifs else -1
        self.scenarios_changed.emit()

    def _take_solved(self, solved: WhatIfSolved) -> None:
        self.solved, self.progress, self.failed = solved, None, ""
        self.promoted = {}
        self.why, self.why_wanted = None, ""
        self.world = min(max(self.world, 1), len(solved.worlds) - 1)
        self.solve_changed.emit()
        self.world_changed.emit()
        self.why_changed.emit()

    def _take_failure(self, failed: WhatIfFailed) -> None:
        if failed.what == "why":
            self.why_failed = failed.text
            self.why_changed.emit()
            return
        if failed.what == "solve":
            self.progress = None
        self.failed = failed.text
        self.solve_changed.emit()

    # ------------------------------------------------------------------ what is shown
    @property
    def names(self) -> dict[str, str]:
        """What people call nodes, zones and customers."""
        found = self.choices
        if found is None:
            return {}
        return {each.key: each.title for each in (*found.customers, *found.zones, *found.nodes)}

    @property
    def what_if(self) -> WhatIf | None:
        """The chosen scenario."""
        return self.what_ifs[self.chosen] if 0 <= self.chosen < len(self.what_ifs) else None

    @property
    def world_view(self) -> WorldView | None:
        """The world looked at beside the baseline."""
        solved = self.solved
        return solved.worlds[self.world] if solved is not None and self.world < len(solved.worlds) else None

    @property
    def is_solving(self) -> bool:
        """Whether a solve is under way."""
        return self.progress is not None

    @property
    def is_current(self) -> bool:
        """Whether what is shown was solved from the scenarios as they are now."""
        solved = self.solved
        return solved is not None and [w.what_if for w in solved.worlds[1:]] == self.what_ifs

    @property
    def why_not_solve(self) -> str:
        """Why nothing can be solved now; empty when it can."""
        if self.is_solving:
            return "A solve is under way."
        if self.choices is None:
            return tr("The backlog is being read.")
        if not self.choices.open_lines:
            return tr("No open order line can be planned.")
        return "" if self.what_ifs else tr("Make a scenario first.")

    def words_of(self, change: Change) -> str:
        """A change in words."""
        return change_words(change, self.names)

    # ------------------------------------------------------------------ scenarios
    def choose(self, number: int) -> None:
        """Edit another scenario, and look at its world if it is solved."""
        if 0 <= number < len(self.what_ifs) and number != self.chosen:
            self.chosen = number
            self.scenarios_changed.emit()
            if self.solved is not None and number + 1 < len(self.solved.worlds):
                self.look_at(number + 1)

    def add(self) -> None:
        """Make a new scenario; the busiest node closed is where the first one begins."""
        self.take_over(self._fresh())

    def take_over(self, made: WhatIf) -> None:
        """Put a scenario beside the others, under a name of its own."""
        if len(self.what_ifs) >= MOST_SCENARIOS:
            self.failed = tr("{number} scenarios fit side by side: delete one first.", number=MOST_SCENARIOS)
            self.solve_changed.emit()
            return
        taken = {each.name for each in self.what_ifs}
        name, number = made.name, 2
        while name in taken:
            name, number = f"{made.name} {number}", number + 1
        self.what_ifs.append(replace(made, name=name))
        self.chosen = len(self.what_ifs) - 1
        self._changed()

    def copy(self) -> None:
        """Begin another scenario with the changes of the chosen one."""
        if self.what_if is not None:
            self.take_over(self.what_if)

    def drop(self) -> None:
        """Delete the chosen scenario."""
        if self.what_if is not None:
            self.what_ifs.pop(self.chosen)
            self.chosen = min(self.chosen, len(self.what_ifs) - 1)
            self._changed()

    def rename(self, name: str) -> None:
        """Call the chosen scenario otherwise; a blank or taken name changes nothing."""
        what_if = self.what_if
        name = name.strip()
        if what_if is None or not name or name in {each.name for each in self.what_ifs}:
            self.scenarios_changed.emit()
            return
        self._replace(name, what_if.changes)

    def add_change(self, change: Change) -> None:
        """Put a change into the chosen scenario, in place of one of the same thing; makes one if none is."""
        if self.what_if is None:
            self.what_ifs.append(WhatIf(name=self.words_of(change)))
            self.chosen = len(self.what_ifs) - 1
        what_if = self.what_ifs[self.chosen]
        same = (change.kind, change.subject, change.to)
        others = [each for each in what_if.changes if (each.kind, each.subject, each.to) != same]
        fresh = not what_if.changes and what_if.name.startswith(tr("Scenario") + " ")
        self._replace(self.words_of(change) if fresh else what_if.name, (*others, change))

    def remove_change(self, number: int) -> None:
        """Take a change out of the chosen scenario."""
        what_if = self.what_if
        if what_if is not None and 0 <= number < len(what_if.changes):
            self._replace(what_if.name, what_if.changes[:number] + what_if.changes[number + 1 :])

    def _fresh(self) -> WhatIf:
        choices = self.choices
        if not self.what_ifs and choices is not None and choices.busiest:
            change = Change(kind=ChangeKind.NODE_CLOSED, subject=choices.busiest)
            return WhatIf(name=self.words_of(change), changes=(change,))
        return WhatIf(name=f"{tr('Scenario')} {len(self.what_ifs) + 1}")

    def _replace(self, name: str, changes: tuple[Change, ...]) -> None:
        try:
            self.what_ifs[self.chosen] = WhatIf(name=name, changes=changes)
        except TowerError as error:
            self.failed = str(error)
            self.solve_changed.emit()
            return
        self._changed()

    def _changed(self) -> None:
        self.failed = ""
        self._intents.remember(NAME, kept_text(tuple(self.what_ifs)))
        self.scenarios_changed.emit()
        self.solve_changed.emit()

    # ------------------------------------------------------------------ solve and look
    def solve(self) -> None:
        """Solve the baseline of now and every scenario; what was solved before is compared with it."""
        if self.why_not_solve:
            self.failed = self.why_not_solve
        else:
            self.failed = ""
            self.progress = WhatIfProgress(
                world=0, worlds=len(self.what_ifs) + 1, name=tr("Baseline"), words=tr("Reading the backlog …")
            )
            self._intents.solve_what_if(tuple(self.what_ifs))
        self.solve_changed.emit()

    def cancel(self) -> None:
        """End the solve with the best plans so far."""
        if self.is_solving:
            self._intents.cancel_job(JOB_ID)

    def look_at(self, world: int) -> None:
        """Look at another world."""
        if self.solved is not None and 0 <= world < len(self.solved.worlds) and world != self.world:
            self.world = world
            self.why, self.why_wanted, self.why_failed = None, "", ""
            self.world_changed.emit()
            self.why_changed.emit()
            if 0 < world <= len(self.what_ifs) and self.chosen != world - 1:
                self.chosen = world - 1
                self.scenarios_changed.emit()

    def explain(self, line_id: str) -> None:
        """Ask why a line is treated as it is in the world looked at."""
        if line_id and self.solved is not None and line_id != self.why_wanted:
            self.why, self.why_failed, self.why_wanted = None, "", line_id
            self.why_changed.emit()
            self._intents.explain_what_if(self.world, line_id)

    # ------------------------------------------------------------------ what leaves the page
    def can_propose(self, rows: Sequence[FlipRow]) -> tuple[FlipRow, ...]:
        """Of these the lines that can be proposed and were not yet."""
        return tuple(row for row in rows if not row.why_not and self.promoted.get(row.line_id, " "))

    def promote(self, rows: Sequence[FlipRow], reason: str) -> None:
        """Have a proposal signed for each line that can be proposed; failed ones may be sent again."""
        world = self.world_view
        moves = tuple(
            PlannedMove(line_id=row.line_id, from_node=row.at_node, parts=row.parts, case_id=row.case_id)
            for row in self.can_propose(rows)
        )
        if world is not None and moves and not self.promoting:
            self.promoting = True
            self.promoted_changed.emit()
            self._intents.promote_what_if(world.what_if.name, moves, reason)

    def share(self, path: str) -> None:
        """Write the world looked at to a signed file, customers and prices masked."""
        if self.world_view is not None and path:
            self._intents.share_what_if(self.world, path)

    def open_shared(self, path: str) -> None:
        """Take over a scenario from a signed file."""
        if path:
            self.failed = ""
            self._intents.open_what_if(path)
