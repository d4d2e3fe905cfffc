"""`twinbook web`: the web application in this process."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from twinbook.cli.installation import database, installation
from twinbook.cli.output import Failed
from twinbook.cli.supervised import is_supervised, on_stop

DATABASE_CONNECTIONS = 10
STREAMS_END_SECONDS = 3

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free one.")]


def command(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    listener: Annotated[
        int | None, typer.Option(hidden=True, help="A listening socket of the parent.")
    ] = None,
) -> None:
    connection = socket.socket(fileno=listener) if listener is not None else listen(host, port)
    os.environ.setdefault("TWINBOOK_URL", local_url(connection))
    os.environ.setdefault("TWINBOOK_DATABASE_POOL", str(DATABASE_CONNECTIONS))
    with database() if is_supervised() else installation():
        _serve(connection)


def listen(host: str, port: int) -> socket.socket:
    """A bound and listening socket. Raises Failed when the address is taken or not ours."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        connection = socket.socket(family, kind)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind(address)
        connection.listen(1024)
    except OSError as error:
        raise Failed(
            f"Twinbook cannot listen on {host}, port {port}: {error.strerror}.",
            "Choose another one with --port.",
        ) from error
    return connection


def local_url(connection: socket.socket) -> str:
    host, port = connection.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for connection in sockets or []:
            typer.echo(f"Twinbook is listening on {local_url(connection)}")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are set already; uvicorn's own would end the process before the database could be stopped."""
        yield

    def stop(self) -> None:
        from twinbook.web import live_feed

        self.should_exit = True
        live_feed.end_streams()


def _serve(connection: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            "twinbook.asgi:application",
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=STREAMS_END_SECONDS,
        )
    )
    on_stop(server.stop)
    server.run(sockets=[connection])
