"""How a hub runs, and the log of a hub that runs so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.hub.hub_log import HubLog
from app.signing.canonical import digest_of
from domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from app.signing.keys import SigningKey
    from app.signing.trust_root import RootChain
    from domain.clock import Clock
    from domain.rights import RightsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """How a hub runs. An empty ``enrolment_token`` lets in the first key of each person and device.

    ``root`` is the pinned trust root, which names this hub and the executors that count. ``monotonic`` gives
    seconds that only grow: with it requests are limited, without it they are not.
    """

    database_url: str
    policy: RightsPolicy
    key: SigningKey
    clock: Clock
    enrolment_token: str = ""
    root: RootChain | None = None
    host: str = "127.0.0.1"
    port: int = 0
    monotonic: Callable[[], float] | None = None


def open_log(engine: Engine, settings: HubSettings) -> HubLog:
    """The log on a database.

    Raises:
        RefusedError: the trust root does not name this hub, or has ended.
    """
    executors: tuple[str, ...] = ()
    if settings.root is not None:
        root = settings.root.require_current(settings.clock.now())
        executors = root.executor_keyids
        if settings.key.public.keyid not in root.hub_keyids:
            raise RefusedError(
                what=f"The trust root does not name this hub ({settings.key.public.fingerprint}).",
                remedy="Have its administrators sign a version that does: control-tower root rotate.",
            )
        if root.rights_sha256s is not None and not root.lists_rights(digest_of(settings.policy)):
            raise RefusedError(
                what="The trust root does not name the decision rights of this hub.",
                remedy="Have its administrators sign them: control-tower root rotate --rights FILE.",
            )
    return HubLog(
        engine=engine,
        policy=settings.policy,
        key=settings.key,
        clock=settings.clock,
        executors=frozenset(executors),
        counts_device=_anybody if settings.root is None else settings.root.counts_device,
    )


def _anybody(_keyid: str) -> bool:
    """Without a trust root the hub alone says whose key counts."""
    return True
