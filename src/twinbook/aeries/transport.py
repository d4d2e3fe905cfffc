"""Bytes to and from Aeries: puts the certificate on, keeps the total time, knows whether a byte left.

httpx2's time-outs hold per socket operation, so that a server which sends a byte a minute would hold
a worker for ever. Here every connect, handshake, read and write is cut to what is left of the total.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import httpcore2
import httpx2


@dataclass(frozen=True)
class TimeOuts:
    """Seconds. `total` spans one request from connecting to the last byte of its answer."""

    connect: float = 10
    read: float = 60
    write: float = 60
    total: float = 90


@dataclass
class Progress:
    """What has happened to the request that this thread is sending."""

    deadline: float
    sent: bool = False

    def cut(self, timeout: float | None, late: type[httpcore2.TimeoutException]) -> float:
        """`timeout`, or what is left of the total time; raises `late` when nothing is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("total")
        return left if timeout is None else min(timeout, left)


_progress: ContextVar[Progress] = ContextVar("progress")


@contextmanager
def following(total_seconds: float) -> Iterator[Progress]:
    """Everything sent inside, by this thread, shares one deadline and one `Progress`."""
    progress = Progress(deadline=time.monotonic() + total_seconds)
    token = _progress.set(progress)
    try:
        yield progress
    finally:
        _progress.reset(token)


class Transport(httpx2.BaseTransport):
    """httpx2's way to the network. The certificate is put on here and nowhere above, so that no
    request object, error or log of the layers above holds it. Raises httpcore2's errors."""

    def __init__(self, certificate: str, *, connections: int, tls: ssl.SSLContext | None = None) -> None:
        self._certificate = (b"AERIES-CERT", certificate.encode("ascii"))
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or httpx2.create_ssl_context(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5,
            retries=0,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=[*request.headers.raw, self._certificate],
                content=request.read(),
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _Backend(httpcore2.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        cut = _progress.get().cut(timeout, httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, cut, local_address, socket_options))


class _Stream(httpcore2.NetworkStream):
    """A socket that obeys the `Progress` of whoever uses it now (connections are used again)."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _progress.get().cut(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        progress = _progress.get()
        cut = progress.cut(timeout, httpcore2.WriteTimeout)
        progress.sent = progress.sent or bool(buffer)
        self._inner.write(buffer, cut)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        cut = _progress.get().cut(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, cut))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
