"""A thread of the window that reads: snapshots, details and the questions of remedies, newest wish first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.read_models.snapshot import SnapshotReader
from app.read_models.wishes import Around, DetailRequest
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.question import Question
from app.services.recommend.recommend import ask
from domain.errors import BadInputError, TowerError
from domain.ids import CaseId
from views.tower.state import Part, TowerSnapshot

if TYPE_CHECKING:
    from app.identifiers import UlidSource
    from domain.clock import Clock
    from views.case_detail.state import CaseDetail
    from views.ports import PageContent

    PageRead = Callable[[SnapshotReader], PageContent | None]

STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswers:
    """Who is told what was read; called in the reading thread."""

    snapshot: Callable[[TowerSnapshot], None]
    detail: Callable[[CaseDetail], None]
    page: Callable[[PageContent], None]
    question: Callable[[str, Question], None]
    no_question: Callable[[str, str], None]
    failed: Callable[[str], None]


class ReadingDesk:
    """Takes wishes from the GUI thread and reads in its own; equal wishes that wait become one."""

    def __init__(
        self,
        *,
        open_reader: Callable[[], SnapshotReader],
        clock: Clock,
        ids: UlidSource,
        answers: ReadAnswers,
        around: Around,
    ) -> None:
        """Start the thread; the databases are opened in it."""
        self._open_reader = open_reader
        self._clock = clock
        self._ids = ids
        self._answers = answers
        self._around = around
        self._parts: set[Part] = set()
        self._detail: DetailRequest | None = None
        self._pages: dict[str, PageRead] = {}
        self._questions: deque[str] = deque()
        self._stopping = False
        self._wishes = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="reading-desk", daemon=True)
        self._thread.start()

    def want_parts(self, parts: frozenset[Part], around: Around) -> None:
        """Read these parts of the snapshot anew."""
        with self._wishes:
            self._parts |= parts
            self._around = around
            self._wishes.notify()

    def want_detail(self, request: DetailRequest) -> None:
        """Read a case's detail; only the latest wish counts."""
        with self._wishes:
            self._detail = request
            self._wishes.notify()

    def want_page(self, key: str, read: PageRead) -> None:
        """Read what a page shows besides the snapshot; of wishes with one key only the latest counts."""
        with self._wishes:
            self._pages[key] = read
            self._wishes.notify()

    def want_question(self, case_id: str) -> None:
        """Find out what must be worked out for a case."""
        with self._wishes:
            if case_id not in self._questions:
                self._questions.append(case_id)
                self._wishes.notify()

    def stop(self) -> None:
        """End the thread after what it reads now."""
        with self._wishes:
            self._stopping = True
            self._wishes.notify()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        try:
            reader = self._open_reader()
        except TowerError as error:
            self._answers.failed(str(error))
            return
        while (job := self._next_job()) is not None:
            try:
                job(reader)
            except TowerError as error:
                self._answers.failed(str(error))
        reader.close()

    def _next_job(self) -> Callable[[SnapshotReader], None] | None:
        with self._wishes:
            self._wishes.wait_for(self._has_wish)
            if self._stopping:
                return None
            if self._detail is not None:
                request, self._detail = self._detail, None
                return lambda reader: self._read_detail(reader, request)
            if self._parts:
                parts, around = frozenset(self._parts), self._around
                self._parts.clear()
                return lambda reader: self._read_snapshot(reader, parts, around)
            if self._pages:
                read = self._pages.pop(next(iter(self._pages)))
                return lambda reader: self._read_page(reader, read)
            case_id = self._questions.popleft()
            return lambda reader: self._read_question(reader, case_id)

    def _has_wish(self) -> bool:
        waits = self._parts or self._questions or self._pages
        return bool(self._stopping or self._detail is not None or waits)

    def _read_snapshot(self, reader: SnapshotReader, parts: frozenset[Part], around: Around) -> None:
        self._answers.snapshot(reader.read(around, now=self._clock.now(), changed=parts))

    def _read_detail(self, reader: SnapshotReader, request: DetailRequest) -> None:
        found = reader.detail(replace(request, now=self._clock.now()))
        if found is not None:
            self._answers.detail(found)

    def _read_page(self, reader: SnapshotReader, read: PageRead) -> None:
        found = read(reader)
        if found is not None:
            self._answers.page(found)

    def _read_question(self, reader: SnapshotReader, case_id: str) -> None:
        case = reader.mirror.case(CaseId(case_id))
        try:
            if case is None or not case.is_open:
                raise BadInputError(what="The case is closed.", remedy="")
            question = ask(
                case,
                MirrorFacts(reader.mirror),
                recommendation_id=self._ids.new_id(),
                now=self._clock.now(),
            )
        except TowerError as error:
            self._answers.no_question(case_id, str(error))
            return
        self._answers.question(case_id, question)
