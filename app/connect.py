"""From a source's settings to its connector: the one place that knows which system is which class."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.profile import SourceSettings
from domain.errors import BadInputError
from domain.ids import SourceName

if TYPE_CHECKING:
    from connectors.protocol import Connector
    from domain.clock import Clock

Credential = Callable[[str], str]


def connector_of(
    source: SourceSettings,
    *,
    credential: Credential,
    folder: Path,
    clock: Clock,
    monotonic: Callable[[], float],
) -> Connector:
    """The connector of a source; nothing is sent yet.

    ``credential(name)`` gives a stored secret; ``folder`` is where a connector may remember its manifest;
    ``monotonic`` bounds how long an answer may take.

    Raises:
        BadInputError: the system is unknown, or its settings cannot be used.
    """
    if source.system == "service":
        return _service(source, credential, folder, monotonic)
    if source.system == "tryton":
        return _tryton(source, credential, clock, monotonic)
    raise BadInputError(
        what=f"The source {source.name} is of an unknown system {source.system!r}.",
        remedy="Use service or tryton.",
    )


def _service(
    source: SourceSettings, credential: Credential, folder: Path, monotonic: Callable[[], float]
) -> Connector:
    http = import_module("connectors.http")
    client = import_module("connectors.service_client.connector")
    headers = {"Authorization": f"Bearer {credential(source.secret)}"}
    connector: Connector = client.ServiceConnector(
        SourceName(source.name),
        http.HttpClient(source.url, headers=headers, monotonic=monotonic),
        manifest_file=folder / "manifests" / f"{source.name}.json",
    )
    return connector


def _tryton(
    source: SourceSettings, credential: Credential, clock: Clock, monotonic: Callable[[], float]
) -> Connector:
    http = import_module("connectors.http")
    settings = import_module("connectors.tryton.settings")
    tryton = import_module("connectors.tryton.connector")
    connector: Connector = tryton.TrytonConnector(
        SourceName(source.name),
        http.HttpClient(source.url, monotonic=monotonic),
        settings=settings.settings_from(dict(source.options)),
        password=credential(source.secret),
        clock=clock,
    )
    return connector
