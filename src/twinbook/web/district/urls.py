from django.urls import path

from twinbook.web.district import account_pages, brake_pages, connection_pages, settings_pages, views

urlpatterns = [
    path("", views.overview, name="district"),
    path("mode/", views.mode, name="district_mode"),
    path("confirm/", views.confirm, name="district_confirm"),
    path("night/", views.night_now, name="district_night"),
    path("connection/", connection_pages.connection_page, name="district_connection"),
    path("connection/check/", connection_pages.check_page, name="district_check"),
    path("roster/", connection_pages.roster_page, name="district_roster"),
    path("settings/", settings_pages.settings_page, name="district_settings"),
    path("brake/", brake_pages.numbers_page, name="district_brake"),
    path("held/", brake_pages.held_page, name="district_held"),
    path("marks/", settings_pages.marks_page, name="district_marks"),
    path("accounts/", account_pages.accounts_page, name="district_accounts"),
    path("accounts/<int:user_id>/link/", account_pages.link, name="district_account_link"),
    path("accounts/<int:user_id>/second-factor/", account_pages.second_factor, name="district_second_factor"),
]
