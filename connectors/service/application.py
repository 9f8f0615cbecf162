"""The web application around a set of connectors: token, limits, problem documents, description."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from connectors.protocol import Connector
from connectors.service.problems import (
    answer_http_error,
    answer_invalid_request,
    answer_tower_error,
)
from connectors.service.routes import connector_router
from connectors.service.schemas import component_schemas
from domain.clock import Clock
from domain.errors import BadInputError, TowerError

TITLE = "Control Tower connector service"
VERSION = "1"
LEAST_TOKEN_LENGTH = 16


def make_application(connectors: Mapping[str, Connector], *, token: str, clock: Clock) -> FastAPI:
    """The application that serves each connector under ``/<name>``.

    Raises:
        BadInputError: the token is too short to be one.
    """
    if len(token) < LEAST_TOKEN_LENGTH:
        raise BadInputError(
            what=f"The token of the connector service has fewer than {LEAST_TOKEN_LENGTH} characters.",
            remedy="Make a random one of at least that length.",
        )
    application = FastAPI(title=TITLE, version=VERSION, docs_url=None, redoc_url=None)
    application.add_exception_handler(TowerError, answer_tower_error)
    application.add_exception_handler(HTTPException, answer_http_error)
    application.add_exception_handler(RequestValidationError, answer_invalid_request)
    check = Depends(_token_check(token))
    for name, connector in connectors.items():
        application.include_router(
            connector_router(connector, clock), prefix=f"/{name}", dependencies=[check]
        )
    _describe(application)
    return application


def _token_check(token: str) -> Callable[[Request], None]:
    """Let only requests with the token through; compared in constant time."""
    wanted = f"Bearer {token}".encode()

    def check(request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, wanted):
            raise HTTPException(
                401,
                "send 'Authorization: Bearer <token>' with the token of this service",
                headers={"WWW-Authenticate": "Bearer"},
            )

    return check


def _describe(application: FastAPI) -> None:
    """Put the schemas of the domain and the token into the OpenAPI description."""

    def description() -> dict[str, Any]:
        if application.openapi_schema is None:
            schema = get_openapi(title=TITLE, version=VERSION, routes=application.routes)
            components = schema.setdefault("components", {})
            components.setdefault("schemas", {}).update(component_schemas())
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            schema["security"] = [{"token": []}]
            application.openapi_schema = schema
        return application.openapi_schema

    application.openapi = description  # type: ignore[method-assign]  # FastAPI's way to extend the description
