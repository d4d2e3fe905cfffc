"""Accounts: who may sign in, inviting, and the link with which a person sets a password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from allauth.account.decorators import reauthentication_required as _reauthenticated
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from twinbook.district import accounts, invitations
from twinbook.district.models import User
from twinbook.settings import TWINBOOK_URL
from twinbook.web import access, refusals
from twinbook.web.district.forms import InviteForm

ACCOUNTS_PER_PAGE = 50

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def recently_confirmed(view: View) -> View:
    """For POST: who sends it has shown the own password within the last minutes, else is asked for it first."""
    return cast(View, _reauthenticated(allow_get=True)(view))


@require_http_methods(["GET", "POST"])
@access.administrator
def accounts_page(request: HttpRequest) -> HttpResponseBase:
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            user = accounts.invite(
                form.cleaned_data["email"], district_admin=form.cleaned_data["district_admin"]
            )
        except refusals.REFUSED as error:
            refusals.onto(form, error)
        else:
            return redirect("district_account_link", user.id)
    asked = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    page = Paginator(_found(asked), ACCOUNTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "district",
        "form": form,
        "page": page,
        "asked": asked,
        "crumbs": [(_("District"), reverse("district")), (_("Accounts"), None)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/accounts.html", context, status=status)


def _found(words: str) -> QuerySet[User]:
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    rows = User.objects.select_related("staff").annotate(second_factor=Exists(factor)).order_by("email")
    for word in words.split():
        rows = rows.filter(
            Q(email__icontains=word)
            | Q(staff__first_name__icontains=word)
            | Q(staff__last_name__icontains=word)
        )
    return rows


def _user(user_id: int) -> User:
    found = User.objects.filter(id=user_id).select_related("staff").first() if user_id < 2**63 else None
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@access.administrator
@recently_confirmed
def link(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """POST makes a link and shows it, once; it is not stored. Whoever has it has the account, so the administrator
    shows the own password first."""
    user = _user(user_id)
    made, until = None, None
    if request.method == "POST":
        made = f"{TWINBOOK_URL.rstrip('/')}{reverse('invitation', args=[invitations.token(user)])}"
        until = _end(timezone.now())
    context = {
        "place": "district",
        "person": user,
        "has_password": user.has_usable_password(),
        "made": made,
        "until": until,
        "second_factor": Authenticator.objects.filter(user=user).exists(),
        "crumbs": [
            (_("District"), reverse("district")),
            (_("Accounts"), reverse("district_accounts")),
            (user.email, None),
        ],
    }
    return render(request, "web/district/account.html", context)


def _end(now: datetime) -> datetime:
    return now + invitations.VALID_FOR


@require_POST
@access.administrator
@recently_confirmed
def second_factor(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """For a person who has lost the phone: the password alone counts until a new one is set up."""
    user = _user(user_id)
    Authenticator.objects.filter(user=user).delete()
    messages.success(request, _("The second factor of %(email)s is removed.") % {"email": user.email})
    return redirect("district_account_link", user.id)
