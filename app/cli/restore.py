"""Putting a copy in the ledger's place."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.bootstrap import LEDGER_FILE, unlock, utc_now
from app.databases import COPIES_FOLDER, restore_ledger
from app.instance_lock import InstanceLock
from app.profile import load_profile
from app.store.engine import known_errors, read_only_engine
from app.store.keeping import copies_of, newest_sound, require_sound
from app.store.ledger_chain import chain_problems
from domain.errors import BadInputError, CorruptError


def restore(options: argparse.Namespace) -> int:
    """List the copies of the ledger, or put one (the newest sound one) in its place."""
    profile = load_profile(options.profile)
    file, folder = profile.folder / LEDGER_FILE, profile.folder / COPIES_FOLDER
    if options.list:
        for copy in copies_of(file, folder):
            print(copy)
        return 0
    lock = InstanceLock(profile.folder)
    try:
        profile = unlock(profile)
        if options.copy:
            chosen = Path(options.copy)
            _require_good(chosen, profile.storage_key)
        else:
            found = newest_sound(file, folder, profile.storage_key, chain_problems)
            if found is None:
                raise BadInputError(
                    what=f"There is no sound copy of the ledger in {folder}.",
                    remedy="Name one from elsewhere: control-tower restore --from FILE.",
                )
            chosen = found
        aside = restore_ledger(profile, chosen, utc_now)
    finally:
        lock.close()
    print(f"{chosen} is the ledger now; the one of before is {aside}")
    if profile.hub_url:
        print("run control-tower execute: what the hub recorded since then is read before anybody signs")
    return 0


def _require_good(copy: Path, key: bytes) -> None:
    if not copy.is_file():
        raise BadInputError(what=f"There is no file {copy}.", remedy="See control-tower restore --list.")
    require_sound(copy, key)
    engine = read_only_engine(copy, key)
    try:
        with known_errors(copy):
            problems = chain_problems(engine)
    finally:
        engine.dispose()
    if problems:
        raise CorruptError(what=f"The copy {copy} was changed: {problems[0]}", remedy="Use another one.")
