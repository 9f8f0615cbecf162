"""A connector service in a process of its own, until it is told to end."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from app.bootstrap import monotonic_seconds, system_clock
from app.cli.services import kept_token, server_folder
from app.connect import connector_of, sources_folder
from app.environment import CREDENTIALS_FOLDER_VARIABLE, SOURCE_PASSWORD_VARIABLE
from app.instance_lock import InstanceLock
from app.known_devices import KnownDevices
from app.profile import SourceSettings
from app.store.command_log import SqlCommandLog
from app.store.feed_journal import SqlFeedJournal
from connectors.feed_journal import FILE_NAME, FileJournal
from connectors.service.parts import Inlet, ServiceParts
from connectors.service.server import serve_connectors
from domain.errors import BadInputError

if TYPE_CHECKING:
    from connectors.protocol import Connector

TOKEN_FILE = "token"  # noqa: S105 - the name of a file, not a token
DEVICES_FILE = "devices"
COMMANDS_FILE = "commands.db"
PASSWORD_CREDENTIAL = "source-password"  # noqa: S105 - the name of a credential
WORLD_SEED = 20261122


def run_connector_service(options: argparse.Namespace) -> int:
    """Serve one system's connector (for the world: each of its faces) over HTTP until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    folder = server_folder(options.folder, f"service-{options.connector}")
    certificate = _certificate(options)
    clock = system_clock()
    devices = KnownDevices(Path(options.devices) if options.devices else folder / DEVICES_FILE, clock)
    commands = SqlCommandLog(options.database_url or f"sqlite:///{folder / COMMANDS_FILE}")
    feed = _shared_feed(folder, options)
    alone = _only_one(folder) if feed is None else None
    connectors = _world(folder, options) if options.connector == "world" else _single(folder, options, feed)
    service = serve_connectors(
        connectors,
        token=kept_token(folder / TOKEN_FILE),
        clock=clock,
        host=options.host,
        port=options.port,
        certificate=certificate,
        parts=ServiceParts(
            devices=devices.check,
            commands=commands,
            inlets={name: each for name, each in connectors.items() if isinstance(each, Inlet)},
            monotonic=monotonic_seconds,
            requests_per_second=options.requests_per_second,
        ),
    )
    names = " ".join(service.url_of(name) for name in connectors)
    print(f"connector-service {names} - token in {folder / TOKEN_FILE}", flush=True)
    _wait_for_the_end()
    service.close()
    for connector in connectors.values():
        connector.close()
    commands.close()
    for each in (feed, alone):
        if each is not None:
            each.close()
    return 0


def _certificate(options: argparse.Namespace) -> tuple[Path, Path] | None:
    if bool(options.certificate) != bool(options.key):
        raise BadInputError(
            what="TLS needs a certificate and its key, and only one of them was given.",
            remedy="Give both --certificate and --key (PEM files).",
        )
    return (Path(options.certificate), Path(options.key)) if options.certificate else None


def _world(folder: Path, options: argparse.Namespace) -> dict[str, Connector]:
    from connectors.world.sizes import SizeName
    from connectors.world.world import World

    settings = _settings(options.option)
    size, seed = settings.get("size", "ci"), settings.get("seed", str(WORLD_SEED))
    if size not in get_args(SizeName):
        raise BadInputError(what=f"There is no world of size {size!r}.", remedy="Use tiny, ci or demo.")
    if not (seed.isascii() and seed.isdigit()):
        raise BadInputError(what=f"The seed {seed!r} is no whole number.", remedy="Write seed=20261122.")
    world = World(int(seed), system_clock(), folder, size=cast("SizeName", size))
    return {name: world.connector(name) for name in world.source_names}


def _shared_feed(folder: Path, options: argparse.Namespace) -> SqlFeedJournal | None:
    """The feed that all instances on one PostgreSQL share; what was kept in the folder before moves there."""
    if not options.database_url.startswith("postgresql"):
        return None
    feed = SqlFeedJournal(options.database_url, options.connector)
    before = sources_folder(folder, options.connector) / FILE_NAME
    with feed.turn(wait=True) as mine:
        lines = FileJournal(before).read(0).lines
        if mine and lines and feed.is_empty():
            feed.replace(lines, after=0)
            before.rename(before.with_suffix(".moved"))
    return feed


def _only_one(folder: Path) -> InstanceLock:
    """What keeps a second service from the feeds in a folder, which are one process's own."""
    return InstanceLock(
        folder,
        program="connector service",
        thing="feed",
        remedy="End that one first, or have both share a PostgreSQL by --database-url.",
    )


def _single(folder: Path, options: argparse.Namespace, feed: SqlFeedJournal | None) -> dict[str, Connector]:
    password = os.environ.get(SOURCE_PASSWORD_VARIABLE, "") or _credential_of_the_system()
    source = SourceSettings(
        name=options.connector,
        system=options.connector,
        url=options.url,
        secret=SOURCE_PASSWORD_VARIABLE if password else "",
        options=tuple(sorted(_settings(options.option).items())),
    )

    def credential(_name: str) -> str:
        if not password:
            raise BadInputError(
                what=f"The password of {options.connector} was not given.",
                remedy=f"Set {SOURCE_PASSWORD_VARIABLE}, or give it as credential {PASSWORD_CREDENTIAL}.",
            )
        return password

    return {
        source.name: connector_of(
            source,
            credential=credential,
            folder=folder,
            clock=system_clock(),
            monotonic=monotonic_seconds,
            journal=feed,
        )
    }


def _credential_of_the_system() -> str:
    """The password as systemd hands it over (LoadCredential), empty where it does not."""
    folder = os.environ.get(CREDENTIALS_FOLDER_VARIABLE, "")
    file = Path(folder) / PASSWORD_CREDENTIAL
    return file.read_text(encoding="utf-8").strip() if folder and file.is_file() else ""


def _settings(texts: list[str]) -> Mapping[str, str]:
    pairs = [text.partition("=") for text in texts]
    wrong = next((name for name, sign, _ in pairs if not sign), None)
    if wrong is not None:
        raise BadInputError(what=f"--option {wrong!r} has no value.", remedy="Write NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: ended.set())
    ended.wait()
