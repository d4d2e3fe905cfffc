"""The REST API under /api/v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from twinbook.api import classes, district, docs, problem, running, setup
from twinbook.api.access import Bearer
from twinbook.api.openapi import Api

api = Api(
    title="Twinbook",
    version="1",
    description="A gradebook for teachers, kept equal with Aeries. Decimals and ids are strings; errors are RFC 9457.",
    auth=Bearer(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problem.install(api)
for router in (district.router, classes.router, setup.router, running.router):
    api.add_router("", router)

_ours: list[URLPattern | URLResolver] = api.urls[0]
for pattern in _ours:
    if isinstance(pattern, URLPattern):
        pattern.callback = problem.with_wrong_method(api, pattern.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", docs.page(api), name="api-docs"),
    path("", (_ours, *api.urls[1:])),
    re_path("", problem.missing_route(api)),
]
