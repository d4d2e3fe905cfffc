"""One's own account."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from twinbook.web import access


@require_GET
@access.signed_in
def account(request: HttpRequest) -> HttpResponseBase:
    return render(request, "web/account/account.html", {})
