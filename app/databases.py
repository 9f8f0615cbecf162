"""Opening the databases of a profile: unlocked, checked, and put right where they are damaged.

The mirror can be read again from its sources, so a damaged one is set aside and made anew. The ledger cannot:
a damaged one is set aside and the newest sound copy takes its place; what the hub recorded after that copy
comes back from its log. Nothing is ever deleted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from app.bootstrap import DESK_USER, LEDGER_FILE, MIRROR_FILE
from app.secrets import open_secrets
from app.signing_desk import RESTORED_FILE
from app.store.engine import DatabaseEngine, known_errors, open_database
from app.store.keeping import encrypt_database, is_plain, newest_sound, set_aside
from app.store.ledger_chain import chain_problems
from domain.errors import CorruptError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.profile import Profile
    from app.signing.keys import Entropy
    from app.signing.sealing import PinCost
    from app.signing.vault import AskPin

COPIES_FOLDER = "backups"
STORAGE_KEY = "storage-key"
KEY_BYTES = 32

_log = logging.getLogger(__name__)


def unlocked(profile: Profile, ask_pin: AskPin, entropy: Entropy, cost: PinCost | None = None) -> Profile:
    """The profile with the key of its databases, made at first use; as it is where they are not encrypted.

    Raises:
        CannotSignError: the PIN is wrong, or nobody gave one where no keyring keeps the key.
        CorruptError: the databases are encrypted and their key is lost.
    """
    if not profile.encrypt or profile.storage_key:
        return profile
    store = open_secrets(
        folder=profile.folder,
        profile=profile.name,
        user_id=DESK_USER,
        ask_pin=ask_pin,
        entropy=entropy,
        cost=cost,
    )
    key = store.get(STORAGE_KEY)
    if key is None:
        ledger = profile.folder / LEDGER_FILE
        if ledger.exists() and not is_plain(ledger):
            raise CorruptError(
                what=f"{ledger} is encrypted, and its key is not in the {store.backend_name}.",
                remedy="Restore the keyring, or the file of secrets, that belongs to it.",
            )
        key = entropy(KEY_BYTES)
        store.put(STORAGE_KEY, key)
    return replace(profile, storage_key=key)


def open_mirror_database(profile: Profile, now: Callable[[], datetime]) -> DatabaseEngine:
    """The mirror's engine; a damaged mirror is set aside and a new one made.

    Raises:
        RefusedError: a newer program wrote it.
        UnavailableError: it cannot be opened.
    """
    file = profile.folder / MIRROR_FILE
    _encrypt_if_plain(file, profile.storage_key)
    try:
        return open_database(file, role="mirror", key=profile.storage_key)
    except CorruptError as error:
        _log.warning("%s It is made anew from its sources; the old one is %s.", error.what, _aside(file, now))
        return open_database(file, role="mirror", key=profile.storage_key)


def open_ledger_database(profile: Profile, now: Callable[[], datetime]) -> DatabaseEngine:
    """The ledger's engine; a damaged ledger gives way to its newest sound copy.

    Raises:
        CorruptError: it is damaged and there is no sound copy; it was left untouched.
        RefusedError: a newer program wrote it.
        UnavailableError: it cannot be opened.
    """
    file = profile.folder / LEDGER_FILE
    _encrypt_if_plain(file, profile.storage_key)
    try:
        engine = open_database(file, role="ledger", key=profile.storage_key)
    except CorruptError as error:
        copy = newest_sound(file, profile.folder / COPIES_FOLDER, profile.storage_key, chain_problems)
        if copy is None:
            raise
        _log.warning("%s Its copy %s takes its place.", error.what, copy)
        restore_ledger(profile, copy, now)
        engine = open_database(file, role="ledger", key=profile.storage_key)
    _require_whole(engine, file)
    return engine


def restore_ledger(profile: Profile, copy: Path, now: Callable[[], datetime]) -> Path:
    """Put a copy in the ledger's place; gives where the ledger of before lies.

    Nobody signs here until the hub, where there is one, has been read again: a device that signs on from an
    older copy would contradict what it signed before.
    """
    file = profile.folder / LEDGER_FILE
    fresh = file.with_suffix(".restoring")
    copyfile(copy, fresh)
    aside = _aside(file, now)
    if profile.hub_url:
        (profile.folder / RESTORED_FILE).touch()
    fresh.replace(file)
    return aside


def _require_whole(engine: DatabaseEngine, file: Path) -> None:
    try:
        with known_errors(file):
            problems = chain_problems(engine)
    except CorruptError:
        engine.dispose()
        raise
    if problems:
        engine.dispose()
        raise CorruptError(
            what=f"The ledger {file} was changed: {problems[0]}",
            remedy="It was left untouched. Run control-tower restore; that keeps the file as evidence.",
        )


def _encrypt_if_plain(file: Path, key: bytes) -> None:
    if key and is_plain(file):
        encrypt_database(file, key)


def _aside(file: Path, now: Callable[[], datetime]) -> Path:
    return set_aside(file, now())
