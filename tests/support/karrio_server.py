"""A real karrio server for tests, with two carriers and their rate sheets, and a way in that can be cut."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.chaos_server import ChaosAnswer, ChaosRequest

REPOSITORY = Path(__file__).parent.parent.parent
_PLACE = {"person_name": "Dock", "address_line1": "1 Dock Road", "country_code": "US"}
SHIPPER = _PLACE | {"city": "Reno", "state_code": "NV", "postal_code": "89501"}
RECIPIENT = _PLACE | {"city": "Boise", "state_code": "ID", "postal_code": "83701"}
PARCEL = {
    "weight": 80,
    "weight_unit": "KG",
    "length": 100,
    "width": 80,
    "height": 60,
    "dimension_unit": "CM",
}
_MAKE_SHEET = """
mutation make($sheet: CreateRateSheetMutationInput!) {
  create_rate_sheet(input: $sheet) { rate_sheet { id } errors { field messages } }
}
"""
_DROP_SERVICE = """
mutation drop($input: DeleteRateSheetServiceMutationInput!) {
  delete_rate_sheet_service(input: $input) { rate_sheet { id } errors { field messages } }
}
"""


def _environment() -> Path:
    return Path(os.environ.get("CONTROL_TOWER_KARRIO_VENV") or REPOSITORY / ".venv-karrio")


def why_not() -> str:
    """Why there is no karrio here; empty when there is one."""
    place = _environment()
    return "" if (place / "bin" / "python").exists() else f"no karrio in {place}: run `make setup-test`"


@dataclass(kw_only=True)
class KarrioServer:
    """A running server: ``call`` speaks to it as its own administrator would."""

    address: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer of a request that must succeed."""
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        status, answer, _ = self.forward(method, path, headers, payload)
        assert status < 400, f"{method} {path} answered {status}: {answer[:500]!r}"
        return json.loads(answer)

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, bytes, str]:
        """Send a request as it is; status, body and content type of the answer."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("Content-Type", "")
        finally:
            connection.close()

    def add_carrier(
        self, carrier_id: str, scac: str, services: dict[str, tuple[int, float]], currency: str = "USD"
    ) -> str:
        """A carrier with services (code → days, price of 80 kg); gives the id of its rate sheet."""
        made = self.call(
            "POST",
            "/v1/connections",
            {
                "carrier_name": "generic",
                "carrier_id": carrier_id,
                "credentials": {
                    "display_name": carrier_id,
                    "custom_carrier_name": carrier_id,
                    "account_country_code": "US",
                },
                "metadata": {"scac": scac},
                "config": {},
                "capabilities": ["rating", "shipping"],
                "active": True,
            },
        )
        sheet = {
            "name": carrier_id,
            "carrier_name": "generic",
            "carriers": [made["id"]],
            "zones": [{"id": "zone_1", "label": "US", "country_codes": ["US"]}],
            "services": [
                {
                    "service_name": code.title(),
                    "service_code": code,
                    "currency": currency,
                    "transit_days": days,
                    "max_weight": 1000,
                    "weight_unit": "KG",
                    "active": True,
                    "zone_ids": ["zone_1"],
                    "domicile": True,
                    "international": False,
                }
                for code, (days, _) in services.items()
            ],
            "service_rates": [
                {
                    "service_id": f"temp-{n}",
                    "zone_id": "zone_1",
                    "rate": rate,
                    "min_weight": low,
                    "max_weight": top,
                }
                for n, (_, price) in enumerate(services.values())
                for low, top, rate in ((0, 50, price / 2), (50, 550, price))
            ],
        }
        answer = self.call("POST", "/graphql", {"query": _MAKE_SHEET, "variables": {"sheet": sheet}})
        return str(answer["data"]["create_rate_sheet"]["rate_sheet"]["id"])

    def services(self, sheet_id: str) -> dict[str, str]:
        """The services of a rate sheet: code → id."""
        query = f'{{ rate_sheet(id: "{sheet_id}") {{ services {{ id service_code }} }} }}'
        answer = self.call("POST", "/graphql", {"query": query})
        return {s["service_code"]: s["id"] for s in answer["data"]["rate_sheet"]["services"]}

    def drop_service(self, sheet_id: str, code: str) -> None:
        """Take a service off its rate sheet."""
        service_id = self.services(sheet_id)[code]
        variables = {"input": {"rate_sheet_id": sheet_id, "service_id": service_id}}
        self.call("POST", "/graphql", {"query": _DROP_SERVICE, "variables": variables})

    def book(self, reference: str, carrier_id: str, service: str) -> str:
        """Buy a label as somebody at karrio's own desk would; gives the shipment's id."""
        made = self.call(
            "POST",
            "/v1/shipments",
            {
                "shipper": SHIPPER,
                "recipient": RECIPIENT,
                "parcels": [PARCEL],
                "reference": reference,
                "carrier_ids": [carrier_id],
            },
        )
        rate = next(r for r in made["rates"] if r["service"] == service)
        self.call("POST", f"/v1/shipments/{made['id']}/purchase", {"selected_rate_id": rate["id"]})
        return str(made["id"])

    def cancel(self, shipment_id: str) -> None:
        """Give a label back."""
        self.call("POST", f"/v1/shipments/{shipment_id}/cancel", {})

    def booked(self, reference: str) -> list[tuple[str, str]]:
        """Every label of a reference as (service, status), the oldest first."""
        found = self.call("GET", f"/v1/shipments?reference={reference}&limit=100")["results"]
        ordered = sorted(found, key=lambda s: str(s["created_at"]))
        return [(str(s["service"]), str(s["status"])) for s in ordered]


@contextmanager
def karrio_server() -> Iterator[KarrioServer]:
    """A server with an empty database, ended with the block."""
    folder = Path(tempfile.mkdtemp(prefix="control-tower-karrio-"))
    process = subprocess.Popen(
        [
            str(_environment() / "bin" / "python"),
            str(Path(__file__).with_name("karrio_host.py")),
            str(folder),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = next((line for line in process.stdout if line.startswith("{")), "")
        assert said, "karrio did not start"
        yield KarrioServer(**json.loads(said))
    finally:
        process.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


class Relay:
    """Passes requests on to karrio; can be down, or lose the answer to a write after karrio has done it."""

    def __init__(self, server: KarrioServer) -> None:
        self._server = server
        self.down = False
        #: How many writes are still answered; ``None``: all of them.
        self.answered_writes: int | None = None
        #: Whether every request comes with credentials that karrio does not know.
        self.estranged = False

    def __call__(self, request: ChaosRequest) -> ChaosAnswer:
        if self.down:
            return ChaosAnswer(status=503, body=b"down", content_type="text/plain")
        headers = {n: v for n, v in request.headers.items() if n in {"authorization", "content-type"}}
        if self.estranged:
            headers["authorization"] = "Token key_of-nobody"
        status, body, kind = self._server.forward(request.method, request.path, headers, request.body or None)
        is_write = request.method == "POST" and not request.path.startswith("/graphql")
        if is_write and self.answered_writes is not None:
            if self.answered_writes == 0:
                self.answered_writes = None
                return ChaosAnswer(status=status, body=body, content_type=kind, cut_after=0)
            self.answered_writes -= 1
        return ChaosAnswer(status=status, body=body, content_type=kind)
