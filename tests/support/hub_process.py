"""A hub to be killed: ``python -m tests.support.hub_process DATABASE_URL PORT``, one line of input a start.

Everything is imported once; each start is a fork, so that a hub is back a moment after it was killed. It says
``pid N`` for each start and ``serving`` when that one answers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.hub.server import serve
from tests.support.approval_desk import TurnedClock
from tests.support.hub_site import hub_settings


def say(words: str) -> None:
    """Tell the parent, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(url: str, port: int) -> None:
    """Serve once for each line, until the input ends."""
    child = 0
    while sys.stdin.readline():
        if child:
            os.waitpid(child, 0)
        child = os.fork()
        if child == 0:
            settings = hub_settings(Path(), TurnedClock(), url=url, port=port)
            serve(settings, lambda _url: say("serving"))
            os._exit(0)
        say(f"pid {child}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
