"""Policies without a window: check what a folder asks for, list what is in force."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import MIRROR_FILE, unlock, utc_now
from app.profile import Profile, load_profile
from domain.errors import BadInputError

if TYPE_CHECKING:
    from app.store.policies import PolicyRecord

EXIT_CHECK_FAILED = 1
_DIGEST_SIGNS = 12


def check(options: argparse.Namespace) -> int:
    """Check a folder's policy files (default: those of the profile) with the packaged ones; 1 if refused."""
    from app.detection.policy_file import PolicyRefusedError
    from app.services.policy_watch import choose, read_folder

    folder = Path(options.folder) if options.folder else load_profile(options.profile).policy_folder
    try:
        chosen = choose(read_folder(folder), now=utc_now())
    except PolicyRefusedError as error:
        for problem in error.problems:
            print(problem)
        return EXIT_CHECK_FAILED
    files = len(chosen.policies.files)
    own = f"{len(read_folder(folder))} from {folder}" if folder is not None else "all packaged"
    print(f"{files} policy files, {own}: nothing is wrong.")
    if chosen.next_at is not None:
        print(f"Some wait: the next takes effect on {chosen.next_at.isoformat()}.")
    return 0


def list_policies(options: argparse.Namespace) -> int:
    """Print id, version, digest and since when, of every policy in force; then what was refused."""
    profile = load_profile(options.profile)
    records = _records(profile)
    for record in records:
        if record.version:
            whose = "own" if record.body else "packaged"
            policy_id, _, version = record.version.rpartition(" ")
            since = record.loaded_at.isoformat(timespec="seconds")
            print(f"{policy_id}\t{version}\t{record.sha256[:_DIGEST_SIGNS]}\t{since}\t{whose}\t{record.name}")
    for record in records:
        if record.problem:
            stays = f"version {record.version.rpartition(' ')[2]} stays in force" if record.version else ""
            print(f"refused: {record.problem}{'; ' + stays if stays else ''}")
    return 0


def _records(profile: Profile) -> tuple[PolicyRecord, ...]:
    from app.store.engine import read_only_engine
    from app.store.mirror import Mirror

    file = profile.folder / MIRROR_FILE
    if not file.exists():
        raise BadInputError(
            what=f"The profile {profile.name} has not run yet, so nothing is in force.",
            remedy="Run it once, or use: control-tower policy check.",
        )
    mirror = Mirror(read_only_engine(file, unlock(profile).storage_key))
    try:
        return mirror.policy_records()
    finally:
        mirror.close()
