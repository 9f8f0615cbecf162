"""The queue as a table that leaves the window: the rows shown, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from domain.cases import CaseState
from views.case_queue.row_texts import MUTED, SNOOZED, STATUS_WORDS
from views.case_queue.state import NO_AMOUNT, NO_TIME, STATE_ORDER, CaseTable, Int64Array, SortKey
from views.case_queue.store import QueueStore
from views.export import Cell, ExportColumn, ExportTable
from views.language import tr
from views.theme import SEVERITY_WORDS

_COLUMNS: Final[tuple[tuple[SortKey, ExportColumn], ...]] = (
    (SortKey.CASE_ID, ExportColumn(title=tr("Exception"))),
    (SortKey.SEVERITY, ExportColumn(title=tr("Severity"))),
    (SortKey.TYPE, ExportColumn(title=tr("Type"))),
    (SortKey.SUBJECT, ExportColumn(title=tr("Order / lane"))),
    (SortKey.STATUS, ExportColumn(title=tr("Status"))),
    (SortKey.LOSS, ExportColumn(title=tr("Value at risk"), kind="cents")),
    (SortKey.PRIORITY, ExportColumn(title=tr("Opened"), kind="time")),
    (SortKey.BREACH, ExportColumn(title=tr("SLA breach"), kind="time")),
    (SortKey.OWNER, ExportColumn(title=tr("Owner"))),
    (SortKey.BEST_OPTION, ExportColumn(title=tr("Best option"))),
    (SortKey.BEST_OPTION, ExportColumn(title=tr("Cost of the best option"), kind="cents")),
)


def queue_export(store: QueueStore, currency: str) -> ExportTable:
    """The rows shown now, with the columns shown; amounts say their currency in the title."""
    table, order, now_s = store.table, store.order.copy(), store.now_s
    left_out = store.view.hidden_columns
    wanted = [(number, column) for number, (key, column) in enumerate(_COLUMNS) if key not in left_out]
    numbers = [number for number, _ in wanted]
    return ExportTable(
        title=tr("Exceptions"),
        columns=tuple(_named(column, currency) for _, column in wanted),
        count=len(order),
        rows=_rows_of(table, order, now_s, numbers),
    )


def _named(column: ExportColumn, currency: str) -> ExportColumn:
    if column.kind == "cents":
        return ExportColumn(title=f"{column.title} ({currency})", kind="cents")
    return (
        ExportColumn(title=tr("{title} (UTC)", title=column.title), kind="time")
        if column.kind == "time"
        else column
    )


def _rows_of(
    table: CaseTable, order: Int64Array, now_s: int, numbers: list[int]
) -> Callable[[], Iterator[tuple[Cell, ...]]]:
    def rows() -> Iterator[tuple[Cell, ...]]:
        columns = _column_cells(table, order, now_s)
        return zip(*(columns[number] for number in numbers), strict=True)

    return rows


def _column_cells(table: CaseTable, order: Int64Array, now_s: int) -> tuple[Iterable[Cell], ...]:
    """The cells column by column: whole columns of numbers are turned into Python's at once."""
    slots = order.tolist()

    def texts(column: tuple[str, ...]) -> Iterator[str]:
        return (column[slot] for slot in slots)

    return (
        texts(table.ids),
        (SEVERITY_WORDS[level] for level in table.severity[order].tolist()),
        texts(table.type_titles),
        texts(table.subjects),
        _statuses(table, order, now_s),
        table.loss_cents[order].tolist(),
        map(_time, table.opened_s[order].tolist()),
        map(_time, table.breach_s[order].tolist()),
        texts(table.owners),
        texts(table.best_options),
        (None if cents == NO_AMOUNT else cents for cents in table.best_delta_cents[order].tolist()),
    )


def _statuses(table: CaseTable, order: Int64Array, now_s: int) -> Iterator[str]:
    states = table.state[order].tolist()
    until = table.snoozed_until_s[order].tolist()
    hidden = table.hidden[order].tolist()
    for state_number, snoozed_s, is_hidden in zip(states, until, hidden, strict=True):
        state = STATE_ORDER[state_number]
        if snoozed_s > now_s:
            yield SNOOZED
        elif is_hidden and state is not CaseState.SUSPENDED:
            yield MUTED
        else:
            yield STATUS_WORDS[state][0]


def _time(second: int) -> datetime | None:
    return None if second == NO_TIME else datetime.fromtimestamp(second, UTC)
