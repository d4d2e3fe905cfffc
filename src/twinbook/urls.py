from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from twinbook.web.account import provider


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("accounts/email/", RedirectView.as_view(pattern_name="account")),  # addresses come from Aeries
    path("accounts/oidc/<str:provider_id>/login/", provider.login),  # before allauth's own of that address
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("twinbook.api.urls")),
    path("", include("twinbook.web.urls")),
]

handler404 = "twinbook.web.failures.not_found"
handler403 = "twinbook.web.failures.forbidden"
handler500 = "twinbook.web.failures.server_error"
