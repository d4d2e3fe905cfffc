"""Below /classes/ID/needs-you/."""

from django.urls import path

from twinbook.web.questions import views

app_name = "questions"
urlpatterns = [path("", views.of_class, name="of_class")]
