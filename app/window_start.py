"""What is started beside the window, once it shows: databases, processes, readers; slow to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap import (
    LEDGER_FILE,
    MIRROR_FILE,
    policy_of,
    solve_limits,
    surroundings_of,
    ulid_source,
    unlock,
    utc_now,
)
from app.bridge_parts import BridgeParts
from app.databases import open_ledger_database, open_mirror_database
from app.profile import Profile
from app.read_models.snapshot import SnapshotReader
from app.signing_desk import fixed_pin
from app.store.engine import read_only_engine
from app.store.ledger_reads import LedgerReads
from app.store.mirror import Mirror

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from app.workers.processes import TowerProcesses


def start_beside(profile: Profile, processes: TowerProcesses, pin: str) -> tuple[BridgeParts, Connection]:
    """Check or make the databases, then set the processes to work; takes seconds: not in the GUI thread.

    Raises:
        CorruptError: a database is no database of ours, or damaged.
        RefusedError: a newer program wrote it.
        UnavailableError: the demo's services did not start.
    """
    profile = unlock(profile, fixed_pin(pin) if pin else None)
    open_mirror_database(profile, utc_now).dispose()
    open_ledger_database(profile, utc_now).dispose()
    pipe = processes.set_to_work(pin)
    around = surroundings_of(profile, demo=processes.demo)
    parts = BridgeParts(
        processes=processes,
        open_reader=lambda: _open_reader(around.profile),
        clock=around.clock,
        ids=ulid_source(around.clock),
        limits=solve_limits(),
    )
    return parts, pipe


def _open_reader(profile: Profile) -> SnapshotReader:
    return SnapshotReader(
        mirror=Mirror(read_only_engine(profile.folder / MIRROR_FILE, profile.storage_key)),
        ledger=LedgerReads(read_only_engine(profile.folder / LEDGER_FILE, profile.storage_key)),
        profile=profile,
        policy=policy_of(profile),
    )
