"""Pages for what went wrong: not found, not allowed, an expired form, our own fault."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from twinbook.web.access import wants_json


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is of an earlier session, most often after signing in again in another tab."""
    if wants_json(request):
        body = {
            "code": "signed_out",
            "message": _("Your session was renewed; nothing that you typed is lost."),
            "hint": _("Save once more; reload the page if that does not help."),
        }
        return JsonResponse(body, status=403)
    return render(request, "web/failures/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        body = {"code": "not_found", "message": _("This is no longer there."), "hint": _("Reload the page.")}
        return JsonResponse(body, status=404)
    return render(request, "web/failures/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        body = {
            "code": "forbidden",
            "message": _("Your account may see this, but not change it."),
            "hint": _("Ask an administrator."),
        }
        return JsonResponse(body, status=403)
    return render(request, "web/failures/forbidden.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Uses neither the database nor the session: one of them may be what failed."""
    if wants_json(request):
        body = {
            "code": "internal",
            "message": _("Something went wrong in Twinbook."),
            "hint": _("Try again; what is saved is safe."),
        }
        return JsonResponse(body, status=500)
    return HttpResponse(loader.render_to_string("web/failures/server_error.html"), status=500)
