"""The What-if page: scenarios at the left; figures side by side, below them what flips, maps and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from views.export import ExportTable
from views.formatting import clock_with_zone, count, counted
from views.language import tr
from views.map.canvas import MapCanvas
from views.phrases import said_each
from views.ports import TowerIntents
from views.shell.ask_file import ask_where
from views.what_if.ask_file import ask_to_open, ask_to_share
from views.what_if.editor import ScenarioEditor
from views.what_if.figure_table import FigureTable
from views.what_if.flip_table import FlipTable
from views.what_if.view_model import WhatIfViewModel
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, frame, label
from views.widgets.reason_field import MOST_LETTERS, ReasonField

_SIDE_PX: Final = 320
_NARROW_SIDE_PX: Final = 280
_WIDE_FROM_PX: Final = 1_300
_WHY_PX: Final = 300
_NARROW_WHY_PX: Final = 230
_LEAST_MAP_PX: Final = 200
_EMPTY: Final = tr(
    "Change the world and see what the plan would be.\n\n"
    "Make a scenario at the left: close a node, lose a carrier or a lane, let demand surge, delay a supply, "
    "weigh a customer or change a policy. Then solve: the open backlog of now is planned as it is and under "
    "each scenario, side by side."
)


class WhatIfPage(QWidget):
    """Scenarios and what they come to."""

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``; ``model`` holds what is shown."""
        super().__init__()
        self.model = self._view_model = view_model = WhatIfViewModel(intents)
        self._export = intents.export_table
        #: Ask for paths; a test answers by itself.
        self.ask_table: Callable[[QWidget, str, str], str] = ask_where
        self.ask_share: Callable[[QWidget, str], str] = ask_to_share
        self.ask_open: Callable[[QWidget], str] = ask_to_open
        self.editor = ScenarioEditor(view_model)
        self.solve = TowerButton(tr("Solve"), "primary", icon_name="bolt", name=tr("Solve all scenarios"))
        self.cancel = TowerButton(tr("Stop here"), name=tr("Stop and keep the best plans so far"))
        self.share = TowerButton(
            tr("Share …"), icon_name="send", name=tr("Share the scenario as a signed file")
        )
        self.open = TowerButton(tr("Open …"), icon_name="file-check", name=tr("Open a shared scenario"))
        self.progress = QProgressBar()
        self.progress_words = ElidedLabel("", "secondary")
        self.summary = ElidedLabel("", "secondary")
        self.failed = label("", "error")
        self.opened_words = label("", "secondary")
        self.notes = label("", "secondary")
        self.figures = FigureTable(tr("Figures of the baseline and the scenarios"))
        self.flips = FlipTable()
        self.flips_words = ElidedLabel("", "secondary")
        self.export = TowerButton(tr("Export …"), icon_name="download", name=tr("Export the lines that flip"))
        self.promote = TowerButton(tr("Propose the selected"), "primary", icon_name="clipboard-check")
        self.reason = ReasonField()
        self.reason.setMaxLength(MOST_LETTERS)
        self.reason.setPlaceholderText(tr("Why these moves are asked for"))
        self.reason.setAccessibleName(tr("Why these moves are asked for"))
        self.why = QTextBrowser()
        self.before_map = MapCanvas(lambda _id: None)
        self.after_map = MapCanvas(lambda _id: None)
        self.volumes = FigureTable(tr("Units by node in the baseline and the scenarios"))
        self.tabs = QTabWidget()
        self.body = QStackedWidget()
        self.setFocusProxy(self.editor.first_widget())
        self._lay_out()
        self._connect()
        self._show_solve()

    # ------------------------------------------------------------------ lay out
    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(self.editor)
        row.addWidget(self._main(), 1)

    def _main(self) -> QFrame:
        main = frame("panel")
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(label(tr("What-if"), "heading"))
        titles.addWidget(self.summary)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(titles, 1)
        for button in (self.open, self.share, self.cancel, self.solve):
            head.addWidget(button)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the solve"))
        self.failed.setWordWrap(True)
        self.notes.setWordWrap(True)
        self.opened_words.setWordWrap(True)
        waiting = QLabel(_EMPTY)
        waiting.setTextFormat(Qt.TextFormat.PlainText)
        waiting.setProperty("role", "secondary")
        waiting.setWordWrap(True)
        waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.setMaximumWidth(520)
        empty = QWidget()
        middle = QHBoxLayout(empty)
        middle.addWidget(waiting)
        self.body.addWidget(empty)
        self.body.addWidget(self._worlds())
        column = QVBoxLayout(main)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.progress_words)
        column.addWidget(self.failed)
        column.addWidget(self.opened_words)
        column.addWidget(self.body, 1)
        return main

    def _worlds(self) -> QSplitter:
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(tr("What differs"))
        self.tabs.addTab(self._flips_tab(), tr("Lines that flip"))
        self.tabs.addTab(self._map_tab(), tr("Map before and after"))
        self.tabs.addTab(self.volumes, tr("Volume by node"))
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.notes)
        column.addWidget(self.tabs, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.figures)
        halves.addWidget(lower)
        halves.setStretchFactor(0, 0)
        halves.setStretchFactor(1, 1)
        self.halves = halves
        return halves

    def _flips_tab(self) -> QWidget:
        tab = QWidget()
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.flips_words, 1)
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.export)
        foot.addWidget(self.promote)
        self.why.setFrameShape(QFrame.Shape.NoFrame)
        self.why.setProperty("kind", "quiet")
        self.why.setOpenLinks(False)
        self.why.setTabChangesFocus(True)
        self.why.setAccessibleName(tr("Why the line goes this way"))
        side = frame("raised")
        side.setFixedWidth(_WHY_PX)
        self._why_side = side
        inside = QVBoxLayout(side)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(6)
        inside.addWidget(label(tr("Why"), "section"))
        inside.addWidget(self.why, 1)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.flips, 1)
        row.addWidget(side)
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addLayout(row, 1)
        column.addLayout(foot)
        return tab

    def _map_tab(self) -> QWidget:
        tab = QWidget()
        row = QHBoxLayout(tab)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(10)
        self.after_title = ElidedLabel("", "section")
        for title, canvas, name in (
            (label(tr("Baseline"), "section"), self.before_map, tr("Map of the baseline")),
            (self.after_title, self.after_map, tr("Map of the scenario")),
        ):
            canvas.setAccessibleName(name)
            canvas.setMinimumSize(_LEAST_MAP_PX, _LEAST_MAP_PX)
            canvas.legend().hide()
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(title)
            column.addWidget(canvas, 1)
            row.addLayout(column, 1)
        return tab

    def _connect(self) -> None:
        model = self._view_model
        model.solve_changed.connect(self._show_solve)
        model.choices_changed.connect(self._show_solve)
        model.scenarios_changed.connect(self._show_solve)
        model.scenarios_changed.connect(self._move_focus)
        model.world_changed.connect(self._show_world)
        model.why_changed.connect(self._show_why)
        model.promoted_changed.connect(self._show_promoted)
        self.solve.clicked.connect(model.solve)
        self.cancel.clicked.connect(model.cancel)
        self.open.clicked.connect(lambda: model.open_shared(self.ask_open(self)))
        self.share.clicked.connect(self._share)
        self.figures.world_wanted.connect(model.look_at)
        self.volumes.world_wanted.connect(model.look_at)
        self.flips.why_wanted.connect(model.explain)
        self.flips.selection_moved.connect(self._show_promotable)
        self.export.clicked.connect(self._export_flips)
        self.promote.clicked.connect(self._promote)
        self.reason.textChanged.connect(lambda _text: self._show_promotable())

    # ------------------------------------------------------------------ what a person does
    def _move_focus(self) -> None:
        """Begin at the scenarios once there is one."""
        self.setFocusProxy(self.editor.first_widget())

    def _share(self) -> None:
        world = self._view_model.world_view
        if world is not None:
            self._view_model.share(self.ask_share(self, world.what_if.name))

    def table(self) -> ExportTable | None:
        """The lines that flip in the world looked at; ``None`` before a solve."""
        world = self._view_model.world_view
        if world is None:
            return None
        return self.flips.export(tr("What-if: {name}", name=world.what_if.name))

    def _export_flips(self) -> None:
        table = self.table()
        if table is not None and table.count:
            path = self.ask_table(self, tr("Export the lines that flip"), "what-if.xlsx")
            if path:
                self._export(path, table)

    def _promote(self) -> None:
        self._view_model.promote(self.flips.chosen(), self.reason.text().strip())

    # ------------------------------------------------------------------ show
    def _show_solve(self) -> None:
        model = self._view_model
        solving = model.is_solving
        progress = model.progress
        self.progress.setVisible(solving)
        self.progress_words.setVisible(solving)
        if progress is not None:
            self.progress.setRange(0, progress.worlds)
            self.progress.setValue(progress.world)
            self.progress_words.setText(
                tr(
                    "{name}  ·  {number} of {worlds}  ·  {words}",
                    name=progress.name,
                    number=progress.world + 1,
                    worlds=progress.worlds,
                    words=progress.words,
                )
            )
        self.cancel.setVisible(solving)
        self.solve.setEnabled(not model.why_not_solve)
        self.solve.setText(tr("Solve") if model.solved is None else tr("Solve again on the data of now"))
        self.solve.setToolTip(
            model.why_not_solve or tr("Plan the backlog of now as it is and under each scenario")
        )
        self.failed.setText(model.failed)
        self.failed.setVisible(bool(model.failed))
        opened = model.opened
        told = (
            ()
            if opened is None
            else (tr("Opened; the signature of {signer} holds.", signer=opened.signed_by), *opened.words)
        )
        self.opened_words.setText(" ".join(told))
        self.opened_words.setVisible(bool(told))
        self.share.setEnabled(model.world_view is not None and model.world > 0)
        self.body.setCurrentIndex(int(model.solved is not None))
        self.summary.setText(self._summary())
        solved = model.solved
        if solved is not None and self.figures.figures.rows is not solved.figures:
            names = tuple(world.what_if.name for world in solved.worlds)
            self.figures.show_figures(names, solved.figures, model.world)
            self.volumes.show_figures(names, solved.volumes, model.world)
            self._share_height()

    def _summary(self) -> str:
        model = self._view_model
        solved, choices = model.solved, model.choices
        if solved is not None:
            changed = tr("scenarios changed since: solve again")
            old = "" if model.is_current or model.is_solving else f"  ·  {changed}"
            at = clock_with_zone(solved.as_of, solved.zone)
            return tr("{words}  ·  data of {time}", words=solved.words, time=at) + old
        if choices is None:
            return tr("Reading the backlog …")
        return tr("{lines} of now can be planned.", lines=counted(choices.open_lines, "open order line"))

    def _show_world(self) -> None:
        model = self._view_model
        solved, world = model.solved, model.world_view
        if solved is None or world is None:
            return
        self.figures.choose(model.world)
        self.volumes.choose(model.world)
        said = [world.words, *world.dropped]
        said += [tr("Not solved: {names}.", names=", ".join(solved.skipped))] if solved.skipped else []
        said += solved.changed
        self.notes.setText("\n".join(said))
        self.flips.flips.promoted = model.promoted
        self.flips.flips.show(world.flips, solved.currency)
        self.tabs.setTabText(0, f"{tr('Lines that flip')}  {count(len(world.flips))}")
        self.after_title.setText(
            tr("{name}  ·  dashed: carries more than in the baseline", name=world.what_if.name)
        )
        self.before_map.set_state(solved.worlds[0].map_state)
        self.after_map.set_state(world.map_state)
        self.share.setEnabled(model.world > 0)
        self._show_promotable()

    def _show_why(self) -> None:
        model = self._view_model
        if model.why_failed:
            self.why.setPlainText(model.why_failed)
        elif model.why is not None:
            self.why.setPlainText("\n\n".join(said_each(model.why.sentences)))
        elif model.why_wanted:
            self.why.setPlainText(tr("Working it out …"))
        else:
            self.why.setPlainText(tr("Choose a line to see why it goes this way, and what would change it."))

    def _show_promoted(self) -> None:
        self.flips.flips.show_promoted(self._view_model.promoted)
        self._show_promotable()

    def _show_promotable(self) -> None:
        model = self._view_model
        chosen = self.flips.chosen()
        able = model.can_propose(chosen)
        refused = sum(1 for why in model.promoted.values() if why)
        done = len(model.promoted) - refused
        again = any(row.line_id in model.promoted for row in able)
        self.promote.setText(
            tr("Signing …") if model.promoting
            else (tr("Try again {count}", count=count(len(able))) if again
                  else tr("Propose {count}", count=count(len(able)))) if able
            else tr("Propose the selected")
        )  # fmt: skip
        self.promote.setEnabled(bool(able) and not model.promoting and bool(self.reason.text().strip()))
        words = [
            tr("{chosen} selected, {able} can be proposed", chosen=count(len(chosen)), able=count(len(able)))
            if chosen
            else ""
        ]
        words += [tr("{number} proposed", number=count(done))] if done else []
        words += [tr("{number} refused", number=count(refused))] if refused else []
        self.flips_words.setText(
            "  ·  ".join(part for part in words if part) or tr("Select lines to propose them")
        )
        self.export.setEnabled(bool(self.flips.flips.rows))

    def _share_height(self) -> None:
        """Give the figures what they need, but never more than half."""
        whole = max(self.halves.height(), 400)
        wanted = min(self.figures.full_height(), whole // 2)
        self.halves.setSizes([wanted, whole - wanted])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the worlds more of a narrow page."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE_FROM_PX
        self.editor.setFixedWidth(_SIDE_PX if wide else _NARROW_SIDE_PX)
        self._why_side.setFixedWidth(_WHY_PX if wide else _NARROW_WHY_PX)
        self._share_height()
