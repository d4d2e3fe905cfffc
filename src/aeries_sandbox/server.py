"""The HTTP server: h11 on asyncio streams, so that a connection can be dropped, or answered late, on purpose."""

import asyncio
import contextlib
import traceback
from collections.abc import Callable
from email.utils import formatdate

import h11

from aeries_sandbox.api.misbehaviour import Dropped
from aeries_sandbox.app import App
from aeries_sandbox.messages import Request, Response
from aeries_sandbox.state_file import Keeper

READ_AT_ONCE = 65536
LARGEST_BODY = 64 * 1024 * 1024


class TooLarge(Exception):
    """A request body beyond what a test could mean."""


class Server:
    """Serves one App on one address; all requests are worked off in one event loop, one at a time."""

    def __init__(self, app: App, keeper: Keeper | None = None) -> None:
        self._app = app
        self._keeper = keeper
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._later: set[asyncio.TimerHandle] = set()

    async def start(self, host: str, port: int) -> int:
        """Listens and answers the port, which the system chooses for 0. Raises OSError."""
        self._listener = await asyncio.start_server(self._connected, host, port, backlog=512)
        chosen: int = self._listener.sockets[0].getsockname()[1]
        return chosen

    async def stop(self) -> None:
        """Closes all connections; effects that were to come later do not come any more."""
        if self._listener is not None:
            self._listener.close()
        for handle in self._later:
            handle.cancel()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._listener is not None:
            await self._listener.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, TooLarge):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=READ_AT_ONCE)
        peer = writer.get_extra_info("peername")[0]
        while True:
            request = await _next_request(connection, reader, writer, peer)
            if request is None:
                return
            outcome = await self._answered(request)
            if isinstance(outcome, Dropped):
                if outcome.then is not None:
                    self._act_later(outcome.then, outcome.delay)
                return
            if self._keeper is not None:
                await self._keeper.kept()
            writer.write(_encoded(connection, request, outcome))
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()

    async def _answered(self, request: Request) -> Response | Dropped:
        try:
            return await self._app.answer(request)
        except Exception:  # noqa: BLE001 - a bug of ours must look like one, not like a dropped connection
            traceback.print_exc()
            return Response(500, b'{"Message":"The sandbox itself failed; see its error output."}')

    def _act_later(self, then: Callable[[], object], delay: float) -> None:
        world = self._app.world
        world.late_effects += 1

        def act() -> None:
            self._later.discard(handle)
            world.late_effects -= 1
            then()
            world.changed = True

        handle = asyncio.get_running_loop().call_later(delay, act)
        self._later.add(handle)


async def _next_request(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
) -> Request | None:
    """The next whole request, or None when the client has closed. Raises RemoteProtocolError, TooLarge."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            connection.receive_data(await reader.read(READ_AT_ONCE))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                raise TooLarge
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            return Request(head.method.decode(), head.target.decode("latin-1"), headers, bytes(body), peer)
        else:
            return None


def _encoded(connection: h11.Connection, request: Request, response: Response) -> bytes:
    headers = [
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", response.content_type),
        ("Content-Length", str(len(response.body))),
        *response.headers.items(),
    ]
    head = h11.Response(status_code=response.status, headers=headers)
    parts = [connection.send(head)]
    if request.method != "HEAD":
        parts.append(connection.send(h11.Data(data=response.body)))
    parts.append(connection.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)
