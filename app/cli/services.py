"""The hub in a process of its own, until it is told to end; what every server keeps in its folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.bootstrap import (
    ENROLMENT_TOKEN_FILE,
    POLICY_FILE,
    ask_pin_like_a_command,
    monotonic_seconds,
    random_bytes,
    random_token,
    system_clock,
)
from app.hub_key import hub_key
from app.profile import profiles_root
from app.root_files import pinned_root
from app.secrets import write_private
from app.signing_desk import EXECUTOR
from domain.errors import BadInputError
from domain.rights import RightsPolicy, parse_policy
from resources.loader import read_bytes


def run_hub(options: argparse.Namespace) -> int:
    """Run a hub, or revoke a key at it; its key and enrolment token are made in its folder at first start."""
    from app.hub.server import HubSettings, revoke_key, serve

    folder = server_folder(options.folder, "hub")
    policy = hub_policy(folder / POLICY_FILE)
    key = hub_key(folder, ask_pin_like_a_command(), random_bytes)
    root = pinned_root(folder)
    settings = HubSettings(
        database_url=options.database_url or f"sqlite:///{folder / 'hub.db'}",
        policy=policy,
        key=key,
        clock=system_clock(),
        enrolment_token="" if options.first_use else kept_token(folder / ENROLMENT_TOKEN_FILE),
        root=root,
        monotonic=monotonic_seconds,
        host=options.host,
        port=options.port,
    )

    def started(url: str) -> None:
        how = "first use" if options.first_use else f"the token in {folder / ENROLMENT_TOKEN_FILE}"
        print(f"hub {url} - devices enrol by {how} - rights of {len(policy.users)} people", flush=True)
        pinned = key.public.fingerprint if root is None else root.fingerprint
        print(f"fingerprint {pinned} - for desks and auditors to compare", flush=True)
        print(f"hub key {key.public.to_text()}", flush=True)

    if options.revoke:
        index = revoke_key(settings, options.revoke, options.reason or "revoked by the administrator")
        print(f"{options.revoke} counts no more: record #{index}")
        return 0
    serve(settings, started)
    return 0


def server_folder(given: str, name: str) -> Path:
    """The folder a server keeps its things in, made if absent: the one given, or one beside the profiles."""
    folder = Path(given) if given else profiles_root() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def hub_policy(file: Path) -> RightsPolicy:
    """The rights in a hub's file, where the administrator names the people; made from the default if absent.

    Raises:
        BadInputError: it names nobody, or cannot be used.
    """
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


def kept_token(file: Path) -> str:
    """The token in a file that only its owner may read; made at first use."""
    if not file.exists():
        write_private(file, random_token().encode())
    return file.read_text(encoding="utf-8").strip()
