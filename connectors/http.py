"""The one HTTP client: time-outs, limits, certificates always verified, failures as known errors.

Every connector and the hub's client go through it. A request that failed says whether it may have
reached the other side (``request_may_have_left``): then a write's outcome is unknown, not failed.
"""

from __future__ import annotations

import hashlib
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx
import msgspec

from connectors.outgoing_request import OutgoingRequest, Signer
from domain.errors import BadInputError, ConflictError, RefusedError, TowerError, UnavailableError

MEBIBYTE = 1024 * 1024
MAX_BODY_BYTES = 64 * MEBIBYTE
MAX_COMPRESSION_RATIO = 200
SMALL_BODY_BYTES = MEBIBYTE
GET_ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0
IDEMPOTENT_METHODS = frozenset({"GET", "HEAD"})


class StatusClass(StrEnum):
    """What a status code asks of the caller."""

    OK = "ok"
    RETRY = "retry"
    RATE_LIMITED = "rate_limited"
    REAUTHENTICATE = "reauthenticate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


_CLASS_OF_STATUS: dict[int, StatusClass] = {
    401: StatusClass.REAUTHENTICATE,
    407: StatusClass.REAUTHENTICATE,
    408: StatusClass.RETRY,
    409: StatusClass.CONFLICT,
    412: StatusClass.CONFLICT,
    425: StatusClass.RETRY,
    429: StatusClass.RATE_LIMITED,
    501: StatusClass.REJECTED,
    505: StatusClass.REJECTED,
}


def classify(status: int) -> StatusClass:
    """The table from status to what to do; redirects count as rejected: they are never followed."""
    known = _CLASS_OF_STATUS.get(status)
    if known is not None:
        return known
    if 200 <= status < 300:  # noqa: PLR2004 - the successful range of HTTP
        return StatusClass.OK
    return StatusClass.RETRY if status >= 500 else StatusClass.REJECTED  # noqa: PLR2004 - server errors


class HttpUnavailableError(UnavailableError):
    """The other side could not be reached or did not answer in full.

    ``request_may_have_left`` is false only when the request provably never reached it.
    """

    def __init__(
        self,
        *,
        what: str,
        remedy: str,
        request_may_have_left: bool = True,
        retry_after_seconds: float | None = None,
    ) -> None:
        """Keep the sentences and what is known of the request."""
        super().__init__(what=what, remedy=remedy)
        self.request_may_have_left = request_may_have_left
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """An answer: ``headers`` with lower-case names, ``body`` decompressed, ``url`` for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def status_class(self) -> StatusClass:
        """What the status asks of the caller."""
        return classify(self.status)

    @property
    def retry_after_seconds(self) -> float | None:
        """The pause the other side asks for, when it gives one in seconds."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() else None

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def json_bytes(self) -> bytes:
        """The body, once its content type says that it is JSON.

        Raises:
            BadInputError: it is something else, for example a login page.
        """
        kind = self.content_type
        if kind == "application/json" or kind.endswith("+json"):
            return self.body
        looks_like_html = kind == "text/html" or self.body.lstrip()[:1] == b"<"
        got = "a web page" if looks_like_html else (kind or "an answer without content type")
        raise BadInputError(
            what=f"{self.url} answered with {got} where JSON was expected.",
            remedy="Check the address in the profile; a proxy or a login page may stand in between.",
        )

    def json(self) -> object:
        """The body as plain values.

        Raises:
            BadInputError: it is no JSON, or nested too deep.
        """
        text = self.json_bytes()
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise BadInputError(
                what=f"{self.url} answered with JSON that cannot be read: {error}.",
                remedy="Try again; if it stays so, the other side is faulty.",
            ) from error


