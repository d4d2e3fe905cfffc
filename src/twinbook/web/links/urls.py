"""Below /classes/ID/links/."""

from django.urls import path

from twinbook.web.links import sections, views

app_name = "links"
urlpatterns = [
    path("", views.of_class, name="of_class"),
    path("sections/", sections.of_class, name="sections"),
    path("<int:run_id>/", views.repair_run, name="run"),
]
