"""Errors as RFC 9457 problem documents: a stable code, a sentence for a person, and what to do next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from twinbook.core.setup.body import DraftError
from twinbook.district import errors as district
from twinbook.gradebook import errors as gradebook
from twinbook.sync import errors as sync
from twinbook.sync import remote
from twinbook.sync.lease import LeaseBusy

CONTENT_TYPE = "application/problem+json"


class Forbidden(Exception):
    """The user may see this, but not change it."""


def respond(
    api: NinjaAPI,
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    hint: str | None = None,
    **more: Any,
) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if hint:
        body["hint"] = hint
    body.update({key: value for key, value in more.items() if value is not None})
    response = api.create_response(request, body, status=status)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def install(api: NinjaAPI) -> None:
    """Every error that a service raises for people; anything else is a bug of ours and a 500 without details."""

    @api.exception_handler(sync.SyncError)
    def _sync(request: HttpRequest, error: sync.SyncError) -> HttpResponse:
        return respond(api, request, error.status, error.code, error.message, error.hint, **error.extra)

    @api.exception_handler(gradebook.GradebookError)
    def _gradebook(request: HttpRequest, error: gradebook.GradebookError) -> HttpResponse:
        status = _gradebook_status(error)
        return respond(api, request, status, error.code, error.message, error.advice, field=error.field)

    @api.exception_handler(district.DistrictError)
    def _district(request: HttpRequest, error: district.DistrictError) -> HttpResponse:
        status = _district_status(error)
        return respond(api, request, status, error.code, error.message, error.advice, field=error.field)

    @api.exception_handler(DraftError)
    def _draft(request: HttpRequest, error: DraftError) -> HttpResponse:
        return respond(api, request, 422, error.code, error.message, error.hint, field=error.field)

    @api.exception_handler(remote.NotConnected)
    def _not_connected(request: HttpRequest, error: remote.NotConnected) -> HttpResponse:
        return respond(api, request, 409, "not_connected", error.message, error.hint)

    @api.exception_handler(LeaseBusy)
    def _busy(request: HttpRequest, error: LeaseBusy) -> HttpResponse:
        return respond(
            api, request, 503, "busy", "The class is being worked on just now.", "Try again in a moment."
        )

    @api.exception_handler(Forbidden)
    def _forbidden(request: HttpRequest, error: Forbidden) -> HttpResponse:
        return respond(
            api, request, 403, "forbidden", "Your account may not do this.", "Ask an administrator."
        )

    @api.exception_handler(AuthenticationError)
    def _unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = respond(
            api,
            request,
            401,
            "unauthorized",
            "A valid token is needed.",
            "Send `Authorization: Bearer TOKEN`; `twinbook token create` makes one.",
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return respond(api, request, 404, "not_found", "There is no such thing, or you may not see it.")

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        first = error.errors[0] if error.errors else {}
        place = "/".join(str(part) for part in first.get("loc", ())[2:])
        return respond(
            api,
            request,
            422,
            "invalid",
            f"The request cannot be read{f' at `{place}`' if place else ''}: {first.get('msg', 'wrong form')}.",
            "The form of each request is at /api/v1/docs.",
            field=place or None,
        )

    @api.exception_handler(RequestDataTooBig)
    def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return respond(
            api, request, 413, "too_large", "The request is too large.", "Send it in several parts."
        )

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return respond(api, request, error.status_code, "bad_request", str(error))


def _gradebook_status(error: gradebook.GradebookError) -> int:
    match error:
        case gradebook.NotFoundError():
            return 404
        case gradebook.VersionConflictError():
            return 412
        case gradebook.ConflictError():
            return 409
        case _:
            return 422


def _district_status(error: district.DistrictError) -> int:
    match error:
        case district.NotFoundError():
            return 404
        case district.NotConnectedError() | district.KeysLostError() | district.NoSchoolChosenError():
            return 409
        case _:
            return 422