def error_of(reply: HttpReply, *, doing: str) -> TowerError | None:
    """The known error a reply stands for, or ``None`` when it is a success; ``doing`` opens the sentence."""
    found = reply.status_class
    detail = _problem_detail(reply)
    what = f"{doing}: {reply.url} answered {reply.status}{f' ({detail})' if detail else ''}."
    if found is StatusClass.OK:
        return None
    if found is StatusClass.RETRY:
        return HttpUnavailableError(
            what=what,
            remedy="It is tried again by itself; look at that system.",
            retry_after_seconds=reply.retry_after_seconds,
        )
    if found is StatusClass.RATE_LIMITED:
        return HttpUnavailableError(
            what=what,
            remedy="It asks for fewer requests; it is tried again later.",
            request_may_have_left=False,
            retry_after_seconds=reply.retry_after_seconds,
        )
    if found is StatusClass.REAUTHENTICATE:
        return RefusedError(what=what, remedy="Check the credentials of this source in the profile.")
    if found is StatusClass.CONFLICT:
        return ConflictError(what=what, remedy="Read the record again and decide anew.")
    return RefusedError(
        what=what, remedy="The request itself was not accepted; see the answer of that system."
    )


def _problem_detail(reply: HttpReply) -> str:
    """The words of an RFC 9457 problem document, if the reply carries one."""
    if reply.content_type != "application/problem+json":
        return ""
    try:
        document = msgspec.json.decode(reply.body, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError, ValueError):
        return ""
    return str(document.get("detail") or document.get("title") or "")[:300]


class _Signing(httpx.Auth):
    """Adds the headers of a signer to every request."""

    requires_request_body = True

    def __init__(self, sign: Signer) -> None:
        self._sign = sign

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        outgoing = OutgoingRequest(
            method=request.method,
            authority=request.headers["host"],
            target=request.url.raw_path.decode("ascii"),
            body_sha256=hashlib.sha256(request.content).hexdigest(),
        )
        request.headers.update(self._sign(outgoing))
        yield request


