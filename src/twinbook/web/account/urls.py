from django.urls import path

from twinbook.web.account import views

urlpatterns = [
    path("", views.account, name="account"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
