"""What a round of bringing decisions to effect came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.services.deliver import DeliveryReport
from app.services.execution_turn import ExecutionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReport:
    """One round of bringing decisions to effect: delivered, executed, and why something had to wait.

    ``rights_differ`` says that the hub judges by other decision rights than the file of this desk,
    ``cannot_follow`` why a policy that another desk put into force is not in force here.
    """

    delivery: DeliveryReport = field(default_factory=DeliveryReport)
    execution: ExecutionReport = field(default_factory=ExecutionReport)
    taken_over: int = 0
    told: int = 0
    cannot: str = ""
    rights_differ: str = ""
    cannot_follow: str = ""

    @property
    def moved(self) -> bool:
        """Whether anything is different after the round."""
        return bool(
            self.delivery.recorded
            or self.delivery.refused
            or self.taken_over
            or self.told
            or self.execution.begun
            or self.execution.sent
            or self.execution.held
        )


def both(first: DeliveryReport, second: DeliveryReport) -> DeliveryReport:
    """Two rounds of delivering as one; what waits after the second one waits."""
    return DeliveryReport(
        recorded=first.recorded + second.recorded,
        refused=first.refused + second.refused,
        waiting=second.waiting,
        unreachable=second.unreachable,
    )
