"""Below /classes/ID/history/."""

from django.urls import path

from twinbook.web.history import views

app_name = "history"
urlpatterns = [path("", views.of_class, name="of_class")]
