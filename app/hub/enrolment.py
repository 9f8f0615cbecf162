"""Letting a device in: its owner proves to hold the key, and somebody vouches for the owner.

Two ways, and the hub remembers which was taken. With the *token* of the hub's start (the administrator
reads it from a file only they can read, and hands it on): any key of a person named in the decision
rights. On *first use*, where the hub was started so (the demo, a trial): the first key of each person
and device. Either way the decision rights alone say what that person may do.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from app.hub.hub_schema import DEVICE_KEY
from app.signing.keys import KeyOwner, PublicKey, SigningKey
from app.store.instants import to_ms
from domain.checks import require_text
from domain.errors import BadInputError, ConflictError, RefusedError
from domain.trust import EnrolKey, RevokeKey

if TYPE_CHECKING:
    from datetime import datetime

    from domain.rights import RightsPolicy

_PURPOSE = "control-tower enrolment v1"
_MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRequest:
    """A device asks to be let in; ``proof`` is :func:`prove_possession` in base64."""

    owner: KeyOwner
    public_key: PublicKey
    proof: str
    token: str = ""

    def __post_init__(self) -> None:
        """Refuse names that are empty or longer than a line."""
        for name in (self.owner.user_id, self.owner.device_id):
            require_text(name, "name")
            if len(name) > _MAX_NAME_CHARACTERS or not name.isprintable():
                raise BadInputError(what="A name in the enrolment is not usable.", remedy="Shorten it.")


def prove_possession(key: SigningKey) -> str:
    """A signature that only the holder of the key can make, over who it is for; in base64."""
    return base64.b64encode(key.sign(_statement(key.owner, key.public))).decode()


def admit(
    connection: Connection, policy: RightsPolicy, request: EnrolmentRequest, *, token: str, now: datetime
) -> tuple[str, EnrolKey | None]:
    """Let a device in: how (``token`` or ``first_use``), and the statement for the log when it is new.

    An empty ``token`` means first use.

    Raises:
        RefusedError: no proof, a wrong token, a revoked key, or nobody the decision rights know.
        ConflictError: first use is over for that person and device.
    """
    owner, key = request.owner, request.public_key
    _require_proof(policy, request, token)
    method = "token" if token else "first_use"
    known = connection.execute(select(DEVICE_KEY).where(DEVICE_KEY.c.keyid == key.keyid)).one_or_none()
    if known is not None:
        if (known.user_id, known.device_id) != (owner.user_id, owner.device_id):
            raise ConflictError(what="That key is enrolled for somebody else.", remedy="Make a new one.")
        if known.revoked_index is not None:
            raise RefusedError(what="That key was revoked.", remedy="Make a new one and enrol it.")
        return str(known.method), None
    same_place = select(DEVICE_KEY.c.keyid).where(
        DEVICE_KEY.c.user_id == owner.user_id, DEVICE_KEY.c.device_id == owner.device_id
    )
    if not token and connection.execute(same_place).first() is not None:
        raise ConflictError(
            what=f"{owner.user_id} has already enrolled a key on {owner.device_id}.",
            remedy="Start the hub with an enrolment token to let in another one.",
        )
    connection.execute(
        insert(DEVICE_KEY).values(
            keyid=key.keyid,
            user_id=owner.user_id,
            device_id=owner.device_id,
            spki=key.spki,
            method=method,
            enrolled_at=to_ms(now),
        )
    )
    return method, EnrolKey(
        user_id=owner.user_id,
        device_id=owner.device_id,
        keyid=key.keyid,
        public_key=key.to_text(),
        method=method,
    )


def revoke(connection: Connection, keyid: str, reason: str) -> RevokeKey:
    """The statement that ends a key.

    Raises:
        BadInputError: no such key is enrolled, or it is revoked already.
    """
    known = connection.execute(select(DEVICE_KEY).where(DEVICE_KEY.c.keyid == keyid)).one_or_none()
    if known is None or known.revoked_index is not None:
        raise BadInputError(
            what=f"There is no key {keyid[:12]}… that counts.", remedy="Copy its id from the list of devices."
        )
    return RevokeKey(keyid=keyid, reason=reason)


def _require_proof(policy: RightsPolicy, request: EnrolmentRequest, token: str) -> None:
    owner, key = request.owner, request.public_key
    if not key.verifies(_decoded(request.proof), _statement(owner, key)):
        raise RefusedError(what="The enrolment does not prove that it holds the key.", remedy="Try again.")
    if not policy.roles_of(owner.user_id):
        raise RefusedError(
            what=f"The decision rights do not know {owner.user_id}.", remedy="Add them to the policy file."
        )
    if token and not hmac.compare_digest(token.encode(), request.token.encode()):
        raise RefusedError(
            what="The enrolment token is not the one of this hub.",
            remedy="Ask the administrator: it is in the file that the hub names when it starts.",
        )


def _statement(owner: KeyOwner, key: PublicKey) -> bytes:
    return f"{_PURPOSE}\n{owner.user_id}\n{owner.device_id}\n{key.keyid}".encode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
