"""The trust root: administrators' keys, versions, signatures, and pinning it at a desk or a hub."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.bootstrap import ask_pin_like_a_command, random_bytes, utc_now
from app.cli.services import hub_policy
from app.profile import load_profile, profiles_root
from app.root_files import pin_root
from app.secrets import PinFileSecrets, write_private
from app.signing.canonical import digest_of
from app.signing.keys import KeyOwner, PublicKey
from app.signing.sealing import PinCost
from app.signing.trust_root import (
    add_signature,
    draft_root,
    lines_of,
    open_chain,
    root_in,
    signers_of,
)
from app.signing.vault import KeyVault
from domain.errors import BadInputError, RefusedError
from domain.ids import UserId
from domain.trust_root import RootAdmin, RootDocument

ADMIN_DEVICE = "root"
PIN_COST = PinCost()
_KEYID = re.compile(r"[0-9a-f]{64}\Z")


def make_key(options: argparse.Namespace) -> int:
    """Make the key of an administrator of the root, or show it again."""
    vault, owner = _vault(options)
    key = vault.unlock_or_create(owner).public
    print(f"{options.name}={key.to_text()}")
    print(f"fingerprint {key.fingerprint}")
    return 0


def new(options: argparse.Namespace) -> int:
    """Write version 1 of a root, for its administrators to sign."""
    file = Path(options.file)
    if file.exists():
        raise BadInputError(what=f"{file} exists already.", remedy="Use control-tower root rotate.")
    now = utc_now().replace(microsecond=0)
    root = RootDocument(
        version=1,
        issued_at=now,
        expires_at=now + timedelta(days=options.days),
        threshold=options.threshold,
        admins=_admins(options.admin),
        hub_keyids=_keyids(options.hub_key),
        executor_keyids=_keyids(options.executor_key),
        rights_sha256s=_rights(options.rights) or None,
        device_keyids=_keyids(options.device_key) or None,
    )
    _write(file, [draft_root(root)])
    return _told(file)


def rotate(options: argparse.Namespace) -> int:
    """Write the next version behind a root that holds.

    What is not named stays as it is; keys of devices are added to those there are, or taken from them.
    """
    file = Path(options.file)
    data = _read(file)
    root = open_chain(data).current
    now = utc_now().replace(microsecond=0)
    changed = replace(
        root,
        version=root.version + 1,
        issued_at=now,
        expires_at=now + timedelta(days=options.days),
        threshold=options.threshold or root.threshold,
        admins=_admins(options.admin) or root.admins,
        hub_keyids=_keyids(options.hub_key) or root.hub_keyids,
        executor_keyids=_keyids(options.executor_key) or root.executor_keyids,
        rights_sha256s=_rights(options.rights) or root.rights_sha256s,
        device_keyids=_devices(root, options),
    )
    _write(file, [*lines_of(data), draft_root(changed)])
    return _told(file)


def sign(options: argparse.Namespace) -> int:
    """Add the signature of an administrator to the last version of a file."""
    file = Path(options.file)
    *before, last = lines_of(_read(file))
    vault, owner = _vault(options)
    _write(file, [*before, add_signature(last, vault.unlock(owner))])
    return _told(file)


def show(options: argparse.Namespace) -> int:
    """Print what the last version says and whose signatures it has; exit code 1 while it does not hold."""
    return _told(Path(options.file), check=True)


def pin(options: argparse.Namespace) -> int:
    """Pin a root by its fingerprint at a profile, or at the folder of a hub."""
    folder = Path(options.folder) if options.folder else load_profile(options.profile).folder
    chain = pin_root(folder, _read(Path(options.file)), options.fingerprint)
    print(f"root {chain.fingerprint} version {chain.current.version} is pinned in {folder}")
    return 0


def _vault(options: argparse.Namespace) -> tuple[KeyVault, KeyOwner]:
    folder = Path(options.folder) if options.folder else profiles_root() / "root"
    ask_pin = ask_pin_like_a_command()
    store = PinFileSecrets(
        file=folder / f"secrets-root-{options.name}.json",
        user_id=options.name,
        ask_pin=ask_pin,
        entropy=random_bytes,
        cost=PIN_COST,
    )
    vault = KeyVault(secrets=store, ask_pin=ask_pin, entropy=random_bytes, cost=PIN_COST)
    return vault, KeyOwner(user_id=UserId(options.name), device_id=ADMIN_DEVICE)


def _admins(texts: list[str]) -> tuple[RootAdmin, ...]:
    found = []
    for text in texts:
        name, _, key = text.partition("=")
        found.append(RootAdmin(name=name, keyid=PublicKey.from_text(key).keyid, public_key=key))
    return tuple(sorted(found, key=lambda admin: admin.name))


def _keyids(texts: list[str]) -> tuple[str, ...]:
    """Ids of keys that are given by their id, or as a whole."""
    whole = (text if _KEYID.match(text) else PublicKey.from_text(text).keyid for text in texts)
    return tuple(sorted(whole))


def _devices(root: RootDocument, options: argparse.Namespace) -> tuple[str, ...] | None:
    """The keys of devices in the next version; ``None`` as long as the root never named any."""
    named = {*(root.device_keyids or ()), *_keyids(options.device_key)} - {*_keyids(options.drop_device_key)}
    return tuple(sorted(named)) if named or root.device_keyids is not None else None


def _rights(files: list[str]) -> tuple[str, ...]:
    """The digests of decision rights, as the hub that has them works them out."""
    missing = next((file for file in files if not Path(file).exists()), "")
    if missing:
        raise BadInputError(what=f"There is no file {missing}.", remedy="Name the decision rights of a hub.")
    return tuple(sorted(digest_of(hub_policy(Path(file))) for file in files))


def _told(file: Path, *, check: bool = False) -> int:
    data = _read(file)
    last = lines_of(data)[-1]
    root, signers = root_in(last), signers_of(last)
    print(f"version {root.version}, until {root.expires_at.date()}, {root.threshold} signatures needed")
    print(f"  {_many(root.rights_sha256s)} decision rights, {_many(root.device_keyids)} keys of devices")
    for admin in root.admins:
        print(f"  {'signed' if admin.keyid in signers else '      '}  {admin.name}")
    try:
        print(f"it holds: fingerprint {open_chain(data).fingerprint}")
    except (BadInputError, RefusedError) as error:
        print(f"it does not hold yet: {error.what}")
        return int(check)
    return 0


def _many(named: tuple[str, ...] | None) -> str:
    return "any" if named is None else str(len(named))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes().rstrip(b"\n")
    except OSError as error:
        raise BadInputError(
            what=f"{file} cannot be read ({error.strerror}).", remedy="Name the file of a trust root."
        ) from error


def _write(file: Path, envelopes: list[bytes]) -> None:
    write_private(file, b"\n".join(envelopes))
