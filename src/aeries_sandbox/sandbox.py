"""A whole sandbox: its world, server and state file, run in the foreground or in a thread of a test."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType

from aeries_sandbox import seeds, state_file
from aeries_sandbox.app import App
from aeries_sandbox.control.call import Holder
from aeries_sandbox.server import Server
from aeries_sandbox.world import DEMO_CERTIFICATE, Overrides, World


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox starts. `seed` is a name or the path of a JSON file; port 0 means any free one."""

    seed: str = "documentation"
    profile: str = "documented"
    switches: Mapping[str, object] = field(default_factory=dict)
    certificate: str | None = None
    clock: datetime | None = None
    latency_ms: int | None = None
    state: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0


async def serve(options: Options, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serves until `stop` is set; `listening` gets the address.

    A change is in the state file before it is answered. Raises DocumentError, SwitchError, StateFileError and OSError before
    it listens.
    """
    holder = Holder(_first_world(options), options.seed)
    keeper = state_file.Keeper(holder, options.state) if options.state is not None else None
    server = Server(App(holder), keeper)
    port = await server.start(options.host, options.port)
    saving = asyncio.create_task(keeper.run()) if keeper is not None else None
    listening(f"http://{options.host}:{port}")
    try:
        await stop.wait()
    finally:
        await server.stop()
        if saving is not None and keeper is not None:
            saving.cancel()
            keeper.write()


def _first_world(options: Options) -> World:
    kept = state_file.read(options.state) if options.state is not None else None
    document = kept or seeds.load(options.seed)
    overrides = Overrides(options.certificate, options.clock, options.latency_ms)
    return World(document, options.profile, options.switches, overrides, keep_clock=kept is not None)


class Sandbox:
    """A sandbox in a thread of this process, for tests. Also a context manager.

    `world` may be looked at while no request is under way; changes go through the control surface.
    """

    certificate = DEMO_CERTIFICATE

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.url = ""
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="aeries-sandbox", daemon=True)

    def start(self) -> "Sandbox":
        """Returns when it listens; raises what kept it from doing so."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits in start
            self._failure = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await serve(self.options, self._stop, self._listening)

    def _listening(self, url: str) -> None:
        self.url = url
        self._ready.set()
