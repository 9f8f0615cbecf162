"""Keys and credentials: enrol a person on this machine, store a source's secret."""

from __future__ import annotations

import argparse
import getpass
import sys

from app.bootstrap import DESK_USER, open_desk, open_ledger
from app.cli.running import running
from app.known_devices import device_line
from app.profile import load_profile
from app.signing_desk import EXECUTOR
from domain.errors import BadInputError


def enrol(options: argparse.Namespace) -> int:
    """Make a signing key for a user, and tell the hub of it where there is one."""
    with running(load_profile(options.profile)) as surroundings:
        ledger = open_ledger(surroundings.profile)
        desk = open_desk(surroundings, ledger)
        signer = desk.enrol(options.user)
        print(f"{options.user} signs on this machine with key {signer.key.public.keyid[:16]}…")
        print(f"kept in: {desk.secrets_of(options.user).backend_name}")
    return 0


def device_key(options: argparse.Namespace) -> int:
    """Print the line that lets this desk read from a connector service; it holds nothing secret."""
    with running(load_profile(options.profile)) as surroundings:
        key = open_desk(surroundings, open_ledger(surroundings.profile)).signer(EXECUTOR).key
        print(device_line(key.public, key.owner))
    return 0


def store_secret(options: argparse.Namespace) -> int:
    """Store a credential that a source names; it is read from the terminal or standard input, never argv."""
    if sys.stdin.isatty():
        value = getpass.getpass(f"{options.name}: ")
    else:
        value = sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise BadInputError(what="The credential is empty.", remedy="Type it, or pipe it in.")
    with running(load_profile(options.profile)) as surroundings:
        store = open_desk(surroundings, open_ledger(surroundings.profile)).secrets_of(DESK_USER)
        store.put(options.name, value.encode())
        print(f"{options.name} kept in: {store.backend_name}")
    return 0
