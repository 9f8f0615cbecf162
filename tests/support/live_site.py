"""A site as it would stand somewhere: a connector service, a hub and a profile, each a real process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.server_process import CHECKOUT, PIN, ServerProcess, environment, run_program

FACES = ("erp", "wms", "tms", "supplier")
PROFILE = "site"
SECRET = "service-token"

_HEAD = """\
name = "site"
title = "A site of the tests"
kind = "connected"
encrypt = {encrypt}
{pin_line}

[hub]
url = "http://127.0.0.1:{hub_port}"

[[identity]]
user = "a.moreno"
name = "Alex Moreno"
role = "planner"

[[identity]]
user = "j.okafor"
name = "Joy Okafor"
role = "supervisor"
"""

_SOURCE = """
[[source]]
name = "{name}"
system = "service"
url = "http://127.0.0.1:{port}/{name}"
secret = "service-token"
poll_seconds = 1
"""

_USERS = '[users]\n"a.moreno" = ["planner"]\n"j.okafor" = ["supervisor"]\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSite:
    """The processes of a site and its folders."""

    home: Path
    service: ServerProcess
    hub: ServerProcess

    @property
    def profile(self) -> Path:
        """The folder of the tower's profile."""
        return self.home / "profiles" / PROFILE

    @property
    def command_log(self) -> Path:
        """What the systems were told to do, as they wrote it down themselves."""
        return self.home / "service" / "commands.jsonl"

    def commands(self) -> list[dict[str, object]]:
        """The lines of the systems' own log."""
        if not self.command_log.exists():
            return []
        return [json.loads(line) for line in self.command_log.read_text(encoding="utf-8").splitlines()]

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command on this site; ``variables`` are added to its environment."""
        return run_program(self.home, *arguments, stdin=stdin, **variables)


@contextmanager
def live_site(home: Path, *, cheap_keys: bool = True, encrypt: bool = False) -> Iterator[LiveSite]:
    """A site whose servers run; ``cheap_keys`` makes unlocking quick, ``encrypt`` is about the databases."""
    env = environment(home)
    hub_folder, service_folder = home / "hub", home / "service"
    hub_folder.mkdir(parents=True)
    rights = (CHECKOUT / "resources" / "policy" / "decision_rights.toml").read_text(encoding="utf-8")
    (hub_folder / "decision_rights.toml").write_text(rights.replace("[users]\n", _USERS), encoding="utf-8")
    site = LiveSite(
        home=home,
        service=ServerProcess(
            f"connector-service --connector world --option size=tiny --folder {service_folder}".split(),
            env=env,
            log=home / "service.log",
        ),
        hub=ServerProcess(f"hub --first-use --folder {hub_folder}".split(), env=env, log=home / "hub.log"),
    )
    try:
        site.service.start()
        site.hub.start()
        _write_profile(site, f'demo_pin = "{PIN}"' if cheap_keys else "", encrypt=encrypt)
        yield site
    finally:
        site.service.stop()
        site.hub.stop()


def _write_profile(site: LiveSite, pin_line: str, *, encrypt: bool) -> None:
    site.profile.mkdir(parents=True, exist_ok=True)
    text = _HEAD.format(hub_port=site.hub.port, pin_line=pin_line, encrypt=str(encrypt).lower())
    text += "".join(_SOURCE.format(name=name, port=site.service.port) for name in FACES)
    (site.profile / "profile.toml").write_text(text, encoding="utf-8")
    token = (site.home / "service" / "token").read_text(encoding="utf-8")
    stored = site.run("secret", SECRET, "--profile", PROFILE, stdin=token + "\n")
    assert stored.returncode == 0, stored.stderr
