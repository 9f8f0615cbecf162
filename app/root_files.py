"""A pinned trust root in a folder: the fingerprint somebody typed, and the versions that go on from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.secrets import write_private
from app.signing.trust_root import BadRootError, RootChain, open_chain
from domain.errors import CorruptError

if TYPE_CHECKING:
    from pathlib import Path

ROOT_FILE = "root.json"
FINGERPRINT_FILE = "root.fingerprint"


def pin_root(folder: Path, data: bytes, fingerprint: str) -> RootChain:
    """Verify a root from the fingerprint on, and keep both in ``folder``.

    Raises:
        BadRootError: the root does not hold, or another one is pinned there.
        BadInputError: it is no file of roots.
    """
    found = open_chain(data, fingerprint)
    kept = pinned_root(folder)
    if kept is not None and not found.goes_on_from(kept):
        raise BadRootError(
            what="Another trust root is pinned here.",
            remedy=f"Delete {folder / FINGERPRINT_FILE} only if the change is meant.",
        )
    write_private(folder / ROOT_FILE, data)
    write_private(folder / FINGERPRINT_FILE, found.fingerprint.encode())
    return found


def pinned_root(folder: Path) -> RootChain | None:
    """The root pinned in ``folder``, verified anew; ``None`` where there is none.

    Raises:
        BadRootError: it does not hold.
        CorruptError: the file of the root is missing although one is pinned.
    """
    pin = folder / FINGERPRINT_FILE
    if not pin.exists():
        return None
    try:
        data = (folder / ROOT_FILE).read_bytes()
    except OSError as error:
        raise CorruptError(
            what=f"A trust root is pinned, and its file {folder / ROOT_FILE} cannot be read.",
            remedy="Get it from an administrator: control-tower root pin.",
        ) from error
    return open_chain(data, pin.read_text(encoding="utf-8"))


def renew_root(folder: Path, data: bytes) -> None:
    """Keep newer versions of the pinned root; nothing changes when there are none.

    Raises:
        BadRootError: they do not go on from what is pinned.
    """
    kept = pinned_root(folder)
    if kept is None or data in {b"", kept.data}:
        return
    found = open_chain(data, kept.fingerprint)
    if len(found.versions) <= len(kept.versions) and kept.goes_on_from(found):
        return
    if not found.goes_on_from(kept):
        raise BadRootError(
            what="The hub offers a trust root that is not the continuation of the pinned one.",
            remedy="Tell the administrators; nothing was changed.",
        )
    write_private(folder / ROOT_FILE, data)
