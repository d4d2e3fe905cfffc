"""From an HTTP request below /api/v5 to an answer: certificate, route, rights, year, handler."""

import hmac
from dataclasses import dataclass

import msgspec

from aeries_sandbox.api import xml
from aeries_sandbox.api.call import Answer, Call, Refused
from aeries_sandbox.api.legacy import v3_routes, with_old_names
from aeries_sandbox.api.routes import Route, routes
from aeries_sandbox.decimals import whole
from aeries_sandbox.messages import XML, Request, Response
from aeries_sandbox.model import Certificate
from aeries_sandbox.rights import Right, granted
from aeries_sandbox.router import Match
from aeries_sandbox.store import Database
from aeries_sandbox.world import World

_ROUTES, _V3_ROUTES = routes(), v3_routes()
_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the decoded path below /api/v5, or below /api/v3 where that is switched on."""

    request: Request
    segments: list[str]
    v3: bool = False


def answered(world: World, databases: dict[int, Database], asked: Asked) -> Answer:
    """An answer still to be printed; a refusal is one as well.

    `databases` are the world's own, or an older state of them.
    """
    try:
        return _handled(world, databases, asked)
    except Refused as refused:
        return Answer({"Message": refused.message}, "Error", refused.status)


def printed(world: World, asked: Asked, answer: Answer) -> Response:
    """The answer as the client asked for it: JSON, or XML where that is switched on (reference §3.4)."""
    value = with_old_names(answer.value) if asked.v3 else answer.value
    if world.on("one_row_as_object") and answer.is_list and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if world.on("extra_fields") and answer.status < 400:
        value = _with_more(value)
    if world.on("xml_output") and xml.wanted(asked.request.headers.get("accept", "")):
        return Response(answer.status, xml.encoded(value, answer.name), XML)
    return Response(answer.status, encoded(value))


def _with_more(value: object) -> object:
    """Every row, also those inside others, with a property that no client can know."""
    if isinstance(value, list):
        return [_with_more(row) for row in value]
    if isinstance(value, dict):
        return {name: _with_more(held) for name, held in value.items()} | {"AddedLater": {"Since": "v6"}}
    return value


def encoded(value: object) -> bytes:
    """JSON with decimals as numbers, digit by digit as they stand."""
    return _ENCODER.encode(value)


def _handled(world: World, databases: dict[int, Database], asked: Asked) -> Answer:
    request, segments = asked.request, asked.segments
    query = request.query
    match = (_V3_ROUTES if asked.v3 else _ROUTES).find(request.method, segments)
    if isinstance(match, Match) and not match.handler.needs_certificate:
        certificate = None
    else:
        certificate = _certificate(world, request, query)
    if match is None:
        raise Refused(404, f"No HTTP resource was found that matches the request URI {request.path}")
    if isinstance(match, list):
        raise Refused(405, f"The requested resource does not support http method '{request.method}'")
    route = match.handler
    if certificate is not None and not granted(certificate, route.area, route.right):
        raise Refused(world.number("forbidden_status"), _not_granted(route))
    if route.right is not Right.READ and not _is_json(request):
        raise Refused(415, "The request entity's media type is not supported for this resource")
    return route.handler(
        Call(world, _year(world, databases, query), match.params, query, request.body, asked.v3)
    )


def _certificate(world: World, request: Request, query: dict[str, str]) -> Certificate:
    shown = request.headers.get("aeries-cert", "")
    if not shown and world.on("accept_cert_query"):
        shown = query.get("cert", "")
    for certificate in world.certificates:
        if hmac.compare_digest(certificate.certificate.encode(), shown.encode()):
            return certificate
    raise Refused(world.number("unknown_cert_status"), "The certificate is missing or not valid")


def _not_granted(route: Route) -> str:
    word = "Read" if route.right is Right.READ else "Update"
    return f"The certificate does not have the right {word} on {route.area}"


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "application/json")
    return kind.partition(";")[0].strip().lower() in ("application/json", "text/json")


def _year(world: World, databases: dict[int, Database], query: dict[str, str]) -> Database:
    """The year asked for; a missing, invalid or unknown one silently becomes the default (reference §3.5)."""
    wanted = query.get("databaseyear", "").strip()
    year = whole(wanted)
    if year is not None and year in databases:
        return databases[year]
    if wanted and world.switches["year_fallback"] == "error400":
        raise Refused(400, f"DatabaseYear {wanted} is not available")
    return databases[world.database_year]
