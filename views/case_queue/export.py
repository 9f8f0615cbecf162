"""The queue as a table that leaves the window: the rows shown, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from domain.cases import CaseState
from views.case_queue.row_texts import MUTED, SNOOZED, STATUS_WORDS
from views.case_queue.state import NO_AMOUNT, NO_TIME, STATE_ORDER, CaseTable, Int64Array, SortKey
from views.case_queue.store import QueueStore
from views.export import Cell, ExportColumn, ExportTable
from views.theme import SEVERITY_WORDS

_COLUMNS: Final[tuple[tuple[SortKey, ExportColumn], ...]] = (
    (SortKey.CASE_ID, ExportColumn(title="Exception")),
    (SortKey.SEVERITY, ExportColumn(title="Severity")),
    (SortKey.TYPE, ExportColumn(title="Type")),
    (SortKey.SUBJECT, ExportColumn(title="Order / lane")),
    (SortKey.STATUS, ExportColumn(title="Status")),
    (SortKey.LOSS, ExportColumn(title="Value at risk", kind="cents")),
    (SortKey.PRIORITY, ExportColumn(title="Opened", kind="time")),
    (SortKey.BREACH, ExportColumn(title="SLA breach", kind="time")),
    (SortKey.OWNER, ExportColumn(title="Owner")),
    (SortKey.BEST_OPTION, ExportColumn(title="Best option")),
    (SortKey.BEST_OPTION, ExportColumn(title="Cost of the best option", kind="cents")),
)


def queue_export(store: QueueStore, currency: str) -> ExportTable:
    """The rows shown now, with the columns shown; amounts say their currency in the title."""
    table, order, now_s = store.table, store.order.copy(), store.now_s
    left_out = store.view.hidden_columns
    wanted = [(number, column) for number, (key, column) in enumerate(_COLUMNS) if key not in left_out]
    numbers = [number for number, _ in wanted]
    return ExportTable(
        title="Exceptions",
        columns=tuple(_named(column, currency) for _, column in wanted),
        count=len(order),
        rows=_rows_of(table, order, now_s, numbers),
    )


def _named(column: ExportColumn, currency: str) -> ExportColumn:
    if column.kind == "cents":
        return ExportColumn(title=f"{column.title} ({currency})", kind="cents")
    return ExportColumn(title=f"{column.title} (UTC)", kind="time") if column.kind == "time" else column


def _rows_of(
    table: CaseTable, order: Int64Array, now_s: int, numbers: list[int]
) -> Callable[[], Iterator[tuple[Cell, ...]]]:
    def rows() -> Iterator[tuple[Cell, ...]]:
        for slot in order.tolist():
            cells = _cells(table, slot, now_s)
            yield tuple(cells[number] for number in numbers)

    return rows


def _cells(table: CaseTable, slot: int, now_s: int) -> tuple[Cell, ...]:
    delta = int(table.best_delta_cents[slot])
    return (
        table.ids[slot],
        SEVERITY_WORDS[int(table.severity[slot])],
        table.type_titles[slot],
        table.subjects[slot],
        _status(table, slot, now_s),
        int(table.loss_cents[slot]),
        _time(int(table.opened_s[slot])),
        _time(int(table.breach_s[slot])),
        table.owners[slot],
        table.best_options[slot],
        None if delta == NO_AMOUNT else delta,
    )


def _status(table: CaseTable, slot: int, now_s: int) -> str:
    state = STATE_ORDER[int(table.state[slot])]
    if int(table.snoozed_until_s[slot]) > now_s:
        return SNOOZED
    if bool(table.hidden[slot]) and state is not CaseState.SUSPENDED:
        return MUTED
    return STATUS_WORDS[state][0]


def _time(second: int) -> datetime | None:
    return None if second == NO_TIME else datetime.fromtimestamp(second, UTC)
