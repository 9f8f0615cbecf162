"""What a connector service is made of besides its connectors; what is left out has a plain stand-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from connectors.service.callers import DeviceCheck
from connectors.service.command_gate import CommandLog, MemoryCommandLog


@runtime_checkable
class Inlet(Protocol):
    """Where events go that are pushed to the service."""

    def accept(self, headers: Mapping[str, str], body: bytes) -> tuple[int, int]:
        """Take the events of one HTTP request and keep them; how many were new, how many known.

        Raises:
            BadInputError: it is no CloudEvent, or what it carries cannot be understood.
            UnavailableError: it cannot be kept now; nothing of it was.
        """
        ...


def no_time() -> float:
    """Stands still: nothing is measured, and a limit once reached holds."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class ServiceParts:
    """``devices`` lets in what devices sign; ``commands`` keeps what was sent; ``inlets`` take events.

    ``monotonic`` tells seconds that never go back (without it none pass); ``requests_per_second`` holds for
    each caller (0: any number). With several instances ``commands`` must be one for all.
    """

    devices: DeviceCheck | None = None
    commands: CommandLog = field(default_factory=MemoryCommandLog)
    inlets: Mapping[str, Inlet] = field(default_factory=dict)
    monotonic: Callable[[], float] = no_time
    requests_per_second: float = 0.0
