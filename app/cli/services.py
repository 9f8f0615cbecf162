"""The servers: a hub, and a connector service, each until it is told to end."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from app.bootstrap import (
    ENROLMENT_TOKEN_FILE,
    POLICY_FILE,
    ask_pin_like_a_command,
    monotonic_seconds,
    random_bytes,
    random_token,
    system_clock,
)
from app.connect import connector_of
from app.environment import SOURCE_PASSWORD_VARIABLE
from app.hub_key import hub_key
from app.profile import SourceSettings, profiles_root
from app.secrets import write_private
from app.signing_desk import EXECUTOR
from connectors.service.server import serve_connectors
from domain.errors import BadInputError
from domain.rights import RightsPolicy, parse_policy
from resources.loader import read_bytes

if TYPE_CHECKING:
    from connectors.protocol import Connector

TOKEN_FILE = "token"  # noqa: S105 - the name of a file, not a token
WORLD_SEED = 20261122


def run_hub(options: argparse.Namespace) -> int:
    """Run a hub, or revoke a key at it; its key and enrolment token are made in its folder at first start."""
    from app.hub.server import HubSettings, revoke_key, serve

    folder = _folder(options.folder, "hub")
    policy = _hub_policy(folder)
    key = hub_key(folder, ask_pin_like_a_command(), random_bytes)
    settings = HubSettings(
        database_url=options.database_url or f"sqlite:///{folder / 'hub.db'}",
        policy=policy,
        key=key,
        clock=system_clock(),
        enrolment_token="" if options.first_use else _kept_token(folder / ENROLMENT_TOKEN_FILE),
        host=options.host,
        port=options.port,
    )

    def started(url: str) -> None:
        how = "first use" if options.first_use else f"the token in {folder / ENROLMENT_TOKEN_FILE}"
        print(f"hub {url} - devices enrol by {how} - rights of {len(policy.users)} people", flush=True)
        print(f"fingerprint {key.public.fingerprint} - for desks and auditors to compare", flush=True)

    if options.revoke:
        index = revoke_key(settings, options.revoke, options.reason or "revoked by the administrator")
        print(f"{options.revoke} counts no more: record #{index}")
        return 0
    serve(settings, started)
    return 0


def run_connector_service(options: argparse.Namespace) -> int:
    """Serve one system's connector (for the world: each of its faces) over HTTP until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    folder = _folder(options.folder, f"service-{options.connector}")
    connectors = _world(folder, options) if options.connector == "world" else _single(folder, options)
    token = _kept_token(folder / TOKEN_FILE)
    service = serve_connectors(
        connectors, token=token, clock=system_clock(), host=options.host, port=options.port
    )
    names = " ".join(service.url_of(name) for name in connectors)
    print(f"connector-service {names} - token in {folder / TOKEN_FILE}", flush=True)
    _wait_for_the_end()
    service.close()
    for connector in connectors.values():
        connector.close()
    return 0


def _folder(given: str, name: str) -> Path:
    folder = Path(given) if given else profiles_root() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _hub_policy(folder: Path) -> RightsPolicy:
    """The rights in the hub's folder, where the administrator names the people; made from the default."""
    file = folder / POLICY_FILE
    if not file.exists():
        file.write_bytes(read_bytes("policy", POLICY_FILE))
    policy = parse_policy(file.read_text(encoding="utf-8"))
    people: dict[str, tuple[str, ...]] = dict(policy.users)
    if not people:
        raise BadInputError(
            what=f"The decision rights of the hub name nobody ({file}).",
            remedy='Add your people under [users], for example a.moreno = ["planner"], and start it again.',
        )
    return policy.with_users({**people, EXECUTOR: (EXECUTOR,)})


def _kept_token(file: Path) -> str:
    if not file.exists():
        write_private(file, random_token().encode())
    return file.read_text(encoding="utf-8").strip()


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


def _single(folder: Path, options: argparse.Namespace) -> dict[str, Connector]:
    source = SourceSettings(
        name=options.connector,
        system=options.connector,
        url=options.url,
        secret=SOURCE_PASSWORD_VARIABLE,
        options=tuple(sorted(_settings(options.option).items())),
    )

    def credential(name: str) -> str:
        value = os.environ.get(name, "")
        if not value:
            raise BadInputError(
                what=f"The password of {options.connector} was not given.",
                remedy=f"Set {name} and try again.",
            )
        return value

    return {
        source.name: connector_of(
            source,
            credential=credential,
            folder=folder,
            clock=system_clock(),
            monotonic=monotonic_seconds,
        )
    }


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
