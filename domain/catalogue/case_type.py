"""What is known of one exception type before any case of it exists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.checks import require, require_text
from domain.ids import EntityKind
from domain.recommendations import Remedy


class Stage(StrEnum):
    """Where in the life of an order a type arises."""

    ORDER_ENTRY = "order_entry"
    ALLOCATION = "allocation"
    WAREHOUSE = "warehouse"
    TRANSPORT = "transport"
    INVOICING = "invoicing"
    DATA_QUALITY = "data_quality"


class Right(StrEnum):
    """Who may act by default: the machine, a person with approval, or a person alone."""

    AUTOMATED = "automated"
    ASSISTED = "assisted"
    HUMAN_ONLY = "human_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardAction:
    """A remedy that fits a type, with its default right and the minutes it takes a planner."""

    remedy: Remedy
    right: Right
    effort_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseType:
    """One row of the catalogue.

    ``root`` types explain others: their open cases become parents of the ``child_codes`` they hit.
    ``acknowledge_minutes`` and ``resolve_minutes`` are the service clocks; ``clean_checks`` is how
    many clean evaluations in a row clear a case (hysteresis).
    """

    code: str
    version: int
    stage: Stage
    title: str
    entity: EntityKind
    detected_when: str
    clears_when: str
    correlation: str
    acknowledge_minutes: int
    resolve_minutes: int
    actions: tuple[StandardAction, ...]
    evidence: tuple[str, ...]
    root: bool = False
    child_codes: tuple[str, ...] = ()
    clean_checks: int = 1

    def __post_init__(self) -> None:
        """Refuse a type without clocks, or children without being a root."""
        require_text(self.code, "code")
        require(0 < self.acknowledge_minutes <= self.resolve_minutes, f"{self.code}: clocks are inverted.")
        require(self.root or not self.child_codes, f"{self.code} has children but is no root.")
        require(self.clean_checks >= 1, f"{self.code}: clean_checks is below 1.")

    @property
    def effort_minutes(self) -> int:
        """Minutes of the quickest standard action; 15 where a person must look first."""
        return min((a.effort_minutes for a in self.actions), default=15)
