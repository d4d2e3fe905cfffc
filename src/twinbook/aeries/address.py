"""The address of a district's Aeries, as people paste it (reference §3.1)."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from twinbook.aeries.errors import InsecureAddress, WrongAddress
from twinbook.core.sentence import sentence

_API_TAILS = ("/api/v5", "/api")


def normalise_address(text: str, *, allow_http: bool = False) -> str:
    """The base without last slash, from a base, an API address or a login page's address.

    https where no scheme is given; plain http only to this machine itself, or with `allow_http`.
    Raises `WrongAddress`, `InsecureAddress`.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise WrongAddress(sentence("this is not a web address")) from None
    if parts.scheme.lower() not in ("http", "https") or not host or any(c.isspace() for c in text):
        raise WrongAddress(sentence("this is not a web address"))
    if parts.username is not None:
        raise WrongAddress(sentence("an address must not contain a user name or password"))
    if parts.scheme.lower() == "http" and not allow_http and not _is_this_machine(host):
        raise InsecureAddress(sentence("plain http would show the certificate and the grades to the network"))
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc = f"{netloc}:{port}"
    # Query and fragment go: the documentation's example links carry a certificate there.
    return urlunsplit((parts.scheme.lower(), netloc, _base_path(parts.path), "", ""))


def _base_path(path: str) -> str:
    path = path.rstrip("/")
    folder, _, page = path.rpartition("/")
    if page.lower().endswith((".aspx", ".asp", ".html")):
        path = folder
    for tail in _API_TAILS:
        if path.lower().endswith(tail):
            return path[: -len(tail)].rstrip("/")
    return path


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
