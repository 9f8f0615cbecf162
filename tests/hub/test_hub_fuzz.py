"""Requests made up from the hub's own description: it never fails, and every answer is one it describes."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from app.hub.enrolment import prove_possession
from app.hub.http_signature import hub_tag, signed_headers
from app.hub.wire import ENTRY_TYPE, IDEMPOTENCY_HEADER
from app.signing.keys import SigningKey
from tests.support.approval_desk import signer_of
from tests.support.hub_load import proposals
from tests.support.hub_site import Site, hub_key, running_site

#: Requests to each operation; a longer run sets it higher.
EACH = int(os.environ.get("CONTROL_TOWER_FUZZ", "25"))
OPERATIONS = (
    "POST /v1/enrolments",
    "POST /v1/entries",
    "GET /v1/entries/{index}",
    "GET /v1/devices",
    "GET /v1/feed",
    "GET /v1/consistency",
    "GET /v1/root",
    "POST /v1/witness",
    "GET /checkpoint",
    "GET /tile/{path}",
    "GET /healthz",
)
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


class Hub:
    """A hub on loopback, what it says of itself, and an enrolled device."""

    def __init__(self, site: Site) -> None:
        self.clock = site.clock
        self.client = httpx.Client(base_url=site.server.url, trust_env=False)
        self.address = site.server.url
        self.schema = schemathesis.openapi.from_dict(self.client.get("/openapi.json").json())
        self.schema.config.base_url = self.address
        self.signer = signer_of("a.moreno", "load-1")
        enrolled = enrolment_of(self.signer.key)
        assert self.client.post("/v1/enrolments", json=enrolled).status_code == 201
        for number, envelope in enumerate(islice(proposals(self.signer), 5)):
            answer = self.client.post(
                "/v1/entries",
                content=envelope,
                headers={"Content-Type": ENTRY_TYPE, IDEMPOTENCY_HEADER: f"first/{number}"},
            )
            assert answer.status_code == 201, answer.text

    def send(self, case: Any, *, signed: bool) -> Any:
        """Send a made-up request, signed by the device or as it was made up."""
        made = case.as_transport_kwargs(base_url=self.address)
        query = dict(made.get("params") or {})
        if "wait" in query:
            query["wait"] = "0"
        request = self.client.build_request(
            made["method"],
            made["url"],
            params=query,
            headers={
                name: str(value).encode("latin-1", "replace") for name, value in made["headers"].items()
            },
            content=body_of(made),
        )
        if signed:
            target = request.url.raw_path.decode()
            request.headers.update(
                signed_headers(
                    self.signer.key, hub_tag(hub_key().public), request.method, target, self.clock.now()
                )
            )
        return self.client.send(request)


def body_of(made: dict[str, Any]) -> bytes | None:
    """The bytes of a made-up body."""
    if "json" in made:
        return json.dumps(made["json"]).encode()
    data = made.get("data")
    return data.encode() if isinstance(data, str) else data


def enrolment_of(key: SigningKey) -> dict[str, str]:
    """What a device sends to be let in."""
    return {
        "user_id": key.owner.user_id,
        "device_id": key.owner.device_id,
        "public_key": key.public.to_text(),
        "proof": prove_possession(key),
        "token": "",
    }


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_site(tmp_path_factory.mktemp("hub"), token="") as site:
        found = Hub(site)
        yield found
        found.client.close()


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_never_fails_and_answers_as_described(hub: Hub, operation: str, signed: bool) -> None:
    method, path = operation.split()
    found = hub.schema[path][method]
    seen: Counter[int] = Counter()

    @settings(max_examples=EACH, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=found.as_strategy())
    def try_it(case: Any) -> None:
        answer = hub.send(case, signed=signed)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=list(CHECKS))

    try_it()
    sys.stdout.write(f"{operation} {dict(seen)}\n")
    assert seen


def test_every_operation_is_tried(hub: Hub) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in hub.schema.raw_schema["paths"].items()
        for method in methods
    }
    assert described == set(OPERATIONS)
