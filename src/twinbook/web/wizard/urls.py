"""Below /classes/ID/setup/."""

from django.urls import path

from twinbook.web.wizard import asks, begin, gradebook, summary

app_name = "wizard"
urlpatterns = [
    path("", begin.begin, name="start"),
    path("discard/", begin.discard, name="discard"),
    path("unlink/", begin.unlink, name="unlink"),
    path("gradebook/", gradebook.gradebook, name="gradebook"),
    path("gradebook/offers/", gradebook.offers, name="offers"),
    path("gradebook/read-again/", gradebook.read_again, name="read_again"),
    path("categories/", asks.categories, name="categories"),
    path("aeries/", asks.aeries, name="aeries"),
    path("ours/", asks.ours, name="ours"),
    path("summary/", summary.summary, name="summary"),
    path("summary/confirm/", summary.confirm, name="confirm"),
    path("progress/", summary.progress, name="progress"),
]
