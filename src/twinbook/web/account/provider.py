"""The way to the district's own OpenID Connect provider; the way back is allauth's own."""

from __future__ import annotations

import logging

import requests
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

_log = logging.getLogger(__name__)


@require_safe
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """A provider that cannot be reached is told to the person, who may have a password as well."""
    try:
        response: HttpResponseBase = views.login(request, provider_id)
    except (requests.RequestException, ValueError, KeyError) as error:
        _log.warning("the sign-in provider gives no configuration: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=503)
    return response
