"""Between the window and the other processes: intents go out, frozen values come in, at most ten a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, tzinfo
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.bootstrap import monotonic_seconds
from app.bridge_parts import BridgeParts
from app.desk_intents import STILL_STARTING
from app.read_models.wishes import PARTS_OF, Around, DetailRequest
from app.services.recommend.question import Question, RuleQuestion
from app.solve_board import Solve, SolveBoard
from app.what_if_desk import WhatIfDesk
from app.workers.messages import (
    Changed,
    Failed,
    HubState,
    KeepRecommendation,
    Ready,
    Report,
    Said,
)
from domain.errors import TowerError
from optimization.solver_events import SolverEvent
from views.case_detail.state import CaseDetail
from views.case_queue.bulk_state import BulkEdit
from views.ports import PageContent, TowerScreen
from views.rules.state import RulesTried
from views.shell.state import Identity, JobRow, Page
from views.tower.state import ALL_PARTS, Part, TowerSnapshot
from views.what_if.state import WhatIfFailed, WhatIfProgress, WhatIfSolved

if TYPE_CHECKING:
    from app.desk_store import DeskStore
    from app.read_models.snapshot import SnapshotReader
    from app.services.rehearse import Rehearsal
    from app.workers.processes import TowerProcesses
    from app.workers.reading_desk import ReadingDesk
    from app.workers.rehearsal import RehearsalRunner
    from views.export import ExportTable

COALESCE_MS = 100
CLOCK_MS = 1_000
PAGE_MS = 15_000
#: The pages whose content is read again while they are shown.
RENEWED: frozenset[Page] = frozenset({"kpis", "approvals"})
POLL_SECONDS = 0.25
SEED = 1
REHEARSAL = JobRow(job_id="rehearsal", title="Rehearsing edited rules")
WORKER_ENDED = "The sync worker has ended: nothing new comes in. Close the window and open it again."


class GuiBridge(QObject, WhatIfDesk):
    """Implements ``TowerIntents`` and ``TowerFeed`` in the GUI thread."""

    _snapshot_read = Signal(object)
    _detail_read = Signal(object)
    _page_read = Signal(object)
    _question_read = Signal(str, object)
    _no_question = Signal(str, str)
    _read_failed = Signal(str)
    _reported = Signal(object)
    _solver_said = Signal(object)
    _started = Signal(object)
    _rehearsal_began = Signal()
    #: The first snapshot with cases has been shown.
    first_shown = Signal()
    #: The processes did not start; the sentence says why and what to do.
    start_failed = Signal(str)

    def __init__(self, people: tuple[Identity, ...], store: DeskStore, zone: tzinfo = UTC) -> None:
        """Know who may sit here; nothing is read before :meth:`begin`."""
        super().__init__()
        self._people = people
        self._store = store
        self._own_zone = zone
        self._parts: BridgeParts | None = None
        self._desk: ReadingDesk | None = None
        self._screen: TowerScreen | None = None
        self._who = people[0]
        self._selected = ""
        self._hub_unreachable = ""
        self._board = SolveBoard()
        self._what_if_says = self._page_read.emit
        self._bulk: dict[str, BulkEdit] = {}
        self._rehearsals: RehearsalRunner | None = None
        self._shown = False
        self._dirty: set[Part] = set()
        self._connect()
        self._flush_timer = QTimer(self, singleShot=True, interval=COALESCE_MS)
        self._flush_timer.timeout.connect(self._flush)
        self._clock_timer = QTimer(self, interval=CLOCK_MS)
        self._clock_timer.timeout.connect(self._tick)
        self._page_timer = QTimer(self, interval=PAGE_MS)
        self._page_timer.timeout.connect(self._want_page)
        self._page: Page = "tower"
        self._stopping = threading.Event()

    def start(self, starter: Callable[[], tuple[BridgeParts, Connection]]) -> None:
        """Run ``starter`` (which starts processes) beside the window, then begin with what it gives."""

        def run() -> None:
            try:
                self._started.emit(starter())
            except TowerError as error:
                self._started.emit(error)

        threading.Thread(target=run, name="starter", daemon=True).start()

    def _take_started(self, outcome: tuple[BridgeParts, Connection] | TowerError) -> None:
        if isinstance(outcome, TowerError):
            self._say(str(outcome), "error")
            self.start_failed.emit(str(outcome))
        else:
            self.begin(*outcome)

    def begin(self, parts: BridgeParts, pipe: Connection) -> None:
        """Listen to the worker's ``pipe`` and to the solver, and read for the screen attached."""
        # Reading needs the store, which takes longer to import than the window takes to show.
        from app.workers.reading_desk import ReadAnswers, ReadingDesk  # noqa: PLC0415 - see above

        self._parts = parts
        self._desk = ReadingDesk(
            open_reader=parts.open_reader,
            clock=parts.clock,
            ids=parts.ids,
            answers=ReadAnswers(
                snapshot=self._snapshot_read.emit,
                detail=self._detail_read.emit,
                page=self._page_read.emit,
                question=self._question_read.emit,
                no_question=self._no_question.emit,
                failed=self._read_failed.emit,
            ),
            around=self._around(),
        )
        for name, target, argument in (
            ("worker-listener", self._listen, pipe),
            ("solver-listener", self._poll_solver, parts.processes),
        ):
            threading.Thread(target=target, args=(argument,), name=name, daemon=True).start()
        self._want(ALL_PARTS)
        self._want_page()
        self._clock_timer.start()

    def _connect(self) -> None:
        self._snapshot_read.connect(self._show_snapshot)
        self._detail_read.connect(self._show_detail)
        self._page_read.connect(self._show_page)
        self._question_read.connect(self._take_question)
        self._no_question.connect(self._take_no_question)
        self._read_failed.connect(lambda text: self._say(text, "error"))
        self._reported.connect(self._take_report)
        self._solver_said.connect(self._take_solver_event)
        self._started.connect(self._take_started)
        self._rehearsal_began.connect(lambda: self._want(frozenset({"jobs"})))

    def tell_fault(self, text: str) -> None:
        """Say that something failed; may be called in any thread."""
        self._reported.emit(Said(text=text, kind="error"))

    def stop(self) -> None:
        """Stop listening and reading; the processes are stopped by their owner."""
        self._stopping.set()
        if self._rehearsals is not None:
            self._rehearsals.stop()
        self._stop_what_if()
        for timer in (self._clock_timer, self._page_timer, self._flush_timer):
            timer.stop()
        if self._desk is not None:
            self._desk.stop()

    # ------------------------------------------------------------------ feed
    def attach(self, screen: TowerScreen) -> None:
        """Start to deliver, the present snapshot first."""
        self._screen = screen
        self._want(ALL_PARTS)

    def _tick(self) -> None:
        if self._screen is not None and self._parts is not None:
            self._screen.apply_clock(self._parts.clock.now())

    def _want(self, parts: frozenset[Part]) -> None:
        self._dirty |= parts
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _flush(self) -> None:
        if self._desk is None:
            return
        parts = frozenset(self._dirty)
        self._dirty.clear()
        self._desk.want_parts(parts, self._around())
        if self._selected and parts & {"cases", "approvals", "who", "jobs"}:
            self._want_detail()

    def _around(self) -> Around:
        running = self._rehearsals is not None and self._rehearsals.is_running
        jobs = (*self._board.jobs(), *((REHEARSAL,) if running else ()), *self._what_if_jobs())
        return Around(who=self._who, jobs=jobs, hub_unreachable=self._hub_unreachable, times=self._times())

    def _want_detail(self) -> None:
        if self._desk is None or self._parts is None:
            return
        self._desk.want_detail(
            DetailRequest(
                case_id=self._selected,
                who=self._who,
                now=self._parts.clock.now(),
                solving=self._board.solving(self._selected),
                no_options_reason=self._board.why_not(self._selected),
                times=self._times(),
            )
        )

    def _show_snapshot(self, snapshot: TowerSnapshot) -> None:
        if self._screen is None:
            return
        self._screen.apply_snapshot(snapshot)
        if not self._shown and len(snapshot.cases):
            self._shown = True
            self.first_shown.emit()
        best = zip(snapshot.cases.ids, snapshot.cases.best_options, strict=True)
        case_id = self._board.next_to_advise(best)
        if case_id:
            self._work_out(case_id, wanted=self._board.ask(case_id, quiet=True))

    def _show_detail(self, detail: CaseDetail) -> None:
        if self._screen is not None and detail.case.case_id == self._selected:
            self._screen.apply_detail(detail)
            fresh = detail.recommendation is None or detail.recommendation_stale
            if fresh and detail.case.is_open and not detail.no_options_reason and detail.proposal is None:
                self._work_out(self._selected, wanted=self._board.ask(self._selected, quiet=True))

    def _read_all_again(self) -> None:
        self._want(ALL_PARTS)
        self._want_page()

    def _want_page(self) -> None:
        page, parts = self._page, self._parts
        if self._desk is not None and parts is not None:
            self._desk.want_page("page", lambda reader: reader.page(page, now=parts.clock.now()))

    def _show_page(self, content: PageContent) -> None:
        if self._screen is not None:
            self._screen.apply_page(content)
        if isinstance(content, RulesTried | WhatIfProgress | WhatIfSolved | WhatIfFailed):
            self._want(frozenset({"jobs"}))

    # ------------------------------------------------------------------ the worker
    def _listen(self, pipe: Connection) -> None:
        while not self._stopping.is_set():
            try:
                if pipe.poll(POLL_SECONDS):
                    self._reported.emit(pipe.recv())
            except (EOFError, OSError):
                if not self._stopping.is_set():
                    self._reported.emit(Said(text=WORKER_ENDED, kind="error"))
                return

    def _take_report(self, report: Report) -> None:
        match report:
            case Ready():
                self._want(ALL_PARTS)
            case Changed():
                wanted: set[Part] = set()
                for part in report.parts:
                    wanted |= PARTS_OF.get(part, frozenset())
                if "approvals" in report.parts and self._page == "approvals":
                    self._want_page()
                if "notes" in report.parts and self._selected:
                    self._want_detail()
                if wanted:
                    self._want(frozenset(wanted))
            case HubState():
                self._hub_unreachable = report.unreachable
                self._want(frozenset({"offline"}))
            case Said() | Failed():
                self._say(report.text, report.kind)
            case _:
                self._take_done(report)

    # ------------------------------------------------------------------ remedies
    def request_options(self, case_id: str) -> None:
        """Work out the options of a case in the solver process."""
        self._work_out(case_id, wanted=self._board.ask_again(case_id))

    def _work_out(self, case_id: str, *, wanted: bool) -> None:
        if wanted and self._desk is not None:
            self._desk.want_question(case_id)

    def _take_question(self, case_id: str, question: Question) -> None:
        quiet = self._board.answered(case_id)
        if self._parts is None:
            return
        if isinstance(question, RuleQuestion):
            self._ask(KeepRecommendation(recommendation=question.recommendation))
            return
        try:
            job_id = self._parts.processes.solve(question.problem, self._parts.limits, SEED)
        except TowerError as error:
            self._take_no_question(case_id, str(error))
            return
        self._board.submitted(job_id, Solve(case_id=case_id, question=question, quiet=quiet))
        self._want(frozenset({"jobs"}))

    def _take_no_question(self, case_id: str, why: str) -> None:
        self._board.failed(case_id, why)
        if case_id == self._selected:
            self._want_detail()

    def _poll_solver(self, processes: TowerProcesses) -> None:
        while not self._stopping.is_set():
            for event in processes.solver_events(POLL_SECONDS):
                self._solver_said.emit(event)

    def _take_solver_event(self, event: SolverEvent) -> None:
        found = self._board.take(event)
        if found is not None:
            self._ask(KeepRecommendation(recommendation=found))
        self._want(frozenset({"jobs"}))

    # ------------------------------------------------------------------ intents
    def select_case(self, case_id: str) -> None:
        """Look at a case: its detail is wanted now and whenever it changes."""
        self._selected = case_id
        if case_id:
            self._want_detail()

    def look_at(self, page: Page) -> None:
        """Look at a page: what it holds besides the snapshot is read now and every quarter of a minute."""
        self._page = page
        self._want_page()
        if page in RENEWED:
            self._page_timer.start()
        else:
            self._page_timer.stop()

    def check_rules(self, name: str, text: str) -> None:
        """Find out whether an edited policy could come into force."""
        if self._desk is not None:
            self._desk.want_page("check", lambda reader: reader.check_rules(name, text))

    def try_rules(self, name: str, text: str) -> None:
        """Find out what an edited policy would do to the cases, in a process of its own."""
        desk, parts = self._desk, self._parts
        if desk is None or parts is None:
            self._page_read.emit(RulesTried(name=name, text=text, failed=STILL_STARTING))
            return
        desk.want_page("try", lambda reader: self._rehearse(reader, name, text, parts))

    def _rehearse(self, reader: SnapshotReader, name: str, text: str, parts: BridgeParts) -> None:
        """Start a rehearsal; runs in the reading thread."""
        from app.read_models.rules_page import rules_tried  # noqa: PLC0415 - reads the store's modules
        from app.workers.rehearsal import RehearsalRunner  # noqa: PLC0415 - as above

        began = monotonic_seconds()

        def tell(answer: Rehearsal | str) -> None:
            self._page_read.emit(rules_tried(name, text, answer, seconds=monotonic_seconds() - began))

        if self._rehearsals is None:
            self._rehearsals = RehearsalRunner()
        self._rehearsals.start(reader.rehearsal_wish(name, text, now=parts.clock.now()), tell)
        self._rehearsal_began.emit()

    def export_table(self, path: str, table: ExportTable) -> None:
        """Write a table to a file in a thread of its own."""

        def run() -> None:
            from app.table_files import try_to_write  # noqa: PLC0415 - only for an export
            from views.table_document import write_pdf  # noqa: PLC0415 - as above

            text, kind = try_to_write(Path(path), table, write_pdf)
            self._reported.emit(Said(text=text, kind=kind))

        threading.Thread(target=run, name="export", daemon=True).start()

    def cancel_job(self, job_id: str) -> None:
        """Stop a running solve, or the rehearsal."""
        if job_id == REHEARSAL.job_id and self._rehearsals is not None:
            self._rehearsals.cancel()
        self._cancel_what_if(job_id)
        found = self._board.job_named(job_id)
        if found is not None and self._parts is not None:
            self._parts.processes.cancel(found)

    def switch_identity(self, user_id: str) -> None:
        """Let another person sit at this desk."""
        self._who = next((p for p in self._people if p.user_id == user_id), self._who)
        self._want(frozenset({"who", "approvals"}))
