"""Moving a shipment to another carrier: buy the new label, then give the old ones back; resumed if cut off.

karrio knows no idempotency key. The command's key stands in the metadata of the shipment that is made for
it, and is searched for before anything is made: what was begun is finished, what was done is told again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from connectors.http import HttpUnavailableError
from connectors.karrio.answers import Rate, Rates, Shipment, decode
from connectors.karrio.client import KarrioClient, KarrioRefusalError
from connectors.karrio.mapping import CURRENCY, DRAFT, GIVEN_BACK, HELD, charge_cents, service_id_of
from domain.commands import Command, RebookCarrier
from domain.quotes import LiveRate

KEY: Final = "tower_command_key"
_TAKEN_OVER: Final = ("shipper", "recipient", "parcels", "customs", "payment", "return_address", "label_type")
#: What karrio adds to what it was given; it takes none of it back.
_ITS_OWN: Final = frozenset({"id", "object_type", "validation", "meta", "reference_number"})

T = TypeVar("T")


class Rebooking:
    """One run of one rebooking; ``sent`` turns true once a write may have reached karrio."""

    def __init__(self, client: KarrioClient, command: Command, action: RebookCarrier) -> None:
        """Begin with nothing sent."""
        self._client = client
        self._command = command
        self._action = action
        self.sent = False

    def done(self) -> str:
        """What was booked under the command's key, once nothing else holds the shipment; blank until then."""
        mine, others = self._find()
        bought = next((each for each, _ in mine if each.status not in {DRAFT, GIVEN_BACK}), None)
        if bought is None or any(each.status == HELD for each, _ in others):
            return ""
        return _said(bought)

    def begun(self) -> bool:
        """Whether an earlier run has made something that still stands."""
        mine, _ = self._find()
        return any(each.status != GIVEN_BACK for each, _ in mine)

    def carry_out(self) -> str:
        """Book and give back; what was booked, in words.

        Raises:
            KarrioRefusalError: the shipment cannot be moved, or the carrier does not take it.
            HttpUnavailableError: no answer; ``sent`` says whether anything may have been done.
        """
        mine, others = self._find()
        bought = next((each for each, _ in mine if each.status not in {DRAFT, GIVEN_BACK}), None)
        held = [(each, raw) for each, raw in others if each.status == HELD]
        if bought is None:
            draft = next((each for each, _ in mine if each.status == DRAFT), None)
            bought = self._buy(draft or self._draft(held))
        for each, _ in held:
            self._act(partial(self._client.cancel, each.id))
        return _said(bought)

    def _find(self) -> tuple[list[tuple[Shipment, bytes]], list[tuple[Shipment, bytes]]]:
        """The shipments of karrio for this reference: those made for this command, and the others."""
        found = [
            (msgspec.json.decode(raw, type=Shipment), raw)
            for raw in self._client.shipments(reference=self._action.shipment_id)
        ]
        exact = [(each, raw) for each, raw in found if each.reference == self._action.shipment_id]
        mine = [(each, raw) for each, raw in exact if each.metadata.get(KEY) == self._command.key]
        return mine, [pair for pair in exact if pair not in mine]

    def _draft(self, held: list[tuple[Shipment, bytes]]) -> Shipment:
        if not held:
            raise KarrioRefusalError(
                what=f"karrio holds no label for {self._action.shipment_id} that could be given back.",
                remedy="It has left already or was never booked there; book it in karrio first.",
            )
        newest, raw = held[0]
        if service_id_of(newest.carrier_id or "", newest.service or "") == self._action.service_id:
            raise KarrioRefusalError(
                what=f"{self._action.shipment_id} is booked with {self._action.service_id} already.",
                remedy="Decide anew with the present facts.",
            )
        carrier_id, _, service = self._action.service_id.partition("/")
        request = _template(raw) | {
            "reference": self._action.shipment_id,
            "carrier_ids": [carrier_id],
            "services": [service],
            "metadata": {KEY: self._command.key},
        }
        return decode(self._act(lambda: self._client.create(request)), Shipment)

    def _buy(self, draft: Shipment) -> Shipment:
        rate = _rate_for(draft, self._action.service_id)
        if rate is None:
            self._act(lambda: self._client.cancel(draft.id))
            words = "; ".join(each.message for each in draft.messages if each.message) or "it gave no rate"
            raise KarrioRefusalError(
                what=f"{self._action.service_id} does not take {self._action.shipment_id}: {words}.",
                remedy="Decide anew: the next carrier in the order of cost, or another day.",
            )
        return decode(self._act(lambda: self._client.purchase(draft.id, rate.id)), Shipment)

    def _act(self, call: Callable[[], T]) -> T:
        """Make a call that changes something, remembering that it may have been carried out."""
        try:
            result = call()
        except HttpUnavailableError as error:
            self.sent = self.sent or error.request_may_have_left
            raise
        self.sent = True
        return result


def rates_of(client: KarrioClient, shipment_id: str) -> tuple[LiveRate, ...]:
    """What the carriers ask for a shipment that karrio holds; nothing is made.

    Raises:
        KarrioRefusalError: karrio has no such shipment.
    """
    raw = next(
        (
            raw
            for raw in client.shipments(reference=shipment_id)
            if msgspec.json.decode(raw, type=Shipment).reference == shipment_id
        ),
        None,
    )
    if raw is None:
        raise KarrioRefusalError(
            what=f"karrio has no shipment {shipment_id}.", remedy="Book it there, or use the table's prices."
        )
    found = decode(client.rates({**_template(raw), "reference": shipment_id}), Rates)
    return tuple(
        LiveRate(
            service_id=service_id_of(rate.carrier_id, rate.service),
            cost_cents=charge_cents(rate),
            transit_days=rate.transit_days,
        )
        for rate in found.rates
        if rate.currency == CURRENCY
    )


def _rate_for(draft: Shipment, service_id: str) -> Rate | None:
    return next((r for r in draft.rates if service_id_of(r.carrier_id, r.service) == service_id), None)


def _template(raw: bytes) -> dict[str, Any]:
    """Addresses, parcels and papers of a shipment as karrio takes them for a new one."""
    held = msgspec.json.decode(raw, type=dict[str, Any])
    return {name: _bare(held[name]) for name in _TAKEN_OVER if held.get(name)}


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if k not in _ITS_OWN and v is not None}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value


def _said(bought: Shipment) -> str:
    service = service_id_of(bought.carrier_id or "", bought.service or "")
    return f"Booked with {service}, tracking number {bought.tracking_number or 'not given'}"
