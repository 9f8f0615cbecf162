"""From rows of a set to the records, the misfits and the deletions of one page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.odata.dialect import ETAG, GONE, as_utc, key_of, stamp_of
from connectors.odata.profiles import ServiceProfile
from connectors.row_records import Misfit, Row, ids_of, records_of, rejected_record
from domain.errors import BadValueError
from domain.ids import EntityRef, SourceName
from domain.records import DeletedRecord, Entity, RejectedRecord, SourceRecord

_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, as stamps count."""
    return (as_utc(moment) - _EPOCH) // _MICRO


class Sheaf:
    """Gathers the records of a page."""

    def __init__(self, profile: ServiceProfile, source: SourceName, *, began: datetime, told: int) -> None:
        """Begin a page of a pull that ``began`` then, in the middle of an answer when some were ``told``.

        ``last`` is how many records the last row gave.
        """
        self._profile = profile
        self._source = source
        self._began = began
        self.records: list[SourceRecord] = []
        self.rejected: list[RejectedRecord] = []
        self.deleted: list[DeletedRecord] = []
        self.told = told
        self.last = 0

    def take(self, row: Row, skip: int, limit: int) -> int | None:
        """Add what a row gives but for the first ``skip``; how many of it were given when no more fit."""
        if GONE in row:
            self._forget(row)
            self.last = 0
            return None
        profile = self._profile
        at = self._changed_at(row)
        label = " ".join(str(row.get(name)) for name in profile.key)
        found = records_of(row, profile.record, profile.habits, f"{profile.entity_set} {label}")
        self.last = len(found)
        for place, each in enumerate(found[skip:], start=skip):
            if len(self.records) + len(self.rejected) == limit:
                return place
            self._add(each, row, at)
            self.told += 1
        return None

    def _add(self, each: Entity | Misfit, row: Row, at: datetime) -> None:
        stamp = micros(at)
        if isinstance(each, Misfit):
            self.rejected.append(
                rejected_record(each, source=self._source, stream=self._profile.stream, at=at)
            )
            return
        try:
            record = SourceRecord(
                source=self._source,
                entity=each,
                version=str(row.get(ETAG) or stamp),
                stamp=stamp,
                observed_at=at,
            )
        except BadValueError as error:
            misfit = Misfit(
                external_id=str(each), code="bad-record", message=error.what, raw=str(row).encode()
            )
            self.rejected.append(
                rejected_record(misfit, source=self._source, stream=self._profile.stream, at=at)
            )
        else:
            self.records.append(record)

    def _forget(self, row: Row) -> None:
        profile = self._profile
        key = key_of(str(row[GONE]), profile.key)
        at = self._began
        for rule in profile.record:
            for identity in ids_of(key, (rule,), profile.habits):
                ref = EntityRef(kind=rule.kind, entity_id=identity)
                gone = DeletedRecord(source=self._source, ref=ref, stamp=micros(at), observed_at=at)
                self.deleted.append(gone)

    def _changed_at(self, row: Row) -> datetime:
        """When a row was changed; where it does not say, when this pull began."""
        found = stamp_of(row.get(self._profile.stamp)) if self._profile.stamp else None
        return found or self._began
