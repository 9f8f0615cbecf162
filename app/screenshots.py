"""The pictures of the documentation, taken from the running demo as a planner and a supervisor see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.gui_session import GuiSession
from views.shell.application import after, grab

READ_SECONDS = 30.0
"""What the demo needs after its first cases are there, so that sources and figures are whole."""
LONGEST_SECONDS = 600.0
STEP_SECONDS = 8.0
REASON = "Keeps the promise date at the least freight."


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTour:
    """Goes through the pages one step every few seconds, and ends the program after the last."""

    session: GuiSession
    out: Path

    def begin(self) -> None:
        """Take the steps, the first once the demo has been read."""
        steps: tuple[Callable[[], None], ...] = (
            self.session.select_a_case,
            self._dark,
            self._light,
            self._propose,
            self._approvals,
            self._ledger,
            self._sources,
            self._figures,
            self._rules,
            self._settings,
            self._what_if,
        )
        self._wait_for_cases(steps, LONGEST_SECONDS)

    def _wait_for_cases(self, steps: tuple[Callable[[], None], ...], left_seconds: float) -> None:
        """Begin once the queue holds cases, however long a busy machine takes; in the end without them."""
        if len(self.session.window.tower_model.queue.store.table.ids) == 0 and left_seconds > 0:
            after(1.0, lambda: self._wait_for_cases(steps, left_seconds - 1.0))
            return
        for number, step in enumerate(steps):
            after(READ_SECONDS + number * STEP_SECONDS, step)

    def _dark(self) -> None:
        self._grab("tower_dark.png")
        self.session.window.set_theme("light")

    def _light(self) -> None:
        self._grab("tower_light.png")
        self.session.window.set_theme("dark")

    def _propose(self) -> None:
        detail = self.session.window.tower_model.detail
        if detail.detail is not None and detail.chosen is not None:
            self.session.bridge.propose(detail.detail.case.case_id, detail.chosen.option_id, REASON)
        supervisor = self.session.run.profile.first_with_role("supervisor")
        self.session.bridge.switch_identity(supervisor.user)
        self.session.window.show_page("approvals")

    def _approvals(self) -> None:
        self._grab("approvals_dark.png")
        self.session.window.approvals.open_ledger()

    def _ledger(self) -> None:
        self._grab("ledger_dark.png")
        self.session.window.approvals.close_ledger()
        self.session.window.show_page("sources")

    def _sources(self) -> None:
        self._grab("sources_dark.png")
        self.session.window.show_page("kpis")

    def _figures(self) -> None:
        self.session.window.kpis_model.choose("ageing", 0)
        self._grab("kpis_dark.png")
        self.session.window.show_page("rules")

    def _rules(self) -> None:
        self.session.window.rules_model.choose("allocation.toml")
        self._grab("rules_dark.png")
        self.session.window.show_page("settings")

    def _settings(self) -> None:
        self._grab("settings_dark.png")
        self.session.window.show_page("what_if")

    def _what_if(self) -> None:
        """Close the busiest node, and take the picture once that is solved."""
        model = self.session.window.what_if.model
        if not model.what_ifs:
            model.add()
        model.solve()
        self._wait_for_worlds(LONGEST_SECONDS)

    def _wait_for_worlds(self, left_seconds: float) -> None:
        model = self.session.window.what_if.model
        if model.solved is None and not model.failed and left_seconds > 0:
            after(1.0, lambda: self._wait_for_worlds(left_seconds - 1.0))
            return
        self.session.window.what_if.flips.selectRow(0)
        after(STEP_SECONDS, lambda: self._grab("what_if_dark.png"))
        after(2 * STEP_SECONDS, self.session.end)

    def _grab(self, name: str) -> None:
        self.session.window.tower.map.finish_painting()
        grab(self.session.window, self.out / name)
