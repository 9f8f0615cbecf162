"""The policies that detection works with, as the mirror remembers them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from app.detection.policy_file import PolicyRefusedError
from app.detection.policy_overlay import overlaid
from app.detection.policy_set import packaged_policies
from app.store.policies import PolicyRecord, policy_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from app.detection.policy_set import PolicySet


def policies_in_force(connection: Connection) -> PolicySet:
    """The packaged policies with the profile's own that were good when last looked at.

    A program that was renewed may ship rules that an old file does not fit: then the packaged ones hold,
    and the next look at the folder says why.
    """
    try:
        return overlaid(own_texts(policy_records(connection)))
    except PolicyRefusedError:
        return packaged_policies()


def own_texts(records: tuple[PolicyRecord, ...]) -> dict[str, str]:
    """The profile's own files in force, name to text."""
    return {record.name: record.body for record in records if record.body}


def records_of(policies: PolicySet, own: Mapping[str, str], at: datetime) -> tuple[PolicyRecord, ...]:
    """What the mirror remembers of a set that comes into force."""
    return tuple(
        PolicyRecord(
            name=name,
            version=f"{file.head.policy_id} {file.head.version}",
            sha256=hashlib.sha256(file.text.encode()).hexdigest(),
            body=own.get(name, ""),
            loaded_at=at,
        )
        for name, file in policies.files.items()
    )
