"""The What-if part of the window's bridge: wishes go to the what-if process and the sync worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import MIRROR_FILE, random_bytes
from app.desk_intents import STILL_STARTING, DeskIntents
from app.workers.messages import Asked
from app.workers.what_if_wishes import Promoted, PromoteMoves, ShareScenario
from domain.errors import TowerError
from domain.planned_moves import LineMove, ScenarioEvidence
from domain.what_if import WhatIf
from views.shell.state import JobRow
from views.what_if.state import (
    JOB_ID,
    PlannedMove,
    PromotedLine,
    WhatIfContent,
    WhatIfFailed,
    WhatIfOpened,
    WhatIfPromoted,
    WhatIfWhy,
)
from views.what_if.words import change_words, in_english

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.read_models.snapshot import SnapshotReader
    from app.read_models.what_if_page import Places
    from app.workers.messages import Moved
    from app.workers.reading_desk import ReadingDesk
    from app.workers.what_if import Solved, Told, WhatIfRunner

SALT_BYTES = 32


class WhatIfDesk(DeskIntents):
    """What people ask for, What-if included; ``GuiBridge`` adds what needs Qt.

    ``_what_if_says`` brings a content to the page, from any thread.
    """

    _desk: ReadingDesk | None
    _what_if_says: Callable[[WhatIfContent], None]
    _what_if_runner: WhatIfRunner | None = None
    _what_if_solved: Solved | None = None
    _what_if_places: Places | None = None
    _what_if_share: float | None = None

    # ------------------------------------------------------------------ intents
    def solve_what_if(self, what_ifs: tuple[WhatIf, ...]) -> None:
        """Solve the backlog of now and these scenarios, in a process of its own."""
        if self._desk is None:
            self._what_if_says(WhatIfFailed(what="solve", text=STILL_STARTING))
            return
        self._desk.want_page("what-if", lambda reader: self._begin_solve(reader, what_ifs))

    def explain_what_if(self, world: int, line_id: str) -> None:
        """Find out why a solved world treats a line as it does."""
        from app.read_models.what_if_bookings import BOOKING, why_booking  # noqa: PLC0415 - as below
        from app.workers.what_if import WhyWish  # noqa: PLC0415 - reads the store's modules

        solved = self._what_if_solved
        if line_id.startswith(BOOKING) and solved is not None and world < len(solved.worlds):
            said = why_booking(solved.worlds[world].rebooking, line_id, solved.brief)
            self._what_if_says(WhatIfWhy(world=world, line_id=line_id, sentences=said))
            return
        if self._what_if_runner is not None:
            self._what_if_runner.why(WhyWish(world=world, line_id=line_id))

    def promote_what_if(self, name: str, moves: tuple[PlannedMove, ...], reason: str) -> None:
        """Sign a proposal for each of these lines, as the scenario of that name has them."""
        solved, places = self._what_if_solved, self._what_if_places
        world = None if solved is None else next((w for w in solved.worlds if w.what_if.name == name), None)
        if solved is None or places is None or world is None:
            text = "This scenario is not solved any more: solve it again."
            self._what_if_says(
                WhatIfPromoted(lines=tuple(PromotedLine(line_id=m.line_id, why_not=text) for m in moves))
            )
            return
        from app.services.what_if.compare import compare_worlds  # noqa: PLC0415 - as above

        deltas = {
            flip.line_id: flip.order_delta_cents for flip in compare_worlds(solved.worlds[0], world).flips
        }
        evidence = ScenarioEvidence(
            scenario=name,
            changes="; ".join(change_words(each, places.names, in_english) for each in world.what_if.changes),
            status=world.status,
            objective_cents=world.kpis.total_cents,
            bound_cents=world.kpis.bound_cents,
            gap_bp=world.kpis.gap_bp,
            seed=world.seed,
            solve_ms=world.solve_ms,
            problem_sha256=world.digest,
            as_of=world.as_of,
        )
        line_moves = tuple(
            LineMove(
                line_id=move.line_id,
                from_node=move.from_node,
                parts=move.parts,
                case_id=move.case_id,
                order_delta_cents=deltas.get(move.line_id, 0),
            )
            for move in moves
        )
        self._ask(PromoteMoves(moves=line_moves, evidence=evidence, user=self._who.user_id, reason=reason))

    def share_what_if(self, world: int, path: str) -> None:
        """Write a solved world to a signed file, customers and prices masked."""
        solved = self._what_if_solved
        if solved is None or not 0 < world < len(solved.worlds):
            return
        from app.services.what_if.share import share_document  # noqa: PLC0415 - as above

        customers = {line.customer_id: line.customer_name for line in solved.brief.lines}
        document = share_document(solved.worlds[0], solved.worlds[world], customers, random_bytes(SALT_BYTES))
        self._ask(ShareScenario(document=document, path=Path(path), user=self._who.user_id))

    def open_what_if(self, path: str) -> None:
        """Verify a signed file and take its scenario over."""
        if self._desk is not None:
            self._desk.want_page("what-if-file", lambda reader: _opened(reader, Path(path)))

    # ------------------------------------------------------------------ the process
    def _begin_solve(self, reader: SnapshotReader, what_ifs: tuple[WhatIf, ...]) -> None:
        """Hand the wish to the process; runs in the reading thread."""
        from app.read_models.what_if_page import places_of  # noqa: PLC0415 - reads the store's modules
        from app.workers.what_if import SolveWish, WhatIfRunner  # noqa: PLC0415 - as above

        parts = self._parts
        if parts is None:
            return
        if self._what_if_runner is None:
            self._what_if_runner = WhatIfRunner(self._hear_what_if)
        self._what_if_places = places_of(reader.mirror)
        self._what_if_share = 0.0
        wish = SolveWish(
            mirror_file=reader.profile.folder / MIRROR_FILE,
            what_ifs=what_ifs,
            now=parts.clock.now(),
            storage_key=reader.profile.storage_key,
        )
        self._what_if_runner.solve(wish)

    def _hear_what_if(self, told: Told) -> None:
        """Take what the process says; runs in the runner's thread."""
        from app.read_models.what_if_page import progress_of, what_if_solved  # noqa: PLC0415 - as above
        from app.workers.what_if import Solved, SolveWish, Solving, Why  # noqa: PLC0415 - as above

        match told:
            case Solving():
                self._what_if_share = told.world / told.worlds
                self._what_if_says(progress_of(told))
            case Solved():
                self._what_if_share = None
                before, self._what_if_solved = self._what_if_solved, told
                if self._what_if_places is not None:
                    self._what_if_says(what_if_solved(told, self._what_if_places, before))
            case Why():
                self._what_if_says(
                    WhatIfWhy(world=told.world, line_id=told.line_id, sentences=told.sentences)
                )
            case _:
                is_solve = isinstance(told.wish, SolveWish)
                self._what_if_share = None if is_solve else self._what_if_share
                self._what_if_says(WhatIfFailed(what="solve" if is_solve else "why", text=told.text))

    def _take_done(self, report: Moved | Promoted | Asked) -> None:
        """Take the answer to a question of this window."""
        if isinstance(report, Promoted):
            lines = tuple(PromotedLine(line_id=line_id, why_not=why) for line_id, why in report.lines)
            self._what_if_says(WhatIfPromoted(lines=lines))
        elif isinstance(report, Asked):
            self._take_asked(report)
        else:
            self._take_moved(report)

    def _what_if_jobs(self) -> tuple[JobRow, ...]:
        """The solve under way, for the strip."""
        if self._what_if_share is None:
            return ()
        return (JobRow(job_id=JOB_ID, title="Solving scenarios", share=self._what_if_share),)

    def _cancel_what_if(self, job_id: str) -> None:
        """End a solve with its best plans so far."""
        if job_id == JOB_ID and self._what_if_runner is not None:
            self._what_if_runner.cancel()

    def _stop_what_if(self) -> None:
        """End the process."""
        if self._what_if_runner is not None:
            self._what_if_runner.stop()


def _opened(reader: SnapshotReader, path: Path) -> WhatIfContent:
    """The scenario of a signed file, or why it is refused."""
    from app.services.what_if.share import open_shared  # noqa: PLC0415 - reads the signing modules

    try:
        shared = open_shared(path, reader.ledger.public_key)
    except TowerError as error:
        return WhatIfFailed(what="file", text=str(error))
    return WhatIfOpened(what_if=shared.what_if, signed_by=f"key {shared.keyid[:12]}", words=shared.words)
