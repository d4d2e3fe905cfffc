"""Addresses of the pages. Those of a class begin with /classes/ID/."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

from twinbook.web import live
from twinbook.web.home import views as home
from twinbook.web.undo import views as undo

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.classes, name="home"),
    path("words.js", JavaScriptCatalog.as_view(), name="words"),
    path("account/", include("twinbook.web.account.urls")),
    path("district/", include("twinbook.web.district.urls")),
    path("runs/", home.runs_page, name="runs"),
    path("runs/<int:run_id>/", home.run_page, name="run"),
    path("runs/<int:run_id>/undo/", undo.begin, name="undo_run"),
    path("classes/<int:class_id>/runs/", home.class_runs, name="class_runs"),
    path("classes/<int:class_id>/", include("twinbook.web.class_page.urls")),
    path("classes/<int:class_id>/setup/", include("twinbook.web.wizard.urls")),
    path("classes/<int:class_id>/links/", include("twinbook.web.links.urls")),
    path("classes/<int:class_id>/needs-you/", include("twinbook.web.questions.urls")),
    path("classes/<int:class_id>/backup/", include("twinbook.web.backup.urls")),
    path("classes/<int:class_id>/history/", include("twinbook.web.history.urls")),
    path("live/classes/<int:class_id>", live.class_stream, name="live_class"),
    path("live/classes/<int:class_id>/now", live.class_now, name="live_class_now"),
    path("live/runs/<int:run_id>", live.run_stream, name="live_run"),
    path("live/runs/<int:run_id>/now", live.run_now, name="live_run_now"),
]
