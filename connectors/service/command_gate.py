"""A command once, whichever instance of the service it is sent to, however often, and whoever dies meanwhile.

Before a command goes to the system its key and the digest of what was asked are kept; its answer is kept
afterwards. A key that is asked with something else is refused. A command that was begun and never answered
is probed first: it is sent again only when it provably did not happen.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from connectors.wire import encode_command
from domain.commands import Command, CommandResult, Receipt
from domain.errors import ConflictError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from connectors.protocol import Connector
    from domain.clock import Clock


_log = logging.getLogger(__name__)


class KeyReusedError(RefusedError):
    """The same idempotency key was sent with another command before."""


class InProgressError(ConflictError):
    """The same command is being carried out at this moment, here or by another instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCommand:
    """A command that was begun; ``receipt`` is its final answer, ``None`` until there is one."""

    digest: str
    receipt: Receipt | None


class CommandLog(Protocol):
    """Where commands are kept; with several instances, one for all of them."""

    def exclusively(self, connector: str, key: str) -> AbstractContextManager[bool]:
        """Hold a key for the length of a block; false when somebody else holds it."""
        ...

    def find(self, connector: str, key: str) -> KeptCommand | None:
        """What is known of a key."""
        ...

    def begin(self, connector: str, key: str, *, digest: str, caller: str, at: datetime) -> None:
        """Keep that a command is about to be sent; once this returns it survives any crash."""
        ...

    def finish(self, connector: str, key: str, receipt: Receipt, *, at: datetime) -> None:
        """Keep the final answer."""
        ...


class HeldKeys:
    """The keys that threads of this process hold."""

    def __init__(self) -> None:
        """Hold none."""
        self._held: set[tuple[str, str]] = set()
        self._lock = Lock()

    @contextmanager
    def hold(self, connector: str, key: str) -> Iterator[bool]:
        """Hold a key for the length of a block; false when another thread holds it."""
        with self._lock:
            free = (connector, key) not in self._held
            if free:
                self._held.add((connector, key))
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._held.discard((connector, key))


class MemoryCommandLog:
    """A log for one process and one run: what the connector itself remembers must do after a restart."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[tuple[str, str], KeptCommand] = {}
        self.exclusively = HeldKeys().hold

    def find(self, connector: str, key: str) -> KeptCommand | None:
        """What is known of a key."""
        return self._kept.get((connector, key))

    def begin(self, connector: str, key: str, *, digest: str, caller: str, at: datetime) -> None:
        """Keep that a command is about to be sent."""
        del caller, at
        self._kept[connector, key] = KeptCommand(digest=digest, receipt=None)

    def finish(self, connector: str, key: str, receipt: Receipt, *, at: datetime) -> None:
        """Keep the final answer."""
        del at
        self._kept[connector, key] = replace(self._kept[connector, key], receipt=receipt)


class CommandGate:
    """The way of commands to one connector."""

    def __init__(self, name: str, connector: Connector, log: CommandLog, clock: Clock) -> None:
        """Guard ``connector``, which the service calls ``name``."""
        self._name = name
        self._connector = connector
        self._log = log
        self._clock = clock

    def submit(self, command: Command, *, caller: str) -> Receipt:
        """Do a command once; sent again it answers what happened the first time.

        Raises:
            KeyReusedError: the key was used for another command.
            InProgressError: it is being done right now.
            UnavailableError: the system was provably not reached.
        """
        with self._log.exclusively(self._name, command.key) as mine:
            if not mine:
                raise InProgressError(
                    what=f"The command {command.key} is being carried out at this moment.",
                    remedy="Ask again in a moment with the same key.",
                )
            kept = self._log.find(self._name, command.key)
            _require_same(kept, command)
            if kept is None:
                digest = digest_of(command)
                self._log.begin(self._name, command.key, digest=digest, caller=caller, at=self._clock.now())
                return self._finished(self._connector.submit(command))
            if kept.receipt is not None:
                return replace(kept.receipt, repeated=True)
            return self._taken_up(command)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command; ``None`` only when it provably did not happen.

        Raises:
            KeyReusedError: the key was used for another command.
            UnavailableError: nobody can tell now.
        """
        with self._log.exclusively(self._name, command.key) as mine:
            if not mine:
                raise UnavailableError(
                    what=f"The command {command.key} is being carried out at this moment.",
                    remedy="Ask again in a moment.",
                )
            kept = self._log.find(self._name, command.key)
            _require_same(kept, command)
            if kept is not None and kept.receipt is not None:
                return kept.receipt
            found = self._connector.probe(command)
            return found if found is None or kept is None else self._finished(found)

    def _taken_up(self, command: Command) -> Receipt:
        """Go on with a command whose sending was cut off: look before sending again."""
        try:
            found = self._connector.probe(command)
        except UnavailableError as error:
            return Receipt(key=command.key, result=CommandResult.UNKNOWN, message=error.what)
        if found is not None and found.result is not CommandResult.UNKNOWN:
            return replace(self._finished(found), repeated=True)
        return found or self._finished(self._connector.submit(command))

    def _finished(self, receipt: Receipt) -> Receipt:
        """Keep a final answer; one that cannot be kept is still true, and is looked for if asked again."""
        if receipt.result is not CommandResult.UNKNOWN:
            try:
                self._log.finish(self._name, receipt.key, receipt, at=self._clock.now())
            except UnavailableError as error:
                _log.warning("%s: the answer to %s is not kept: %s", self._name, receipt.key, error)
        return receipt


def digest_of(command: Command) -> str:
    """The digest of everything a command asks for, whatever the order of its fields on the wire."""
    return hashlib.sha256(encode_command(command)).hexdigest()


def _require_same(kept: KeptCommand | None, command: Command) -> None:
    if kept is not None and kept.digest != digest_of(command):
        raise KeyReusedError(
            what=f"The idempotency key {command.key} was used for another command before.",
            remedy="Use a new key for a new command; send the first command unchanged to hear of it.",
        )
