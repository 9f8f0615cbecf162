"""The ground commands stand on: notes that remember them, locks, and whether anything was sent.

A command is several calls to Tryton, each a transaction of its own. What was done is found again by the
command's key: in a note on the record (done, or begun), or in the reference of a shipment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from connectors.http import HttpUnavailableError
from connectors.tryton import keys
from connectors.tryton.client import TrytonClient, TrytonRefusalError, TrytonStaleError
from connectors.tryton.reading import lock_of
from connectors.tryton.reference import Reference
from connectors.tryton.tagged import Row
from connectors.tryton.values import link, optional_text, text
from domain.commands import Command
from domain.ids import EntityKind

P = ParamSpec("P")
T = TypeVar("T")

#: Kinds whose records are one row of Tryton, so that its ``_timestamp`` locks them.
LOCKABLE = {
    EntityKind.SALES_ORDER: ("sale.sale", keys.SALE),
    EntityKind.ORDER_LINE: ("sale.line", keys.SALE_LINE),
    EntityKind.SHIPMENT: ("stock.shipment.out", keys.SHIPMENT),
    EntityKind.INBOUND_SUPPLY: ("stock.move", keys.INCOMING),
    EntityKind.SERVICE_CASE: ("sale.complaint", keys.COMPLAINT),
    EntityKind.INVOICE: ("account.invoice", keys.INVOICE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The row of Tryton that carries a command's notes."""

    model: str
    row_id: int

    def __str__(self) -> str:
        """As Tryton writes a reference."""
        return f"{self.model},{self.row_id}"


def refusal(what: str, remedy: str = "Decide anew with the present facts.") -> TrytonRefusalError:
    """A refusal of our own: the command does not fit what Tryton holds."""
    return TrytonRefusalError(what=what, remedy=remedy)


class Saga:
    """One run of one command; ``sent`` turns true once a write may have reached Tryton."""

    def __init__(
        self, client: TrytonClient, reference_data: Reference, command: Command, target: Target
    ) -> None:
        """Begin with nothing sent."""
        self.client = client
        self.reference_data = reference_data
        self.command = command
        self.target = target
        self.sent = False
        self._notes: list[str] | None = None

    def act(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a call that changes something, remembering that it may have been carried out."""
        try:
            result = call(*args, **kwargs)
        except HttpUnavailableError as error:
            self.sent = self.sent or error.request_may_have_left
            raise
        self.sent = True
        return result

    def row(self, model: str, row_id: int, *fields: str) -> Row:
        """One row, always with its ``_timestamp``.

        Raises:
            TrytonRefusalError: it is gone.
        """
        rows = self.client.read(model, [row_id], [*fields, "_timestamp"])
        if not rows:
            raise refusal(f"{model} {row_id} is no longer in Tryton.")
        return rows[0]

    def noted(self, mark: str) -> str | None:
        """What the note of this command with that mark says, if there is one."""
        if self._notes is None:
            domain: list[object] = [["resource", "=", str(self.target)]]
            found = self.client.search_read("ir.note", domain, ["message"])
            self._notes = [optional_text(row, "message") for row in found]
        opening = f"[{self.command.key}] {mark}: "
        return next((note.removeprefix(opening) for note in self._notes if note.startswith(opening)), None)

    def note(self, mark: str, message: str) -> None:
        """Leave a note on the record, for people and to recognise the command again."""
        words = f"[{self.command.key}] {mark}: {message}"
        self.act(self.client.create, "ir.note", {"resource": str(self.target), "message": words})
        if self._notes is not None:
            self._notes.append(words)

    def check_expected(self) -> None:
        """Compare the versions the decision was made on with Tryton's present ones.

        A record that only an earlier step of the same action changed counts as unchanged.

        Raises:
            TrytonStaleError: somebody else changed one of the records.
        """
        for expected in self.command.expected:
            if expected.ref.kind not in LOCKABLE or not expected.version:
                continue
            model, prefix = LOCKABLE[expected.ref.kind]
            row_id = keys.number_of(prefix, expected.ref.entity_id)
            present = self.row(model, row_id, "write_uid")
            if text(present, "_timestamp") == lock_of(expected.version):
                continue
            if present.get("write_uid") == self.client.user_id and self._earlier_step_noted():
                continue
            raise TrytonStaleError(
                what=f"{expected.ref} was changed in Tryton since it was decided on.",
                remedy="Look at the case again and decide anew.",
            )

    def _earlier_step_noted(self) -> bool:
        action, _, step = self.command.key.rpartition("-")
        if not step.isdigit():
            return False
        self.noted("done")
        earlier = tuple(f"[{action}-{number}] done: " for number in range(int(step)))
        return any(note.startswith(earlier) for note in self._notes or ())


def lock_on(model: str, row: Row) -> Row:
    """The context's ``_timestamp`` that makes a call fail if the row was changed since it was read."""
    return {f"{model},{link(row, 'id')}": text(row, "_timestamp")}
