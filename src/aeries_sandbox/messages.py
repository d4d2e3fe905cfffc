"""HTTP requests and responses as plain values, between the connections and what answers them."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is the path with its query as sent; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    peer: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """Still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def segments(self) -> list[str]:
        """The decoded parts of the path, without empty ones."""
        return [unquote(part) for part in self.path.split("/") if part]

    @property
    def query(self) -> dict[str, str]:
        """Parameters by lower-case name; of several with one name the last."""
        text = self.target.partition("?")[2]
        if not text:
            return {}
        return {name.lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
