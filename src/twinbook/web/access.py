"""Who is asking, and what they may see: the session's user, by the same rules as the API's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from twinbook.district import roles, settings
from twinbook.district.models import User
from twinbook.district.roles import Access
from twinbook.gradebook.models import SchoolClass
from twinbook.gradebook.origin import Origin, person
from twinbook.sync import runs
from twinbook.sync.models import Run

P = ParamSpec("P")

RESTORE = "#restore"
"""An address with this fragment makes keep.js put back what was typed when the session ended."""


def user_of(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


def actor(request: HttpRequest) -> str:
    return user_of(request).email


def origin(request: HttpRequest) -> Origin:
    return person(actor(request))


def wants_json(request: HttpRequest) -> bool:
    """Scripts ask with `Accept: application/json`."""
    return request.headers.get("Accept", "").startswith("application/json")


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Without a session: 401 for scripts, else the sign-in, which leads back. Within it the district's time zone counts."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        with timezone.override(ZoneInfo(settings.get().timezone)):
            return view(request, *args, **kwargs)

    return guarded


def administrator(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Others answer 403."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not roles.is_admin(user_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def _sign_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        body = {
            "code": "signed_out",
            "message": _("Your session has ended; nothing that you typed is lost."),
            "hint": _("Sign in again in another tab, then save once more."),
        }
        return JsonResponse(body, status=401)
    back = request.get_full_path() if request.method in ("GET", "HEAD") else _form_page(request) + RESTORE
    return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(back, safe='/')}")


def _form_page(request: HttpRequest) -> str:
    """The page of ours that sent this form."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if sent_from.netloc != request.get_host():
        return reverse("home")
    return sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")


def seen(request: HttpRequest, class_id: int) -> SchoolClass:
    """A class that the user may see. Raises Http404 otherwise, also when it exists."""
    return _class(request, class_id, Access.READ)


def editable(request: HttpRequest, class_id: int) -> SchoolClass:
    """A class that the user may change. Raises Http404 when it may not even be seen, PermissionDenied when only seen."""
    return _class(request, class_id, Access.EDIT)


def may_edit(request: HttpRequest, class_id: int) -> bool:
    """Whether to offer what `editable` will allow."""
    return _granted(request, class_id) == Access.EDIT


def seen_run(request: HttpRequest, run_id: int) -> Run:
    """A run of a class that the user may see; district-wide ones are an administrator's. Raises Http404."""
    run = Run.objects.filter(id=run_id).first() if 0 < run_id < 2**63 else None
    if run is None:
        raise Http404
    if run.school_class_id is not None:
        seen(request, run.school_class_id)
    elif not roles.is_admin(user_of(request)):
        raise Http404
    return run


def shown_run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return runs.shown(seen_run(request, run_id))


def _class(request: HttpRequest, class_id: int, wanted: Access) -> SchoolClass:
    found = SchoolClass.objects.filter(id=class_id).first() if 0 < class_id < 2**63 else None
    granted = Access.NONE if found is None else _granted(request, class_id)
    if found is None or granted < Access.READ:
        raise Http404
    if granted < wanted:
        raise PermissionDenied
    return found


def _granted(request: HttpRequest, class_id: int) -> Access:
    user = user_of(request)
    if roles.is_admin(user):
        return Access.EDIT
    return roles.access(user, class_id, settings.today_now())
