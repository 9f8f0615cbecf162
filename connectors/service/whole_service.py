"""What concerns the whole service: its own health, its figures, and the measuring of every request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from connectors.protocol import Connector
from connectors.service import metrics as figures
from connectors.service.metrics import TEXT_TYPE, Metrics
from connectors.service.parts import ServiceParts
from connectors.service.schemas import answer, problem_answers, ref
from domain.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Anybody may ask how the service is, so the systems behind are asked no more often than this.
HEALTH_HOLDS_FOR = timedelta(seconds=5)


class ServiceHealth(msgspec.Struct):
    """``status`` is ok, or degraded when a system does not answer; why is told to callers it knows."""

    status: str
    reachable: dict[str, bool]


class HealthDesk:
    """Asks every system how it is, now and then."""

    def __init__(
        self, connectors: Mapping[str, Connector], parts: ServiceParts, clock: Clock, metrics: Metrics
    ) -> None:
        """Ask nothing yet."""
        self._connectors = connectors
        self._parts = parts
        self._clock = clock
        self._metrics = metrics
        self._lock = Lock()
        self._asked_at: datetime | None = None
        self._reachable: dict[str, bool] = {}

    def health(self) -> ServiceHealth:
        """How service and systems are.

        Raises:
            UnavailableError: the log of commands does not answer, so this instance can take none.
        """
        self._parts.commands.find("", "")
        with self._lock:
            now = self._clock.now()
            if self._asked_at is None or now - self._asked_at >= HEALTH_HOLDS_FOR:
                self._reachable = {name: each.health().reachable for name, each in self._connectors.items()}
                self._asked_at = now
                for name, reachable in self._reachable.items():
                    self._metrics.set(figures.REACHABLE, reachable, connector=name)
            status = "ok" if all(self._reachable.values()) else "degraded"
            return ServiceHealth(status=status, reachable=dict(self._reachable))


def health_router(desk: HealthDesk) -> APIRouter:
    """``/health``, for load balancers: it needs no token and says no reasons."""
    router = APIRouter(tags=["service"])

    @router.get(
        "/health",
        responses={200: answer("This instance answers", ref("ServiceHealth"))},
        openapi_extra={"security": []},
    )
    def health() -> Response:
        """Whether this instance can work, and which systems it reaches."""
        return Response(msgspec.json.encode(desk.health()), media_type="application/json")

    return router


def metrics_router(desk: HealthDesk, metrics: Metrics) -> APIRouter:
    """``/metrics``, for Prometheus, which sends the token."""
    router = APIRouter(tags=["service"], responses=problem_answers())

    @router.get(
        "/metrics",
        responses={
            200: {"description": "Figures", "content": {"text/plain": {"schema": {"type": "string"}}}}
        },
    )
    def figures_text() -> Response:
        """Requests, records, commands and events since the start, and which systems answer."""
        desk.health()
        return Response(metrics.text(), media_type=TEXT_TYPE)

    return router


class MeasuringApp:
    """Notes status and duration of every request by connector and route, never by what was asked for."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, names: frozenset[str], monotonic: Callable[[], float]
    ) -> None:
        """Measure ``app``."""
        self._app = app
        self._metrics = metrics
        self._names = names
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = self._monotonic()
        try:
            await self._app(scope, receive, noting)
        finally:
            connector, route = self._place(scope)
            self._metrics.observe(self._monotonic() - begun, connector=connector, route=route)
            self._metrics.count(figures.REQUESTS, connector=connector, route=route, status=str(status))

    def _place(self, scope: Scope) -> tuple[str, str]:
        route = getattr(scope.get("route"), "path", None)
        if not isinstance(route, str):
            return "", "other"
        name = str(scope["path"]).split("/")[1]
        return (name if name in self._names else "", route)
