"""A server of a few lines that says exactly the bytes of a test, for what the sandbox cannot do."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket


@dataclass
class Asked:
    line: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Asked, socket], None]


@dataclass
class Loopback:
    """`address` of a server that answers every request with `script` and keeps what it was asked."""

    script: Script
    address: str = ""
    asked: list[Asked] = field(default_factory=list, repr=False)


def answer(
    body: str | bytes,
    status: int = 200,
    kind: str = "application/json; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> Script:
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} x", f"Content-Type: {kind}", f"Content-Length: {len(raw)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]

    def script(asked: Asked, connection: socket) -> None:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)

    return script


@contextmanager
def serving(script: Script) -> Iterator[Loopback]:
    loopback = Loopback(script)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                headers = dict[str, str]()
                while header := self.rfile.readline().decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = self.rfile.read(int(headers.get("content-length", 0)))
                asked = Asked(line.decode().strip(), headers, body)
                loopback.asked.append(asked)
                try:
                    loopback.script(asked, self.connection)
                except OSError:
                    return  # the client hung up, as some tests want it to

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        loopback.address = f"http://127.0.0.1:{server.server_address[1]}/aeries"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield loopback
        finally:
            server.shutdown()
            thread.join()
