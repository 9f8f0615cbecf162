"""A delegation as a row of the decision rights' file, from what a person chose; free of Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from views.language import noted

#: For how long a right can be lent, in hours.
SPANS: Final[tuple[tuple[int, str], ...]] = (
    (4, noted("4 hours")),
    (24, noted("1 day")),
    (72, noted("3 days")),
    (168, noted("1 week")),
)
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9.-]+")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class LentRight:
    """Who lends which role to whom, from when, for how many hours, up to which amount."""

    from_user: str
    to_user: str
    role: str
    starts_at: datetime
    hours: int
    currency: str
    up_to_cents: int

    def to_toml(self) -> str:
        """The row as the policy file writes it."""
        ends_at = self.starts_at + timedelta(hours=self.hours)
        name = _NOT_IN_NAMES.sub(
            "-", f"{self.from_user}-to-{self.to_user}-{self.starts_at:%Y%m%d%H%M}".lower()
        )
        return "\n".join(
            (
                "[[delegation]]",
                f'delegation_id = "{name}"',
                f'from_user = "{_escaped(self.from_user)}"',
                f'to_user = "{_escaped(self.to_user)}"',
                f'role = "{_escaped(self.role)}"',
                f"starts_at = {self.starts_at.strftime(_INSTANT)}",
                f"ends_at = {ends_at.strftime(_INSTANT)}",
                f'currency = "{self.currency}"',
                f"up_to_minor = {self.up_to_cents}",
                "",
            )
        )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
