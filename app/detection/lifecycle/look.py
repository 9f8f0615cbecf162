"""One look at one type: its rule, the instant, the policy's figures of a case's life, what is unknown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.detection.last_moment import quickest_action
from app.detection.rule_sql import CompiledRule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy import Row

    from app.detection.freshness import Gate
    from app.detection.rule import Moment, PolicyReader, Rule

MS_PER_MINUTE = 60_000
MS_PER_HOUR = 60 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTerms:
    """The figures of the policy that a case's life goes by, in milliseconds and counts."""

    reopen_ms: int
    flap_cycles: int
    flap_ms: int
    verify_ms: int

    @classmethod
    def of(cls, policy: PolicyReader) -> LifeTerms:
        """As the policy says."""
        return cls(
            reopen_ms=policy.setting("reopen_hours") * MS_PER_HOUR,
            flap_cycles=policy.setting("flap_cycles"),
            flap_ms=policy.setting("flap_hours") * MS_PER_HOUR,
            verify_ms=policy.setting("verify_minutes") * MS_PER_MINUTE,
        )


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at one type goes by.

    ``later`` says that time has passed since the last detection: looks at one instant count once.
    """

    compiled: CompiledRule
    moment: Moment
    terms: LifeTerms
    gate: Gate
    later: bool
    basis: str

    @property
    def rule(self) -> Rule:
        """The rule that looks."""
        return self.compiled.rule

    @cached_property
    def expires(self) -> bool:
        """Whether a case of this type that ends after its breach has expired."""
        return bool(self.moment.policy.decide("case_end", code=self.rule.case_type.code)["expires"])

    @cached_property
    def quickest(self) -> timedelta:
        """What the quickest action of the type takes."""
        return quickest_action(self.rule.case_type, self.moment.policy)

    @cached_property
    def _salt(self) -> str:
        hour = self.moment.hour_ms if self.rule.money_moves else 0
        return f"{self.basis}|{self.rule.case_type.version}|{hour}|"

    def digest(self, rows: Sequence[Row[Any]]) -> str:
        """Of what a case says: the same digest, the same case."""
        return hashlib.sha256((self._salt + repr([tuple(row) for row in rows])).encode()).hexdigest()
