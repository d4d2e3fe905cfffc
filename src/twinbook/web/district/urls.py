from django.urls import path

from twinbook.web.district import views

urlpatterns = [path("", views.overview, name="district")]
