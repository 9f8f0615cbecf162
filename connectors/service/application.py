"""The web application around a set of connectors: callers, limits, problem documents, description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from connectors.protocol import Connector
from connectors.service.callers import SIGNATURE_HEADER, caller_check, require_token
from connectors.service.command_gate import CommandGate
from connectors.service.epcis_route import epcis_router
from connectors.service.metrics import Metrics
from connectors.service.parts import ServiceParts
from connectors.service.problems import (
    answer_http_error,
    answer_invalid_request,
    answer_tower_error,
)
from connectors.service.rate_limit import RateLimit
from connectors.service.routes import connector_router, inlet_router
from connectors.service.schemas import component_schemas
from connectors.service.whole_service import HealthDesk, MeasuringApp, health_router, metrics_router
from domain.clock import Clock
from domain.errors import TowerError

TITLE = "Control Tower connector service"
VERSION = "1"


def make_application(
    connectors: Mapping[str, Connector], *, token: str, clock: Clock, parts: ServiceParts | None = None
) -> FastAPI:
    """The application that serves each connector under ``/<name>``.

    Raises:
        BadInputError: the token is too short to be one.
    """
    require_token(token)
    parts = parts or ServiceParts()
    metrics = Metrics()
    application = FastAPI(title=TITLE, version=VERSION, docs_url=None, redoc_url=None)
    application.add_exception_handler(TowerError, answer_tower_error)
    application.add_exception_handler(HTTPException, answer_http_error)
    application.add_exception_handler(RequestValidationError, answer_invalid_request)
    application.add_middleware(
        MeasuringApp, metrics=metrics, names=frozenset(connectors), monotonic=parts.monotonic
    )
    limit = RateLimit(parts.requests_per_second, parts.monotonic)
    check = Depends(caller_check(token, parts.devices, limit))
    for name, connector in connectors.items():
        gate = CommandGate(name, connector, parts.commands, clock)
        router = connector_router(name, connector, gate, clock, metrics)
        application.include_router(router, prefix=f"/{name}", dependencies=[check])
        application.include_router(
            epcis_router(name, connector, clock), prefix=f"/{name}", dependencies=[check]
        )
    for name, inlet in parts.inlets.items():
        router = inlet_router(name, inlet, metrics)
        application.include_router(router, prefix=f"/{name}", dependencies=[check])
    desk = HealthDesk(connectors, parts, clock, metrics)
    application.include_router(health_router(desk))
    application.include_router(metrics_router(desk, metrics), dependencies=[check])
    _describe(application)
    return application


def _describe(application: FastAPI) -> None:
    """Put the schemas of the domain and the ways to be let in into the OpenAPI description."""

    def description() -> dict[str, Any]:
        if application.openapi_schema is None:
            schema = get_openapi(title=TITLE, version=VERSION, routes=application.routes)
            components = schema.setdefault("components", {})
            components.setdefault("schemas", {}).update(component_schemas())
            components["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"},
                "device": {"type": "apiKey", "in": "header", "name": SIGNATURE_HEADER},
            }
            schema["security"] = [{"token": []}, {"device": []}]
            application.openapi_schema = schema
        return application.openapi_schema

    application.openapi = description  # type: ignore[method-assign]  # FastAPI's way to extend the description
