"""Below /classes/ID/backup/."""

from django.urls import path

from twinbook.web.backup import views

app_name = "backup"
urlpatterns = [
    path("", views.page, name="page"),
    path("file", views.download, name="download"),
    path("restore/<int:run_id>/", views.confirm, name="confirm"),
    path("go-on/<int:run_id>/", views.go_on, name="go_on"),
]
