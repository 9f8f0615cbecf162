"""What other policies would do to the cases: everything detected with them, on a copy that is thrown away.

Before the other policies come, those in force look as often at the same facts, so that what is told
follows from the policies alone. A type that clears only after several clean looks gets that many; a
flapping case stays open here as it would for its hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app.detection.policy_overlay import overlaid
from app.store.copying import copy_database
from app.store.engine import open_database
from app.store.mirror import Mirror
from domain.catalogue.types import CASE_TYPES
from domain.ids import CaseId

_A_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEffect:
    """What would happen to the cases of one code."""

    code: str
    open_now: int
    would_open: int
    would_close: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The effects by code, in alphabetical order, and the cases open now that would close."""

    effects: tuple[CodeEffect, ...]
    closing: tuple[CaseId, ...]

    @property
    def open_now(self) -> int:
        """How many cases are open under the policies in force."""
        return sum(effect.open_now for effect in self.effects)


def rehearse(mirror_file: Path, own: Mapping[str, str], *, now: datetime, key: bytes = b"") -> Rehearsal:
    """The effect of a profile's own policy files (name to text) in place of those in force.

    Raises:
        PolicyRefusedError: they cannot be used.
        UnavailableError: the mirror cannot be read, or there is no room for a copy.
    """
    other = overlaid(own)
    looks = max(case_type.clean_checks for case_type in CASE_TYPES)
    with TemporaryDirectory(prefix="control-tower-rehearsal-") as folder:
        scratch = Path(folder) / "mirror.db"
        copy_database(mirror_file, scratch, key)
        mirror = Mirror(open_database(scratch, role="mirror", key=key))
        try:
            for _ in range(looks):
                now += _A_MOMENT
                with mirror.write() as transaction:
                    transaction.detect(now=now, full=True)
            before = mirror.open_codes()
            for _ in range(looks):
                now += _A_MOMENT
                with mirror.write() as transaction:
                    transaction.detect(now=now, full=True, policy=other)
            after = mirror.open_codes()
        finally:
            mirror.close()
    return _compared(before, after)


def _compared(before: Mapping[CaseId, str], after: Mapping[CaseId, str]) -> Rehearsal:
    open_now = Counter(before.values())
    opened = Counter(code for case_id, code in after.items() if case_id not in before)
    closed = Counter(code for case_id, code in before.items() if case_id not in after)
    return Rehearsal(
        effects=tuple(
            CodeEffect(code=code, open_now=open_now[code], would_open=opened[code], would_close=closed[code])
            for code in sorted(open_now.keys() | opened.keys())
        ),
        closing=tuple(sorted(before.keys() - after.keys())),
    )
