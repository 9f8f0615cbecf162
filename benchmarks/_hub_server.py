"""A hub to measure: ``python -m benchmarks._hub_server DATABASE_URL LARGEST_BATCH``; says its address."""

from __future__ import annotations

import sys
from pathlib import Path

from app.hub import clerk
from app.hub.server import serve
from tests.support.approval_desk import TurnedClock
from tests.support.hub_site import hub_settings


def main(url: str, largest_batch: int) -> None:
    """Serve until killed; a batch of one is a hub that commits each approval by itself."""
    clerk.MAX_BATCH = largest_batch
    settings = hub_settings(Path(), TurnedClock(), url=url, token="")
    serve(settings, lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
