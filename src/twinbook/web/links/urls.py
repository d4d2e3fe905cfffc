"""Below /classes/ID/links/."""

from django.urls import path

from twinbook.web.links import views

app_name = "links"
urlpatterns = [
    path("", views.of_class, name="of_class"),
    path("<int:run_id>/", views.repair_run, name="run"),
]
