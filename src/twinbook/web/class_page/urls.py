"""Addresses under /classes/ID/."""

from django.urls import path

from twinbook.web.class_page import (
    activity_pages,
    category_pages,
    force_pages,
    score_pages,
    student_pages,
    views,
)

app_name = "class_page"
urlpatterns = [
    path("", views.page, name="page"),
    path("scores", views.save, name="save"),
    path("settings/", views.settings_page, name="settings"),
    path("activities/", activity_pages.listed, name="activities"),
    path("activities/new/", activity_pages.create, name="new_activity"),
    path("activities/<int:activity_id>/", score_pages.of_activity, name="activity"),
    path("activities/<int:activity_id>/edit/", activity_pages.edit, name="edit_activity"),
    path("activities/<int:activity_id>/delete/", activity_pages.delete, name="delete_activity"),
    path("activities/<int:activity_id>/restore/", activity_pages.restore, name="restore_activity"),
    path("categories/", category_pages.listed, name="categories"),
    path("categories/<int:category_id>/", category_pages.edit, name="edit_category"),
    path("categories/<int:category_id>/delete/", category_pages.delete, name="delete_category"),
    path("students/", student_pages.listed, name="students"),
    path("students/<int:student_id>/", score_pages.of_student, name="student"),
    path("force/", force_pages.begin, name="force"),
    path("force/<int:run_id>/", force_pages.preview, name="force_run"),
]
