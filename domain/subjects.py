"""What an approval is about, by name and digest: the case treated, and where its option comes from."""

from __future__ import annotations

from dataclasses import dataclass

from domain.checks import require_sha256, require_text
from domain.ids import CaseId, EntityRef
from domain.recommendations import SolverTrail


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSubject:
    """The case that is treated, and the digest of it as the proposer saw it."""

    case_id: CaseId
    code: str
    title: str
    entity: EntityRef
    sha256: str

    def __post_init__(self) -> None:
        """Refuse a case without identity."""
        require_text(self.case_id, "case_id")
        require_text(self.code, "case code")
        require_sha256(self.sha256, "case digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationSubject:
    """Which computed recommendation the option comes from, and the proof behind it."""

    recommendation_id: str
    sha256: str
    trail: SolverTrail

    def __post_init__(self) -> None:
        """Refuse a recommendation without identity."""
        require_text(self.recommendation_id, "recommendation_id")
        require_sha256(self.sha256, "recommendation digest")
