"""One request and its answer: permit, time-outs, size limit, and which error a bad end is.

Sends exactly once. Trying again is the caller's, who knows whether that may be done.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar
from urllib.parse import quote

import httpcore2
import httpx2

from twinbook.aeries import refusals
from twinbook.aeries.errors import (
    AeriesError,
    BadAnswer,
    CertificateMalformed,
    CertificateRefused,
    Dropped,
    NotFound,
    OurBug,
    PerhapsMissing,
    PermissionMissing,
    Rejected,
    Request,
    ServerError,
    Throttled,
    TimedOut,
    Unreachable,
    UntrustedServer,
    WrongAddress,
)
from twinbook.aeries.permits import Lane, Permit, Permits
from twinbook.aeries.reader import parse
from twinbook.aeries.rights import Right
from twinbook.aeries.transport import Progress, TimeOuts, Transport, following
from twinbook.core.sentence import sentence

T = TypeVar("T")
Heard = Callable[[str | None, frozenset[str]], None]
"""Of an answered request: what refuses this connection (None: nothing), and what it proves to be accepted."""

_LARGEST_MESSAGE = 300
_LONGEST_PAUSE = 3600.0
_PAUSE_WITHOUT_A_TIME = 5.0
# Statuses below 500 after which the server may still be at work.
_MAY_STILL_ACT = (408, 499)


@dataclass(frozen=True)
class Call:
    """A request to make. `right` None: needs a certificate, but no right."""

    method: str
    path: str
    what: str
    right: Right | None = None
    query: Mapping[str, str] | None = None
    body: bytes | None = field(default=None, repr=False)

    @property
    def is_base(self) -> bool:
        """Answered by every Aeries: a failure to find it is a wrong address."""
        return self.path in ("systeminfo", "schools")

    @property
    def proof(self) -> frozenset[str]:
        """What is accepted when this was answered. Systeminfo needs no certificate (reference §3.2)."""
        return refusals.proof(self.right, with_certificate=self.path != "systeminfo")


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: httpx2.Headers
    body: bytes = field(repr=False)

    @property
    def is_web_page(self) -> bool:
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip().startswith(b"<")


@dataclass(frozen=True)
class _Started:
    """When a request began; `record` ends it."""

    call: Call
    monotonic: float
    at: datetime
    wall: Callable[[], datetime]

    def record(self) -> Request:
        return Request(
            self.call.method, self.call.what, self.at, self.monotonic, self.wall(), time.monotonic()
        )


def path(*segments: str | int) -> str:
    """A path below /api/v5. 0 and "" would mean "all" to Aeries (reference §3.6): `OurBug`."""
    for segment in segments:
        if segment in (0, "0", "") or (isinstance(segment, int) and segment < 0):
            raise OurBug("a request without the id that it needs")
    return "/".join(quote(str(segment), safe="") for segment in segments)


class Wire:
    """Safe to use from several threads. `close` it."""

    def __init__(
        self,
        *,
        address: str,
        certificate: str,
        database_year: int | None,
        permits: Permits,
        time_outs: TimeOuts,
        connections: int,
        largest_answer: int,
        tls: ssl.SSLContext | None,
        wall: Callable[[], datetime],
        heard: Heard | None = None,
    ) -> None:
        """`address` is normalised. Raises `CertificateMalformed`, `WrongAddress`."""
        if not certificate or not certificate.isascii() or not certificate.isalnum():
            raise CertificateMalformed(
                sentence("the certificate has other characters than letters and digits")
            )
        self._certificate = certificate
        self._base = f"{address}/api/v5/"
        self._year = {} if database_year is None else {"DatabaseYear": str(database_year)}
        self._permits = permits
        self._total = time_outs.total
        self._largest_answer = largest_answer
        self._wall = wall
        self._heard = heard
        if tls is None and address.startswith("https:"):
            tls = httpx2.create_ssl_context()
        try:
            httpx2.URL(self._base)
        except httpx2.InvalidURL:
            raise WrongAddress(sentence("this is not a web address")) from None
        self._http = httpx2.Client(
            transport=Transport(certificate, connections=connections, tls=tls),
            timeout=httpx2.Timeout(
                connect=time_outs.connect, read=time_outs.read, write=time_outs.write, pool=time_outs.connect
            ),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "twinbook"},
            # A session cookie would make the server answer our requests one after the other.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def ask(self, call: Call, via: Lane | Permit, understand: Callable[[object], T]) -> tuple[T, Request]:
        """Send once and understand the answer. `via` is a permit already taken, of which one request
        is spent, or the lane to take one in. Raises any `AeriesError`, with its request."""
        started = _Started(call, time.monotonic(), self._wall(), self._wall)
        try:
            answer = self._permitted(call, via, understand)
        except AeriesError as error:
            # From the budget: nothing was sent, and a write must be able to say so.
            error.request = error.request or started.record()
            if self._heard is not None and (refused := refusals.refused_for(error)) is not None:
                self._heard(refused, frozenset())
            raise
        if self._heard is not None:
            self._heard(None, call.proof)
        return answer

    def _permitted(
        self, call: Call, via: Lane | Permit, understand: Callable[[object], T]
    ) -> tuple[T, Request]:
        if isinstance(via, Permit):
            via.spend()
            return self._exchange(call, understand)
        with self._permits.acquire(via) as permit:
            permit.spend()
            return self._exchange(call, understand)

    def _exchange(self, call: Call, understand: Callable[[object], T]) -> tuple[T, Request]:
        started = _Started(call, time.monotonic(), self._wall(), self._wall)
        with following(self._total) as progress:
            try:
                answer = self._transfer(call)
            except AeriesError as error:
                error.request = started.record()
                raise
            except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
                raise _lost(error, progress, started.record()) from None
            except httpx2.DecodingError:
                raise BadAnswer(sentence("the answer cannot be unpacked"), started.record()) from None
            except UnicodeError:
                raise WrongAddress(sentence("this is not a web address"), started.record()) from None
        request = started.record()
        if not 200 <= answer.status < 300:
            raise self._refusal(call, answer, request)
        try:
            return understand(_data(call, answer)), request
        except AeriesError as error:
            if request.is_write:
                # It was done, or something else was: whatever the answer says, only a look tells.
                raise BadAnswer(error.text, request) from None
            error.request = request
            raise

    def _transfer(self, call: Call) -> _Answer:
        headers = {} if call.body is None else {"Content-Type": "application/json"}
        request = self._http.build_request(
            call.method,
            self._base + call.path,
            params={**self._year, **(call.query or {})},
            content=call.body,
            headers=headers,
        )
        body = bytearray()
        response = self._http.send(request, stream=True)
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > self._largest_answer:
                    raise BadAnswer(sentence("an answer larger than any that belongs here"))
        finally:
            response.close()
        return _Answer(response.status_code, response.headers, bytes(body))

    def _refusal(self, call: Call, answer: _Answer, request: Request) -> AeriesError:
        """Which error a status outside 200–299 is (reference §3.13–§3.15)."""
        match answer.status:
            case 401 | 403 if call.right is None:
                return CertificateRefused(sentence("Aeries does not accept the certificate"), request)
            case 401 | 403:
                assert call.right is not None
                return PermissionMissing(call.right.area, call.right.right, request)
            case 404 if call.is_base:
                return WrongAddress(sentence("there is no Aeries API (version 5) at this address"), request)
            case 404 if not answer.is_web_page:
                return NotFound(sentence("not in Aeries"), request)
            case 429:
                return self._throttled(answer, request)
            case 500 if call.path.lower().endswith("/scores"):
                return PerhapsMissing(500, None, request)
            case status if status >= 500 or status in _MAY_STILL_ACT:
                return self._failed(answer, request)
            case status if status >= 400 and status != 404:
                return Rejected(status, self._message(answer), request)
        if call.is_base:
            return WrongAddress(sentence("this address leads to something else than the Aeries API"), request)
        return BadAnswer(
            sentence("a redirect or web page where data belongs (status %(status)s)", status=answer.status),
            request,
        )

    def _throttled(self, answer: _Answer, request: Request) -> Throttled:
        retry_after = self._retry_after(answer)
        self._permits.pause(_PAUSE_WITHOUT_A_TIME if retry_after is None else retry_after)
        return Throttled(retry_after, request)

    def _failed(self, answer: _Answer, request: Request) -> ServerError:
        retry_after = self._retry_after(answer)
        if retry_after is not None:
            self._permits.pause(retry_after)
        return ServerError(answer.status, retry_after, request)

    def _retry_after(self, answer: _Answer) -> float | None:
        """Seconds, at most an hour, from either form of the header."""
        text = answer.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdecimal():
            return min(float(text), _LONGEST_PAUSE)
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return min(max((until - self._wall()).total_seconds(), 0.0), _LONGEST_PAUSE)

    def _message(self, answer: _Answer) -> str | None:
        """Aeries' own sentence, without the certificate should it ever quote it; None without one."""
        try:
            body = parse(answer.body)
        except BadAnswer:
            return None
        message = body.get("Message") if isinstance(body, dict) else None
        if not isinstance(message, str) or not message.strip():
            return None
        return message.strip().replace(self._certificate, "…")[:_LARGEST_MESSAGE]


def _data(call: Call, answer: _Answer) -> object:
    if not answer.is_web_page:
        return parse(answer.body)
    if call.is_base:
        raise WrongAddress(sentence("this address leads to a web page, not to the Aeries API"))
    raise BadAnswer(sentence("a web page where data belongs"))


def _lost(error: Exception, progress: Progress, request: Request) -> AeriesError:
    """Which error it is that there was no answer. Without a byte sent, nothing was done."""
    if isinstance(error, httpcore2.TimeoutException):
        return TimedOut(_phase(error, progress), sent=progress.sent, request=request)
    if any(isinstance(inner, ssl.SSLCertVerificationError) for inner in (error.__context__, *error.args)):
        return UntrustedServer(sentence("the server's TLS certificate is not accepted"), request)
    if isinstance(error, httpcore2.LocalProtocolError | httpcore2.UnsupportedProtocol):
        return OurBug("a request that HTTP does not allow", request)
    if progress.sent:
        return Dropped(sentence("the connection broke before the answer was complete"), request)
    return Unreachable(sentence("no connection"), request)


def _phase(error: httpcore2.TimeoutException, progress: Progress) -> str:
    if time.monotonic() >= progress.deadline:
        return "total"
    return type(error).__name__.removesuffix("Timeout").lower()
