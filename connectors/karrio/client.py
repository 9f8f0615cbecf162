"""Requests to a karrio server; refusals as known errors, no meaning given to the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from connectors.http import HttpClient, HttpReply, error_of
from connectors.karrio.answers import RateSheet, ShipmentPage, decode
from domain.errors import BadInputError, RefusedError, TowerError

JSON_HEADERS = {"Content-Type": "application/json"}
HEALTH_SECONDS = 5.0
#: Listed shipments bring their labels along, so pages are small.
PAGE_SIZE = 50
_SHEETS = """
query sheets($first: Int!, $offset: Int!) {
  rate_sheets(filter: { first: $first, offset: $offset }) {
    page_info { has_next_page }
    edges { node {
      id name
      carriers { carrier_id active metadata }
      services { id service_code service_name currency active transit_days }
      service_rates { service_id zone_id rate min_weight max_weight }
    } }
  }
}
"""


class KarrioRefusalError(RefusedError):
    """karrio or a carrier behind it said no in its own words; nothing of that call was kept."""


class _PageInfo(msgspec.Struct, frozen=True):
    has_next_page: bool = False


class _Edge(msgspec.Struct, frozen=True):
    node: RateSheet


class _Sheets(msgspec.Struct, frozen=True):
    page_info: _PageInfo
    edges: tuple[_Edge, ...] = ()


class _SheetData(msgspec.Struct, frozen=True):
    rate_sheets: _Sheets


class _GraphqlError(msgspec.Struct, frozen=True):
    message: str = ""
    status_code: int | None = None


class _SheetAnswer(msgspec.Struct, frozen=True):
    data: _SheetData | None = None
    errors: tuple[_GraphqlError, ...] = ()


class KarrioClient:
    """One account on one server, at the address of ``http``, whose headers carry the token."""

    def __init__(self, http: HttpClient) -> None:
        """Talk through ``http``; nothing is sent yet."""
        self._http = http

    def version(self) -> HttpReply:
        """Ask which server this is; one try, within seconds."""
        return self._get("/", timeout_seconds=HEALTH_SECONDS, attempts=1)

    def rate_sheets(self) -> Iterator[RateSheet]:
        """All rate sheets of the account."""
        offset = 0
        while True:
            body = {"query": _SHEETS, "variables": {"first": PAGE_SIZE, "offset": offset}}
            reply = self._post("/graphql", body, doing="Reading karrio's rate sheets")
            answer = decode(reply, _SheetAnswer)
            if answer.data is None:
                raise _graphql_error(answer)
            sheets = answer.data.rate_sheets
            for edge in sheets.edges:
                yield edge.node
            offset += len(sheets.edges)
            if not sheets.page_info.has_next_page or not sheets.edges:
                return

    def shipments(self, **filters: str) -> Iterator[bytes]:
        """The shipments that match, newest first, each as it came."""
        offset = 0
        while True:
            query = {**filters, "limit": str(PAGE_SIZE), "offset": str(offset)}
            page = decode(self._get("/v1/shipments", query=query), ShipmentPage)
            for raw in page.results:
                yield bytes(raw)
            offset += len(page.results)
            if page.next is None or not page.results:
                return

    def created_since(self, since: datetime) -> Iterator[bytes]:
        """The shipments created at or after ``since``."""
        return self.shipments(created_after=since.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def rates(self, request: Mapping[str, Any]) -> HttpReply:
        """Ask the carriers what a shipment would cost; nothing is kept."""
        return self._post("/v1/proxy/rates", request, doing="Asking karrio for rates")

    def create(self, request: Mapping[str, Any]) -> HttpReply:
        """Make a draft; its answer holds the rates that can be bought."""
        return self._post("/v1/shipments", request, doing="Making a shipment in karrio")

    def purchase(self, shipment_id: str, rate_id: str) -> HttpReply:
        """Buy the label of a draft at one of its rates."""
        path = f"/v1/shipments/{quote(shipment_id, safe='')}/purchase"
        return self._post(path, {"selected_rate_id": rate_id}, doing="Buying a label in karrio")

    def cancel(self, shipment_id: str) -> HttpReply:
        """Give a label back, or take a draft away."""
        path = f"/v1/shipments/{quote(shipment_id, safe='')}/cancel"
        return self._post(path, {}, doing="Cancelling a shipment in karrio")

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _get(self, path: str, **arguments: Any) -> HttpReply:  # noqa: ANN401 - the client's own arguments
        reply = self._http.send("GET", path, **arguments)
        return self._checked(reply, doing="Reading from karrio")

    def _post(self, path: str, body: Mapping[str, Any], *, doing: str) -> HttpReply:
        reply = self._http.send("POST", path, headers=JSON_HEADERS, body=msgspec.json.encode(body))
        return self._checked(reply, doing=doing)

    def _checked(self, reply: HttpReply, *, doing: str) -> HttpReply:
        words = _refusal_words(reply)
        if words:
            raise KarrioRefusalError(
                what=f"{doing} was refused: {words}.",
                remedy="See karrio's message; correct the shipment there.",
            )
        error = error_of(reply, doing=doing)
        if error is not None:
            raise error
        return reply


def _graphql_error(answer: _SheetAnswer) -> TowerError:
    """GraphQL says no with status 200: credentials, or the question itself."""
    words = "; ".join(each.message.strip(". ") for each in answer.errors)[:300]
    if any(each.status_code == _UNAUTHORISED for each in answer.errors):
        return RefusedError(
            what=f"karrio does not know this token: {words}.",
            remedy="Check the credentials of this source in the profile.",
        )
    return BadInputError(
        what=f"karrio did not answer the question for its rate sheets: {words}.",
        remedy="Check that the address is a karrio server of the series 2026.1.",
    )


class _Errors(msgspec.Struct, frozen=True):
    errors: tuple[dict[str, Any], ...] = ()
    messages: tuple[dict[str, Any], ...] = ()


_UNAUTHORISED = 401
_OF_THE_REQUEST = frozenset({400, 409, 422, 424})


def _refusal_words(reply: HttpReply) -> str:
    """Why karrio or a carrier did not do it; blank where the answer is none of its refusals."""
    if reply.status not in _OF_THE_REQUEST:
        return ""
    try:
        said = msgspec.json.decode(reply.body, type=_Errors)
    except msgspec.MsgspecError:
        return ""
    words = [str(each.get("message") or "").strip(". ") for each in (*said.errors, *said.messages)]
    return "; ".join(word for word in words if word)[:300]
