"""The karrio connector: looks at rate sheets and recent shipments, keeps what changed, and rebooks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from importlib import resources
from threading import RLock
from typing import Final

import msgspec

from connectors.feed_journal import FeedJournal
from connectors.http import HttpUnavailableError
from connectors.karrio.answers import Shipment
from connectors.karrio.client import KarrioClient
from connectors.karrio.mapping import booking_of, scac_of, services_of
from connectors.karrio.rebooking import Rebooking, rates_of
from connectors.kept_feed import Arrival, KeptFeed
from connectors.outage import OutageLog
from connectors.protocol import ConnectorHealth, Manifest, Page, parse_manifest
from domain.clock import Clock
from domain.commands import Command, CommandResult, RebookCarrier, Receipt
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError
from domain.ids import EntityKind, EntityRef, ShipmentId, SourceName
from domain.network import CarrierService
from domain.quotes import LiveRate
from domain.records import Entity, RejectedRecord, ref_of
from domain.transport import CarrierBooking

#: karrio says when a shipment was made, not when it changed: so far back all are looked at each time.
LOOK_BACK: Final = timedelta(days=45)
SERVICES: Final = "services"
BOOKINGS: Final = "bookings"


def own_manifest() -> Manifest:
    """What this connector offers, from its ``manifest.toml``."""
    file = resources.files("connectors.karrio").joinpath("manifest.toml")
    return parse_manifest(file.read_text(encoding="utf-8"))


class KarrioConnector:
    """One account on a karrio server as a source of the tower."""

    def __init__(
        self, source: SourceName, client: KarrioClient, *, journal: FeedJournal, clock: Clock
    ) -> None:
        """Prepare; what was seen is kept in ``journal``; nothing is sent yet."""
        self._source = source
        self._client = client
        self._journal = journal
        self._clock = clock
        self._manifest = own_manifest()
        self._outage = OutageLog(source, logging.getLogger(__name__))
        self._lock = RLock()
        self._kept: KeptFeed | None = None
        self._scac_by_carrier: dict[str, str] = {}

    @property
    def source(self) -> SourceName:
        """The name under which the profile knows this server."""
        return self._source

    @property
    def manifest(self) -> Manifest:
        """What it offers."""
        return self._manifest

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:
        """What changed at or after ``cursor``; karrio is looked at when there is no more from before."""
        self._manifest.stream(stream)
        with self._lock, self._feed.turn() as mine:
            waiting = self._feed.page(stream, cursor, limit)
            if waiting.more or not mine:
                return waiting
            with self._outage.watching():
                self._look(stream)
            return self._feed.page(stream, cursor, limit)

    def ids(self, stream: str) -> frozenset[str] | None:
        """``None``: a service that is gone is told as deleted, and shipments are never deleted."""
        self._manifest.stream(stream)
        return None

    def submit(self, command: Command) -> Receipt:
        """Rebook once; the command's key is kept in the shipment's metadata in karrio."""
        if not isinstance(command.action, RebookCarrier):
            message = f"karrio does not understand {command.action.verb}."
            return Receipt(key=command.key, result=CommandResult.REJECTED, message=message)
        rebooking = Rebooking(self._client, command, command.action)
        with self._lock:
            try:
                done = rebooking.done()
                if done:
                    return self._receipt(command, done, repeated=True)
                if not rebooking.begun():
                    self._check_expected(command)
                return self._receipt(command, rebooking.carry_out())
            except ConflictError as error:
                return Receipt(key=command.key, result=CommandResult.CONFLICT, message=error.what)
            except HttpUnavailableError as error:
                self._outage.lost(error)
                if not rebooking.sent:
                    raise
                return Receipt(key=command.key, result=CommandResult.UNKNOWN, message=str(error))
            except (RefusedError, BadInputError) as error:
                return Receipt(key=command.key, result=CommandResult.REJECTED, message=error.what)

    def probe(self, command: Command) -> Receipt | None:
        """What became of a rebooking in doubt; ``None`` also when it was only begun."""
        if not isinstance(command.action, RebookCarrier):
            return None
        with self._lock, self._outage.watching():
            done = Rebooking(self._client, command, command.action).done()
        return self._receipt(command, done, repeated=True) if done else None

    def live_rates(self, shipment_id: ShipmentId) -> tuple[LiveRate, ...]:
        """What the carriers ask for a shipment that karrio holds, now.

        Raises:
            RefusedError: karrio does not know the shipment, or a rate is in another currency.
            UnavailableError: karrio does not answer.
        """
        with self._lock, self._outage.watching():
            return rates_of(self._client, shipment_id)

    def health(self) -> ConnectorHealth:
        """Whether the server answers; never raises."""
        try:
            with self._outage.watching():
                self._client.version()
        except TowerError as error:
            return ConnectorHealth(reachable=False, why=str(error))
        return ConnectorHealth(reachable=True, why="karrio answers")

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    @property
    def _feed(self) -> KeptFeed:
        if self._kept is None:
            self._kept = KeptFeed(self._journal, source=self._source, manifest=self._manifest)
        return self._kept

    def _look(self, stream: str) -> None:
        """Read the stream's side of karrio and keep what is other than before."""
        if stream == SERVICES:
            self._look_at_services()
            return
        if not self._scac_by_carrier:
            self._look_at_services()
        self._look_at_shipments()

    def _look_at_services(self) -> None:
        found: list[CarrierService] = []
        rejected: list[RejectedRecord] = []
        for sheet in self._client.rate_sheets():
            self._scac_by_carrier |= {each.carrier_id: scac_of(each) for each in sheet.carriers}
            try:
                found.extend(services_of(sheet))
            except BadInputError as error:
                rejected.append(self._rejected(SERVICES, sheet.id, msgspec.json.encode(sheet), str(error)))
        known = self._feed.ids(SERVICES)
        present = {each.service_id for each in found}
        gone = [EntityRef(kind=EntityKind.CARRIER_SERVICE, entity_id=i) for i in sorted(known - present)]
        self._keep(SERVICES, found, rejected=rejected, gone=gone)

    def _look_at_shipments(self) -> None:
        bookings: list[CarrierBooking] = []
        rejected: list[RejectedRecord] = []
        for raw in self._client.created_since(self._clock.now() - LOOK_BACK):
            try:
                booking = booking_of(msgspec.json.decode(raw, type=Shipment), self._scac_by_carrier)
            except (msgspec.MsgspecError, BadInputError) as error:
                rejected.append(self._rejected(BOOKINGS, _id_in(raw), raw, str(error)))
                continue
            if booking is not None:
                bookings.append(booking)
        # Oldest first, so that the newest booking of a shipment is also the last one told.
        bookings.sort(key=lambda booking: (booking.booked_at, booking.booking_id))
        self._keep(BOOKINGS, bookings, rejected=rejected)

    def _keep(
        self,
        stream: str,
        entities: Iterable[Entity],
        *,
        rejected: Iterable[RejectedRecord] = (),
        gone: Iterable[EntityRef] = (),
    ) -> None:
        changed = [e for e in entities if self._feed.entity(ref_of(e).kind, ref_of(e).entity_id) != e]
        news = [bad for bad in rejected if self._is_news(bad)]
        lost = list(gone)
        if changed or news or lost:
            arrival = Arrival(
                at=self._clock.now(), entities={stream: changed}, rejected=news, gone={stream: lost}
            )
            self._feed.append(arrival)

    def _is_news(self, bad: RejectedRecord) -> bool:
        held = self._feed.rejection(bad.stream, bad.external_id)
        return held is None or (held.raw, held.message) != (bad.raw, bad.message)

    def _rejected(self, stream: str, external_id: str, raw: bytes, message: str) -> RejectedRecord:
        return RejectedRecord(
            source=self._source,
            stream=stream,
            external_id=external_id,
            code="unreadable",
            message=message,
            raw=raw,
            observed_at=self._clock.now(),
        )

    def _check_expected(self, command: Command) -> None:
        """Look again, and compare the bookings the decision rests on with what karrio holds now.

        Raises:
            ConflictError: one of them is another than the one decided on.
        """
        expected = [e for e in command.expected if e.ref.kind is EntityKind.CARRIER_BOOKING and e.version]
        if not expected:
            return
        with self._feed.turn(wait=True):
            self._look(BOOKINGS)
        for each in expected:
            held = self._feed.record(each.ref.kind, each.ref.entity_id)
            if held is None or held.version != each.version:
                raise ConflictError(
                    what=f"The booking {each.ref.entity_id} was changed in karrio since it was decided on.",
                    remedy="Look at the case again and decide anew.",
                )

    def _receipt(self, command: Command, message: str, *, repeated: bool = False) -> Receipt:
        self._outage.back()
        return Receipt(key=command.key, result=CommandResult.SUCCEEDED, message=message, repeated=repeated)


def _id_in(raw: bytes) -> str:
    """The id of a shipment that cannot be read otherwise."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("id", msgspec.Raw(b'""'))
        return str(msgspec.json.decode(found)) or "unknown"
    except msgspec.MsgspecError:
        return "unknown"
