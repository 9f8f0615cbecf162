"""The requests to a connector service; no meaning is given to the answers here."""

from __future__ import annotations

from urllib.parse import quote

from connectors.http import HttpClient, HttpReply

JSON_HEADERS = {"Content-Type": "application/json"}
HEALTH_SECONDS = 5.0


class ServiceClient:
    """One connector of a service, at the address of ``http``."""

    def __init__(self, http: HttpClient) -> None:
        """Talk through ``http``, whose headers carry the token."""
        self._http = http

    @property
    def address(self) -> str:
        """Where the service is."""
        return self._http.base_url

    def manifest(self) -> HttpReply:
        """Ask what the connector offers."""
        return self._http.send("GET", "/v1/manifest")

    def changes(self, stream: str, cursor: str | None, limit: int) -> HttpReply:
        """Ask for a page."""
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        return self._http.send("GET", f"/v1/streams/{quote(stream, safe='')}/changes", query=query)

    def ids(self, stream: str) -> HttpReply:
        """Ask for all ids of a stream."""
        return self._http.send("GET", f"/v1/streams/{quote(stream, safe='')}/ids")

    def submit(self, key: str, body: bytes) -> HttpReply:
        """Send a command once; nothing is repeated by itself."""
        headers = JSON_HEADERS | {"Idempotency-Key": key}
        return self._http.send("POST", "/v1/commands", headers=headers, body=body)

    def probe(self, key: str, body: bytes) -> HttpReply:
        """Ask what became of a command."""
        path = f"/v1/commands/{quote(key, safe='')}/probe"
        return self._http.send("POST", path, headers=JSON_HEADERS, body=body)

    def health(self) -> HttpReply:
        """Ask whether the connector reaches its system."""
        return self._http.send("GET", "/healthz", timeout_seconds=HEALTH_SECONDS, attempts=1)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
