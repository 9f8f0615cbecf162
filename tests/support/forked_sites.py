"""Runs sources and desks as processes that can be killed: ``python -m tests.support.forked_sites``.

Importing the program costs a second, so it is imported once here, and every process is a fork of this one,
which has no threads. Commands come on standard input, the process number of each goes to standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from threading import Event

from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.feed_journal import journal_in
from connectors.http import HttpClient
from connectors.push.connector import PushConnector
from connectors.service.parts import ServiceParts
from connectors.service.server import serve_connectors
from connectors.service_client.connector import ServiceConnector
from domain.ids import SourceName
from tests.support.living_world import SteppingClock
from tests.support.service_site import TOKEN

PAGE = 40


def source(port: int, state: str) -> None:
    """A connector service that takes events and gives them out."""
    clock = SteppingClock()
    push = PushConnector(SourceName("wms"), journal=journal_in(Path(state)), clock=clock)
    serve_connectors(
        {"wms": push}, token=TOKEN, clock=clock, port=port, parts=ServiceParts(inlets={"wms": push})
    )
    Event().wait()


def desk(url: str, mirror_file: str) -> None:
    """A desk that syncs without a pause."""
    mirror = Mirror(open_database(Path(mirror_file), role="mirror"))
    client = HttpClient(url, headers={"Authorization": f"Bearer {TOKEN}"}, pause=lambda _: None)
    connector = ServiceConnector(SourceName("wms"), client)
    options = SyncOptions(force=True, page_limit=PAGE)
    while True:
        if sync_source(connector, mirror, clock=SteppingClock(), options=options).rows:
            Path(f"{mirror_file}.read").touch()


def main() -> None:
    """Fork one process for every line of standard input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            if what == "source":
                source(*arguments)
            desk(*arguments)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
