"""Who is asking, and what they may see: checked on every route."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest
from ninja.security import HttpBearer

from twinbook.api.problem import Forbidden
from twinbook.district import roles, settings, tokens
from twinbook.district.models import User
from twinbook.district.roles import Access
from twinbook.gradebook.origin import Origin, person


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return tokens.verify(token, datetime.now(UTC))


def user_of(request: HttpRequest) -> User:
    user = getattr(request, "auth", None)
    assert isinstance(user, User)
    return user


def actor(request: HttpRequest) -> str:
    return user_of(request).email


def origin(request: HttpRequest) -> Origin:
    return person(actor(request))


def administrator(request: HttpRequest) -> User:
    """Raises Forbidden."""
    user = user_of(request)
    if not roles.is_admin(user):
        raise Forbidden
    return user


def number(text: str) -> int:
    """An id of ours. Raises Http404 for anything that cannot be one."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Http404
    return int(text)


def seen(request: HttpRequest, class_id: str) -> int:
    """A class that the user may see. Raises Http404 otherwise, also when it exists."""
    found = number(class_id)
    if _access(request, found) < Access.READ:
        raise Http404
    return found


def editable(request: HttpRequest, class_id: str) -> int:
    """A class that the user may change. Raises Http404 when it may not even be seen, Forbidden when only seen."""
    found = number(class_id)
    granted = _access(request, found)
    if granted < Access.READ:
        raise Http404
    if granted < Access.EDIT:
        raise Forbidden
    return found


def may_edit(request: HttpRequest, class_id: int) -> bool:
    return _access(request, class_id) == Access.EDIT


def _access(request: HttpRequest, class_id: int) -> Access:
    from twinbook.gradebook.models import SchoolClass

    user = user_of(request)
    if roles.is_admin(user):
        return Access.EDIT if SchoolClass.objects.filter(id=class_id).exists() else Access.NONE
    return roles.access(user, class_id, settings.today_now())
