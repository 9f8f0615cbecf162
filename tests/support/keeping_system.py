"""A system of record that keeps what it is told: where a line ships from, its price, its version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from connectors.protocol import IdempotencyLevel
from domain.commands import (
    Action,
    Command,
    CommandResult,
    ReallocateLine,
    Receipt,
    SetLinePrice,
    SplitLine,
    TransferStock,
)
from tests.support.approval_desk import CountingSystem


@dataclass
class KeptLine:
    """A line as the system has it: units by node, the price, the version, what is on its way."""

    units: Counter[str] = field(default_factory=lambda: Counter({"DC-1": 10}))
    price: int = 1000
    version: int = 1
    coming: int = 0

    def seen(self) -> tuple[dict[str, int], int, int]:
        """What somebody who looks at the line sees, versions aside."""
        return dict(+self.units), self.price, self.coming


class KeepingSystem(CountingSystem):
    """It refuses a write that expects another version, and answers a repeated key as the first time."""

    def __init__(self, level: IdempotencyLevel = IdempotencyLevel.A) -> None:
        super().__init__(level)
        self.lines: dict[str, KeptLine] = {f"L{number}": KeptLine() for number in range(1, 6)}
        self.refuse_key = ""

    def submit(self, command: Command) -> Receipt:
        """Carry out a command, unless it is refused or rests on another version."""
        if command.key in self.effects:
            return super().submit(command)
        line = self.lines[_line_of(command.action)]
        if command.key.endswith(self.refuse_key or "\0"):
            self.submits.append(command)
            return self._answer(command, CommandResult.REJECTED)
        if any(each.version != str(line.version) for each in command.expected):
            self.submits.append(command)
            return self._answer(command, CommandResult.CONFLICT)
        receipt = super().submit(command)
        if command.key in self.effects:
            _apply(line, command.action)
            line.version += 1
        return Receipt(
            key=receipt.key,
            result=receipt.result,
            message=receipt.message,
            upstream_version=str(line.version),
        )

    def probe(self, command: Command) -> Receipt | None:
        """What became of a command, with the version its line has now."""
        receipt = super().probe(command)
        if receipt is None:
            return None
        version = str(self.lines[_line_of(command.action)].version)
        return Receipt(
            key=receipt.key, result=receipt.result, message=receipt.message, upstream_version=version
        )


def _line_of(action: Action) -> str:
    if not isinstance(action, ReallocateLine | SetLinePrice | SplitLine | TransferStock):
        raise TypeError(action.verb)
    return action.line_id


def _apply(line: KeptLine, action: Action) -> None:
    match action:
        case ReallocateLine():
            line.units[action.from_node_id] -= action.quantity
            line.units[action.to_node_id] += action.quantity
        case SplitLine():
            for part in action.parts:
                line.units[action.from_node_id] -= part.quantity
                line.units[part.node_id] += part.quantity
        case SetLinePrice():
            line.price = action.unit_price_cents
        case TransferStock():
            line.coming += action.quantity