class HttpClient:
    """A client for one base address; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | Signer | None = None,
        connect_seconds: float = 5.0,
        read_seconds: float = 30.0,
        ca_file: Path | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Prepare a client; nothing is sent yet. ``headers`` go with every request, or are made for each.

        With ``monotonic``, which tells seconds that never go back, a whole answer may take at most
        twice ``read_seconds``; without it only a pause of ``read_seconds`` ends an answer.

        Raises:
            BadInputError: the address is no http(s) address, or the CA file cannot be read.
        """
        self._base_url = _checked_address(base_url)
        self._read_seconds = read_seconds
        self._connect_seconds = connect_seconds
        self._total_seconds = 2 * read_seconds
        self._max_body_bytes = max_body_bytes
        self._pause = pause
        self._monotonic = monotonic
        # The environment's proxy and certificate variables are ignored: what is trusted stands in
        # the profile and nowhere else.
        self._client = httpx.Client(
            base_url=self._base_url,
            headers=None if callable(headers) else dict(headers or {}),
            auth=_Signing(headers) if callable(headers) else None,
            verify=_tls_context(self._base_url, ca_file),
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4),
        )

    @property
    def base_url(self) -> str:
        """The address every path is appended to, without a slash at its end."""
        return self._base_url

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        attempts: int | None = None,
    ) -> HttpReply:
        """Send one request and give the answer whatever its status; GET is tried three times.

        ``timeout_seconds`` shortens the read time-out (seconds without a byte); ``attempts``
        replaces the number of tries.

        Raises:
            HttpUnavailableError: no connection, no answer in time, or a body cut short.
            BadInputError: the body is larger than allowed or not decodable, or a header is illegal.
        """
        attempts = attempts or (GET_ATTEMPTS if method.upper() in IDEMPOTENT_METHODS else 1)
        for attempt in range(1, attempts + 1):
            pause_seconds = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                reply = self._send_once(method, path, headers, body, query, timeout_seconds)
            except HttpUnavailableError:
                if attempt == attempts:
                    raise
            else:
                if attempt == attempts or not _worth_another_try(reply):
                    return reply
                pause_seconds = reply.retry_after_seconds or pause_seconds
            self._pause(pause_seconds)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _send_once(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        query: Mapping[str, str] | None,
        timeout_seconds: float | None,
    ) -> HttpReply:
        deadline = None if self._monotonic is None else self._monotonic() + self._total_seconds
        read_seconds = min(timeout_seconds or self._read_seconds, self._read_seconds)
        timeout = httpx.Timeout(read_seconds, connect=self._connect_seconds)
        try:
            with self._client.stream(
                method,
                path,
                headers=dict(headers or {}),
                content=body,
                params=dict(query) if query else None,
                timeout=timeout,
            ) as response:
                content = self._read(response, deadline)
                return HttpReply(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=content,
                    url=str(response.url).partition("?")[0],
                )
        except httpx.DecodingError as error:
            raise self._too_much("an answer that cannot be decompressed") from error
        except httpx.LocalProtocolError as error:
            raise BadInputError(
                what=f"The request to {self._base_url} cannot be sent: {_words_of(error)}.",
                remedy="Check address and credentials in the profile for stray characters.",
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._unavailable(f"cannot be reached ({_words_of(error)})", may_have_left=False) from error
        except httpx.TimeoutException as error:
            raise self._unavailable("did not answer in time", may_have_left=True) from error
        except httpx.TransportError as error:
            raise self._unavailable(
                f"broke off the answer ({_words_of(error)})", may_have_left=True
            ) from error

    def _read(self, response: httpx.Response, deadline: float | None) -> bytes:
        """The whole body within the size, the compression ratio and the time allowed."""
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._max_body_bytes:
                raise self._too_much(f"more than {self._max_body_bytes // MEBIBYTE} MiB")
            if size > max(SMALL_BODY_BYTES, MAX_COMPRESSION_RATIO * response.num_bytes_downloaded):
                raise self._too_much("a body that unpacks to more than 200 times its size")
            if self._monotonic is not None and deadline is not None and self._monotonic() > deadline:
                raise self._unavailable("answers too slowly", may_have_left=True)
            parts.append(part)
        return b"".join(parts)

    def _too_much(self, got: str) -> BadInputError:
        return BadInputError(
            what=f"{self._base_url} sent {got}.",
            remedy="Nothing of it was used; check that this is the right system.",
        )

    def _unavailable(self, why: str, *, may_have_left: bool) -> HttpUnavailableError:
        return HttpUnavailableError(
            what=f"{self._base_url} {why}.",
            remedy="Check that it runs and that the network reaches it; it is tried again by itself.",
            request_may_have_left=may_have_left,
        )


def _worth_another_try(reply: HttpReply) -> bool:
    if reply.status_class is StatusClass.RATE_LIMITED:
        return (reply.retry_after_seconds or 0.0) <= MAX_PAUSE_SECONDS
    return reply.status_class is StatusClass.RETRY


def _words_of(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _checked_address(base_url: str) -> str:
    try:
        parsed = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise _bad_address() from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise _bad_address()
    if parsed.userinfo or parsed.query:
        raise BadInputError(
            what="The address of a web service holds a password or a key, which would show in messages.",
            remedy="Leave out what stands before @ and after ?, and store it as the secret of the source.",
        )
    return base_url.rstrip("/")


def _bad_address() -> BadInputError:
    # The address is not repeated: it may hold a password.
    return BadInputError(
        what="This is no address of a web service.",
        remedy="Write it in full, for example https://erp.example:8000.",
    )


def _tls_context(base_url: str, ca_file: Path | None) -> ssl.SSLContext:
    if base_url.startswith("http:") and ca_file is None:
        # Never used, as redirects are not followed, and it trusts nobody; loading all authorities is slow.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise BadInputError(
            what=f"The certificate file {ca_file} cannot be used: {error}.",
            remedy="Give a readable file with the certificates of your authority (PEM).",
        ) from error
