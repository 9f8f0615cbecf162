"""Which remedies are worked out: asked once, shown only if a person asked, failures remembered."""

from __future__ import annotations

from app.services.recommend.question import SolverQuestion
from app.services.recommend.recommend import ask
from app.solve_board import CANCELLED, Solve, SolveBoard
from domain.errors import UnavailableError
from domain.ids import EntityKind
from optimization.limits import Limits
from optimization.outcome import Progress
from optimization.solve import solve
from optimization.solver_events import JobCancelled, JobFailed, JobFinished, JobId, JobProgress, JobStarted
from tests.support.distributor import DFW, LINE, NOW, FakeFacts, make_case, outlook

JOB = JobId(1)
CASE = make_case("AL-IMBALANCE", EntityKind.ORDER_LINE, LINE.line_id, [("short_quantity", "40")])


def question() -> SolverQuestion:
    found = ask(CASE, FakeFacts(stock=(outlook(DFW, 200),)), recommendation_id="R1", now=NOW)
    assert isinstance(found, SolverQuestion)
    return found


def board_with_job(*, quiet: bool) -> SolveBoard:
    board = SolveBoard()
    assert board.ask("EX-1", quiet=quiet)
    board.submitted(JOB, Solve(case_id="EX-1", question=question(), quiet=board.answered("EX-1")))
    return board


def test_a_case_is_asked_for_once_at_a_time() -> None:
    board = SolveBoard()
    assert board.ask("EX-1", quiet=True)
    assert not board.ask("EX-1", quiet=False)
    assert board.answered("EX-1")
    board.submitted(JOB, Solve(case_id="EX-1", question=question(), quiet=True))
    assert not board.ask("EX-1", quiet=False)


def test_only_what_a_person_asked_for_is_a_job() -> None:
    assert board_with_job(quiet=True).jobs() == ()
    (job,) = board_with_job(quiet=False).jobs()
    assert job.title == "Working out EX-1"


def test_progress_is_told_in_the_job() -> None:
    board = board_with_job(quiet=False)
    assert board.take(JobStarted(job_id=JOB)) is None
    progress = Progress(
        stage="search", objective_cents=10, bound_cents=9, gap_basis_points=130, plans_found=2, elapsed_ms=5
    )
    assert board.take(JobProgress(job_id=JOB, progress=progress)) is None
    assert board.jobs()[0].title == "Working out EX-1, 2 plans, gap 1.3 %"
    assert board.job_named(str(JOB)) == JOB
    shown = board.solving("EX-1")
    assert shown is not None
    assert shown.job_id == str(JOB)


def test_a_finished_solve_gives_the_recommendation_and_leaves_the_board() -> None:
    board = board_with_job(quiet=False)
    outcome = solve(question().problem, Limits(), 1)
    found = board.take(JobFinished(job_id=JOB, outcome=outcome))
    assert found is not None
    assert found.case_id == CASE.case_id
    assert board.jobs() == ()
    assert board.solving("EX-1") is None
    assert board.take(JobFinished(job_id=JOB, outcome=outcome)) is None


def test_why_there_are_no_options_is_remembered_until_a_person_asks_again() -> None:
    board = board_with_job(quiet=False)
    board.take(JobCancelled(job_id=JOB, outcome=None))
    assert board.why_not("EX-1") == CANCELLED
    assert board.ask_again("EX-1")
    assert board.why_not("EX-1") == ""
    board.answered("EX-1")
    board.submitted(JOB, Solve(case_id="EX-1", question=question(), quiet=False))
    error = UnavailableError(what="The solver crashed.", remedy="Solve again.")
    board.take(JobFailed(job_id=JOB, error=error))
    assert board.why_not("EX-1") == str(error)


def test_the_most_urgent_case_without_an_option_is_advised_next_while_nothing_is_solved() -> None:
    board = SolveBoard()
    rows = [("EX-1", "Re-source Dallas"), ("EX-2", ""), ("EX-3", "")]
    assert board.next_to_advise(rows) == "EX-2"
    assert board.ask("EX-2", quiet=True)
    assert board.next_to_advise(rows) == ""
    board.failed("EX-2", "The case is closed.")
    assert board.next_to_advise(rows) == "EX-3"
