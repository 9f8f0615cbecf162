"""From rows of a SELECT to records with the time of their change; a row that is none is rejected alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from connectors.row_records import Misfit, Row, records_of, rejected_record
from connectors.sql_view.profiles import ViewProfile
from domain.errors import BadInputError
from domain.ids import SourceName
from domain.records import RejectedRecord, SourceRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sorted_out(
    rows: Sequence[Row], profile: ViewProfile, source: SourceName, *, since: datetime
) -> tuple[list[SourceRecord], list[RejectedRecord]]:
    """The records of rows and what is none; where a row says no time it is ``since``."""
    records: list[SourceRecord] = []
    rejected: list[RejectedRecord] = []
    for row in rows:
        at = _moment(row, profile) or since
        stamp = (at - _EPOCH) // timedelta(microseconds=1)
        label = "row " + " ".join(str(part) for part in row_key(row, profile))
        for each in records_of(row, profile.record, profile.habits, label):
            if isinstance(each, Misfit):
                rejected.append(rejected_record(each, source=source, stream=profile.stream, at=at))
            else:
                records.append(
                    SourceRecord(source=source, entity=each, version=str(stamp), stamp=stamp, observed_at=at)
                )
    return records, rejected


def row_key(row: Row, profile: ViewProfile) -> list[object]:
    """The key of a row.

    Raises:
        BadInputError: a part of it is missing or empty.
    """
    found = [row.get(name) for name in profile.key]
    if any(part is None for part in found):
        raise BadInputError(
            what=f"A row of {profile.stream} has no {', '.join(profile.key)}.",
            remedy="Name columns as key that are always filled.",
        )
    return found


def _moment(row: Row, profile: ViewProfile) -> datetime | None:
    """When a row was changed, in UTC; whole numbers are no times and only order the pages."""
    value = row.get(profile.stamp) if profile.stamp else None
    zone: tzinfo = profile.habits.zone
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadInputError(
                what=f"{value!r} in {profile.stamp} is no time.", remedy="Name a column of times as stamp."
            ) from error
    if isinstance(value, datetime):
        return (value.replace(tzinfo=zone) if value.tzinfo is None else value).astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone).astimezone(UTC)
    return None
