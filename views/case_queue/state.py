"""What the queue shows: open cases as columns, and how they are filtered and sorted; free of Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.cases import CaseState, Severity
from views.language import tr

Int64Array = npt.NDArray[np.int64]
Int8Array = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

#: Stands for "no such amount" in an amount column, and "no such time" in a time column.
NO_AMOUNT: Final = int(np.iinfo(np.int64).min)
NO_TIME: Final = -1

#: ``CaseTable.state`` holds positions in this tuple.
STATE_ORDER: Final = tuple(CaseState)

#: How long a case may rest: minutes and words.
SNOOZES: Final = ((30, tr("30 minutes")), (60, tr("1 hour")), (240, tr("4 hours")), (1440, tr("1 day")))

UNTIL_DOUBLED: Final = tr("Until the money doubles")


class QueueStateError(ValueError):
    """A case table whose columns do not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One open case as the queue shows it; amounts in cents, times UTC.

    ``subject`` says which order or lane is hit (``SO-884120 +41 · MEM→DEN``); ``place`` holds the ids and
    names of its sites, found by the text filter but not shown; ``priority_cents`` is the queue order,
    avoidable loss per effort-minute; ``best_delta_cents`` the cost of the recommended option against
    doing nothing; ``owner`` is the name shown. ``incident_id`` is the incident it belongs to; ``hidden``
    cases are held back, silenced or muted by their root: counted, but listed on demand only.
    """

    case_id: str
    severity: Severity
    type_title: str
    subject: str
    state: CaseState
    loss_cents: int
    priority_cents: int
    opened_at: datetime
    breach_at: datetime | None = None
    snoozed_until: datetime | None = None
    owner: str = ""
    best_option: str = ""
    best_delta_cents: int | None = None
    place: str = ""
    incident_id: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident of several cases as the grouped queue shows it; ``lead_id`` is the case that stands for it.

    Its money counts every order line once; ``action`` is the one thing to do first, before ``act_by``.
    """

    incident_id: str
    title: str
    lead_id: str
    members: int
    orders: int
    loss_cents: int
    priority_cents: int
    action: str
    act_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseTable:
    """The open cases as columns of one length; amounts in cents, times in epoch seconds (UTC)."""

    ids: tuple[str, ...]
    severity: Int8Array
    state: Int8Array
    loss_cents: Int64Array
    priority_cents: Int64Array
    opened_s: Int64Array
    breach_s: Int64Array
    snoozed_until_s: Int64Array
    best_delta_cents: Int64Array
    type_titles: tuple[str, ...]
    subjects: tuple[str, ...]
    owners: tuple[str, ...]
    best_options: tuple[str, ...]
    places: tuple[str, ...]
    incident_ids: tuple[str, ...]
    hidden: BoolArray
    incidents: Mapping[str, IncidentRow] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse columns of unequal length (QueueStateError)."""
        lengths = {
            len(column)
            for column in (
                self.ids,
                self.severity,
                self.state,
                self.loss_cents,
                self.priority_cents,
                self.opened_s,
                self.breach_s,
                self.snoozed_until_s,
                self.best_delta_cents,
                self.type_titles,
                self.subjects,
                self.owners,
                self.best_options,
                self.places,
                self.incident_ids,
                self.hidden,
            )
        }
        if len(lengths) > 1:
            msg = f"the case table's columns have lengths {sorted(lengths)}"
            raise QueueStateError(msg)

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.ids)


def epoch_seconds(value: datetime | None) -> int:
    """Seconds since 1970 of a UTC time; ``NO_TIME`` for none."""
    return NO_TIME if value is None else int(value.timestamp())


def case_table(rows: Iterable[CaseRow], incidents: Iterable[IncidentRow] = ()) -> CaseTable:
    """Turn rows into columns; ``incidents`` are those of several cases."""
    kept = list(rows)

    def ints(values: Iterable[int]) -> Int64Array:
        return np.fromiter(values, dtype=np.int64, count=len(kept))

    return CaseTable(
        ids=tuple(r.case_id for r in kept),
        severity=np.fromiter((int(r.severity) for r in kept), dtype=np.int8, count=len(kept)),
        state=np.fromiter((STATE_ORDER.index(r.state) for r in kept), dtype=np.int8, count=len(kept)),
        loss_cents=ints(r.loss_cents for r in kept),
        priority_cents=ints(r.priority_cents for r in kept),
        opened_s=ints(epoch_seconds(r.opened_at) for r in kept),
        breach_s=ints(epoch_seconds(r.breach_at) for r in kept),
        snoozed_until_s=ints(epoch_seconds(r.snoozed_until) for r in kept),
        best_delta_cents=ints(NO_AMOUNT if r.best_delta_cents is None else r.best_delta_cents for r in kept),
        type_titles=tuple(r.type_title for r in kept),
        subjects=tuple(r.subject for r in kept),
        owners=tuple(r.owner for r in kept),
        best_options=tuple(r.best_option for r in kept),
        places=tuple(r.place for r in kept),
        incident_ids=tuple(r.incident_id for r in kept),
        hidden=np.fromiter((r.hidden for r in kept), dtype=np.bool_, count=len(kept)),
        incidents=MappingProxyType({incident.incident_id: incident for incident in incidents}),
    )


def no_cases() -> CaseTable:
    """An empty table."""
    return case_table(())


class QueueFilter(StrEnum):
    """The chips above the queue."""

    MY_TRIAGE = "my_triage"
    CRITICAL = "critical"
    UNOWNED = "unowned"
    ALL = "all"


class Density(StrEnum):
    """How high the rows are."""

    COMPACT = "compact"
    NORMAL = "normal"
    RELAXED = "relaxed"

    @property
    def row_px(self) -> int:
        """The height of a row in pixels."""
        return {"compact": 26, "normal": 32, "relaxed": 40}[self.value]


class SortKey(StrEnum):
    """What the queue can be ordered by; each but ``PRIORITY`` is a column."""

    PRIORITY = "priority"
    SEVERITY = "severity"
    CASE_ID = "case_id"
    TYPE = "type"
    SUBJECT = "subject"
    STATUS = "status"
    LOSS = "loss"
    BREACH = "breach"
    OWNER = "owner"
    BEST_OPTION = "best_option"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Which cases are wanted and in which order; ``text`` matches anywhere in a row, any case.

    ``grouped`` shows one row an incident, ``unfolded`` ones with their members under it; ``all_hidden``
    lists hidden cases too; ``hidden_columns`` are not drawn. ``picked`` with a ``picked_title`` narrows the
    rows to these cases, hidden or not.
    """

    chip: QueueFilter = QueueFilter.ALL
    text: str = ""
    sort: SortKey = SortKey.PRIORITY
    descending: bool = True
    grouped: bool = False
    unfolded: frozenset[str] = frozenset()
    all_hidden: bool = False
    hidden_columns: frozenset[SortKey] = frozenset()
    picked: frozenset[str] = frozenset()
    picked_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How many cases each chip would show."""

    my_triage: int = 0
    critical: int = 0
    unowned: int = 0
    all: int = 0
    held_back: int = 0
    silenced: int = 0

    def of(self, chip: QueueFilter) -> int:
        """The count of one chip."""
        count: int = getattr(self, chip.value)
        return count
