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
    RETURNS = "returns"
    DATA_QUALITY = "data_quality"
    GOVERNANCE = "governance"


class Right(StrEnum):
    """Who may act by default: the machine, a person with approval, or a person alone."""

    AUTOMATED = "automated"
    ASSISTED = "assisted"
    HUMAN_ONLY = "human_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardAction:
    """What people do about a type: in words, with its default right and a planner's minutes.

    ``remedy`` names the remedy the tower can work out and carry out itself; without one a person acts
    in the source system or by telephone, and the case clears when the source shows it.
    """

    label: str
    right: Right
    effort_minutes: int
    remedy: Remedy | None = None

    def __post_init__(self) -> None:
        """Refuse an action without words, or one that takes no time."""
        require_text(self.label, "action label")
        require(self.effort_minutes > 0, "effort_minutes is not above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseType:
    """One row of the catalogue.

    ``correlation`` is the template of the key that groups cases of one cause, ``correlation_version``
    its version (open incidents are never regrouped by a new one). ``parents`` are the root types that
    may explain a case of this type, in order of preference; ``root`` says that this type may be a
    parent; ``inhibits`` are the types whose cases it mutes (still seen, still counted) while open.
    ``acknowledge_minutes`` and ``resolve_minutes`` are the service clocks. ``hold_minutes`` is how long
    a condition must last before it is shown (group wait); ``clean_checks`` how many clean evaluations
    in a row clear it (hysteresis). ``reserved`` types wait for a model's probability: they have their
    place in the catalogue and no rule yet.
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
    severity_inputs: tuple[str, ...] = ()
    correlation_version: int = 1
    parents: tuple[str, ...] = ()
    inhibits: tuple[str, ...] = ()
    root: bool = False
    hold_minutes: int = 0
    clean_checks: int = 1
    reserved: bool = False

    def __post_init__(self) -> None:
        """Refuse a type without clocks, or one that mutes others without being a root."""
        require_text(self.code, "code")
        require(0 < self.acknowledge_minutes <= self.resolve_minutes, f"{self.code}: clocks are inverted.")
        require(self.root or not self.inhibits, f"{self.code} mutes others but is no root.")
        require(self.code not in self.parents, f"{self.code} is its own parent.")
        require(self.clean_checks >= 1, f"{self.code}: clean_checks is below 1.")
        require(self.hold_minutes >= 0, f"{self.code}: hold_minutes is below zero.")

    @property
    def effort_minutes(self) -> int:
        """Minutes of the quickest standard action; 15 where a person must look first."""
        return min((a.effort_minutes for a in self.actions), default=15)
