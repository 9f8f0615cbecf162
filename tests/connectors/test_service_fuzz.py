"""Requests made up from the connector service's description: it never fails, and answers as it describes."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.support.service_site import TOKEN, service_site

#: Requests to each operation; a longer run sets it higher.
EACH = int(os.environ.get("CONTROL_TOWER_FUZZ", "15"))
#: Every face is served by the same routes; one is asked.
OPERATIONS = (
    "GET /erp/v1/manifest",
    "GET /erp/v1/streams/{stream}/changes",
    "GET /erp/v1/streams/{stream}/ids",
    "GET /erp/healthz",
    "POST /erp/v1/commands",
    "POST /erp/v1/commands/{key}/probe",
    "GET /erp/v1/epcis",
    "GET /health",
    "GET /metrics",
)
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


class Service:
    """A service on loopback, and what it says of itself."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, trust_env=False)
        described = self.client.get("/openapi.json", headers=bearer())
        self.schema = schemathesis.openapi.from_dict(described.json())
        self.schema.config.base_url = address
        self.address = address

    def send(self, case: Any, *, known: bool) -> Any:
        """Send a made-up request, with the service's token or as it was made up."""
        made = case.as_transport_kwargs(base_url=self.address)
        body = json.dumps(made["json"]) if "json" in made else made.get("data")
        headers = {
            name: str(value).strip().encode("latin-1", "replace") for name, value in made["headers"].items()
        }
        request = self.client.build_request(
            made["method"],
            made["url"],
            params=dict(made.get("params") or {}),
            headers=headers,
            content=body.encode() if isinstance(body, str) else body,
        )
        if known:
            request.headers.update(bearer())
        return self.client.send(request)


def bearer() -> dict[str, str]:
    """The header that lets a caller in."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service_site(tmp_path_factory.mktemp("world")) as site:
        found = Service(site.service.address)
        yield found
        found.client.close()


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_never_fails_and_answers_as_described(service: Service, operation: str, known: bool) -> None:
    method, path = operation.split()
    found = service.schema[path][method]
    seen: Counter[int] = Counter()

    @settings(max_examples=EACH, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=found.as_strategy())
    def try_it(case: Any) -> None:
        answer = service.send(case, known=known)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=list(CHECKS))

    try_it()
    sys.stdout.write(f"{operation} {dict(seen)}\n")
    assert seen
    if not known and path != "/health":
        assert seen.keys() <= {401, 404, 422}, "nothing is told to a caller without the token"


def test_every_operation_of_a_face_is_tried(service: Service) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in service.schema.raw_schema["paths"].items()
        for method in methods
        if path.startswith("/erp/") or path.count("/") == 1
    }
    assert described == set(OPERATIONS)
