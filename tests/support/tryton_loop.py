"""A site whose one system is a real Tryton: a profile as a user writes it, a hub process, a line to cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.bootstrap import open_tower, surroundings_of, utc_now
from app.clocks import FunctionClock
from app.profile import load_profile
from app.signing_desk import fixed_pin
from app.tower import Tower
from domain.cases import ExceptionCase
from domain.ids import SourceName
from domain.recommendations import Remedy
from tests.support.server_process import CHECKOUT, PIN, ServerProcess, environment, run_program
from tests.support.tryton_company import CLERK
from tests.support.tryton_rpc import PASSWORD, TrytonRpc
from tests.support.tryton_seed import Distributor, find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import tryton_options

PROFILE = "harbor"
ERP = SourceName("erp")
PLANNER, SUPERVISOR = "a.moreno", "j.okafor"
POLL_SECONDS = 5

_PROFILE = """\
name = "harbor"
title = "Harbor Supply"
kind = "connected"
encrypt = true

[hub]
url = "http://127.0.0.1:{hub_port}"

[[source]]
name = "erp"
system = "tryton"
url = "{url}"
secret = "erp-password"
poll_seconds = {poll_seconds}
{options}

[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"

[[identity]]
user = "j.okafor"
name = "Joy Okafor"
role = "supervisor"
"""
_USERS = '[users]\n"a.moreno" = ["planner"]\n"j.okafor" = ["supervisor"]\n'


class TrytonSite:
    """The profile's folder, the hub process and the Tryton behind the profile's one source."""

    def __init__(self, home: Path, server: TrytonServer, *, url: str) -> None:
        """Nothing runs yet; ``url`` is where the profile finds Tryton, directly or over a line."""
        self.home = home
        self.server = server
        self._url = url
        self._passed = timedelta(0)
        rights = (CHECKOUT / "resources" / "policy" / "decision_rights.toml").read_text(encoding="utf-8")
        folder = home / "hub"
        folder.mkdir(parents=True)
        (folder / "decision_rights.toml").write_text(rights.replace("[users]\n", _USERS), encoding="utf-8")
        arguments = f"hub --first-use --folder {folder}".split()
        self.hub = ServerProcess(arguments, env=environment(home), log=home / "hub.log")

    @property
    def folder(self) -> Path:
        """The folder of the profile."""
        return self.home / "profiles" / PROFILE

    def set_up(self) -> None:
        """What an administrator does: the hub started, the profile written, password and keys stored."""
        self.hub.start()
        self.folder.mkdir(parents=True)
        options = tryton_options(self.server).items()
        text = _PROFILE.format(
            hub_port=self.hub.port,
            url=self._url,
            poll_seconds=POLL_SECONDS,
            options="\n".join(f"{name} = {json.dumps(value)}" for name, value in options),
        )
        (self.folder / "profile.toml").write_text(text, encoding="utf-8")
        self.run("secret", "erp-password", stdin=PASSWORD + "\n")
        for user in (PLANNER, SUPERVISOR):
            self.run("enrol", user)

    def run(self, command: str, *arguments: str, stdin: str = "") -> str:
        """Run the program's command line to its end, which must be a good one; what it printed."""
        done = run_program(self.home, command, *arguments, "--profile", PROFILE, stdin=stdin)
        assert done.returncode == 0, f"{command} {arguments}: {done.stderr}"
        return done.stdout

    def told(self, command: str, *arguments: str) -> dict[str, Any]:
        """Run a command that prints JSON; the document."""
        document: dict[str, Any] = json.loads(self.run(command, *arguments))
        return document

    def let_pass(self, **span: int) -> None:
        """Have the tower's clock run ahead by so much from now on."""
        self._passed += timedelta(**span)

    @contextmanager
    def tower(self) -> Iterator[Tower]:
        """The tower of the profile, as a start of the program opens it; it tries again without a pause."""

        def now() -> datetime:
            return utc_now() + self._passed

        surroundings = surroundings_of(load_profile(str(self.folder)), ask_pin=fixed_pin(PIN))
        opened = open_tower(replace(surroundings, clock=FunctionClock(read=now)))
        tower = Tower(replace(opened.parts, jitter=lambda: 0.0))
        try:
            yield tower
        finally:
            tower.close()


@contextmanager
def tryton_site(home: Path, server: TrytonServer, *, url: str = "") -> Iterator[TrytonSite]:
    """A site ready for its first sync."""
    site = TrytonSite(home, server, url=url or server.url)
    try:
        site.set_up()
        yield site
    finally:
        site.hub.stop()


def people_of(server: TrytonServer) -> tuple[TrytonRpc, Distributor]:
    """The clerk's own session in Tryton, and what is where."""
    return server.rpc(CLERK), find_distributor(server.rpc())


def open_cases(tower: Tower) -> dict[tuple[str, str], ExceptionCase]:
    """The queue by code and entity."""
    return {(case.code, case.entity.entity_id): case for case in tower.queue()}


def approved(tower: Tower, case: ExceptionCase, remedy: Remedy) -> str:
    """A remedy of that kind worked out, proposed by the planner and approved by the supervisor."""
    options = [option for option in tower.recommend(case.case_id).options if option.remedy is remedy]
    assert options, f"no {remedy} among the options of {case.title}"
    action: str = tower.propose(case.case_id, options[0].option_id, PLANNER, "").action_id
    tower.decide(action, SUPERVISOR, approve=True, reason="As proposed.")
    return action
