"""What of a request is signed, and the form of a function that signs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """A request about to leave; ``authority`` is host and port, ``target`` the path with its query."""

    method: str
    authority: str
    target: str
    body_sha256: str


#: Gives the headers that prove who sends a request; asked anew for every try.
Signer = Callable[[OutgoingRequest], Mapping[str, str]]
