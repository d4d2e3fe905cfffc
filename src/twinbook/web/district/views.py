"""The district's pages, for administrators."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from twinbook.web import access


@require_GET
@access.administrator
def overview(request: HttpRequest) -> HttpResponseBase:
    return render(request, "web/district/overview.html", {"place": "district"})
