"""One's own account, and the link with which it gets its password."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from twinbook.district import accounts, invitations
from twinbook.district.errors import DistrictError
from twinbook.district.invitations import InvitationOverError
from twinbook.web import access, refusals
from twinbook.web.account.forms import DigestForm, PasswordForm


@require_http_methods(["GET", "POST"])
@access.signed_in
def account(request: HttpRequest) -> HttpResponseBase:
    user = access.user_of(request)
    form = DigestForm(request.POST or None, initial={"digest": user.digest, "digest_hour": user.digest_hour})
    if form.is_valid():
        accounts.set_digest(user, form.cleaned_data["digest"], form.cleaned_data["digest_hour"])
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {"second_factor": is_mfa_enabled(user), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "web/account/account.html", context, status=status)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds the link sets the password of its account."""
    try:
        holder = invitations.holder(token)
    except InvitationOverError as over:
        return _over(request, over)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            invitations.redeem(token, form.cleaned_data["password"])
        except InvitationOverError as over:
            return _over(request, over)
        except DistrictError as error:
            refusals.onto(form, error)
        else:
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("account_login")
    status = 422 if request.method == "POST" else 200
    return render(request, "web/account/invitation.html", {"form": form, "holder": holder}, status=status)


def _over(request: HttpRequest, over: InvitationOverError) -> HttpResponseBase:
    context = {"refusal": refusals.told(over)}
    return render(request, "web/account/invitation_over.html", context, status=410)
