"""What a decision is compared with: the terms, proposer and expiry of a proposal that is in the log.

A proposal was verified and read to its last field when it was recorded. Of the log's own bytes only these
three are looked at again; terms are compared as the bytes they were signed in, which have one spelling.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.ids import UserId
from domain.profile_json import parse_time


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledProposal:
    """A proposal of the log: ``terms`` are their canonical bytes."""

    terms: bytes
    proposer: UserId
    expires_at: datetime

    @property
    def undone_id(self) -> str:
        """The action that it takes back; empty for one that takes nothing back."""
        return _undoing.decode(self.terms).undoes.action_id


class _Undone(msgspec.Struct):
    action_id: str = ""


class _Terms(msgspec.Struct):
    undoes: _Undone = msgspec.field(default_factory=_Undone)


class _Actor(msgspec.Struct):
    user_id: str


class _Predicate(msgspec.Struct):
    terms: msgspec.Raw
    actor: _Actor
    expires_at: str


class _Statement(msgspec.Struct):
    predicate: _Predicate


class _Envelope(msgspec.Struct):
    payload: str


_envelopes = msgspec.json.Decoder(_Envelope)
_statements = msgspec.json.Decoder(_Statement)
_undoing = msgspec.json.Decoder(_Terms)


def filed_proposal(envelope: bytes) -> FiledProposal:
    """The proposal in an envelope of the log."""
    said = _statements.decode(base64.b64decode(_envelopes.decode(envelope).payload)).predicate
    return FiledProposal(
        terms=bytes(said.terms), proposer=UserId(said.actor.user_id), expires_at=parse_time(said.expires_at)
    )


def terms_in(payload: bytes) -> bytes:
    """The canonical bytes of the terms of a proposal or decision that was verified."""
    return bytes(_statements.decode(payload).predicate.terms)
