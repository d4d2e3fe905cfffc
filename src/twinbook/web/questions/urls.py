"""Below /classes/ID/needs-you/."""

from django.urls import path

from twinbook.web.questions import mass_change_page, views

app_name = "questions"
urlpatterns = [
    path("", views.of_class, name="of_class"),
    path("mass-change/<int:problem_id>/", mass_change_page.of_problem, name="mass_change"),
]
