"""The process of the demo's services, seen from its owner: started at once, asked later where they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap import DemoServices
from app.workers.child_process import begin_process, end_process
from app.workers.demo_services import Unavailable, run_demo_services
from domain.errors import UnavailableError

if TYPE_CHECKING:
    from app.profile import Profile

PROCESS_NAME = "demo-services"
START_SECONDS = 60.0
STOP_SECONDS = 10.0


class DemoProcess:
    """Runs the demo's services in a process of their own until it is closed."""

    def __init__(self, profile: Profile) -> None:
        """Start the process; it takes some seconds until its services answer."""
        self._folder = profile.folder
        self._process, self._pipe = begin_process(run_demo_services, profile, name=PROCESS_NAME)

    def services(self) -> DemoServices:
        """Where they answer; waits until they do.

        Raises:
            UnavailableError: they did not start; the sentence says why.
        """
        try:
            answers = self._pipe.poll(START_SECONDS)
            told = self._pipe.recv() if answers else Unavailable(text="They did not answer.")
        except (EOFError, OSError):
            told = Unavailable(text="Their process ended at once.")
        if isinstance(told, DemoServices):
            return told
        raise UnavailableError(
            what=f"The demo's services did not start. {told.text}",
            remedy=f"Delete the demo's folder {self._folder} to begin anew.",
        )

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        end_process(self._process, STOP_SECONDS)
