"""The number in the frame of every page, the reminders on the account page, the alerts and the confirmation in the district."""

from __future__ import annotations

import re

import pytest
from django.db.models.functions import Now
from django.test import Client
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMINISTRATOR, check_everywhere
from tests.web.test_frame import client_of
from twinbook.district.models import DistrictSettings, Staff, User
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import installation
from twinbook.sync.models import Problem

pytestmark = pytest.mark.django_db

PAGES = ("/", "/account/", "/district/", "/runs/")


def _number(client: Client, path: str) -> tuple[str, str] | None:
    html = client.get(path).content.decode()
    found = re.search(r'<a href="([^"]*)"[^>]*>Needs you <span[^>]*data-open-questions>(\d+)<', html)
    return None if found is None else (found.group(2), found.group(1))


def _asked(number: int, name: str) -> SchoolClass:
    made = SchoolClass.objects.create(name=name, school_code=990, section_number=number)
    Problem.objects.create(school_class=made, subject="cell:1:1", code="conflict")
    return made


def test_the_number_of_open_questions_stands_on_every_page(initialised: None) -> None:
    client = client_of(ADMINISTRATOR)
    assert _number(client, "/") is None
    only = _asked(1, "Algebra")
    for path in PAGES:
        assert _number(client, path) == ("1", f"/classes/{only.id}/needs-you/")
    _asked(2, "Physics")
    SchoolClass.objects.create(name="Chemistry", school_code=990, section_number=3)
    assert _number(client, "/account/") == ("2", "/?needs=you")
    listed = client.get("/?needs=you").content.decode()
    assert "Algebra" in listed and "Physics" in listed and "Chemistry" not in listed
    Problem.objects.update(closed_at=Now())
    assert _number(client, "/") is None
    assert "Nothing asks for you just now." in client.get("/?needs=you").content.decode()


def test_questions_of_other_peoples_classes_are_not_counted(initialised: None) -> None:
    _asked(1, "Algebra")
    user = User.objects.create(email="teacher@example.org", staff=Staff.objects.create(sis_staff_id=5))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert _number(client, "/") is None


def test_a_teacher_sets_how_often_the_reminder_comes(initialised: None) -> None:
    user = User.objects.create(email="teacher@example.org", staff=Staff.objects.create(sis_staff_id=5))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "A mail with what needs you" in client.get("/account/").content.decode()
    assert client.post("/account/", {"digest": "weekly", "digest_hour": "16"}).status_code == 302
    user.refresh_from_db()
    assert (user.digest, user.digest_hour) == ("weekly", 16)
    assert client.post("/account/", {"digest": "hourly", "digest_hour": "16"}).status_code == 422
    assert client.post("/account/", {"digest": "daily", "digest_hour": "24"}).status_code == 422
    user.refresh_from_db()
    assert (user.digest, user.digest_hour) == ("weekly", 16)


def test_an_administrator_sets_whom_an_outage_is_told_to(initialised: None) -> None:
    client = client_of(ADMINISTRATOR)
    page = client.get("/district/settings/")
    form = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    form = {name: "" if value is None else value for name, value in form.items()}
    form["night_at"] = "02:00"
    asked = {**form, "alert_after_minutes": "30", "alert_emails": "it@example.org, Office@example.org"}
    assert client.post("/district/settings/", asked).status_code == 302
    row = DistrictSettings.objects.get()
    assert (row.alert_after_minutes, row.alert_emails) == (30, ["it@example.org", "office@example.org"])
    wrong = client.post("/district/settings/", {**asked, "alert_webhook": "http://example.org/"})
    assert wrong.status_code == 422 and "must begin with https://" in wrong.content.decode()


def test_a_restored_database_is_told_and_leads_to_its_confirmation(initialised: None) -> None:
    client = client_of(ADMINISTRATOR)
    assert client.get("/district/confirm/").status_code == 302
    installation.stop("It was restored from a backup taken yesterday.")
    told = client.get("/district/").content.decode()
    assert "Twinbook only observes until you confirm." in told and "taken yesterday" in told
    assert "Make a preview" in client.get("/district/confirm/").content.decode()
    refused = client.post("/district/confirm/", {"do": "confirm", "fingerprint": "x"})
    assert refused.status_code == 409 and "no preview to confirm yet" in refused.content.decode()
    assert client.post("/district/confirm/", {"do": "preview"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_they_can_be_read_on_every_screen_in_both_colours(admin_page: Page) -> None:
    _asked(1, "Algebra")
    _asked(2, "Physics")
    User.objects.filter(email=ADMINISTRATOR).update(staff=Staff.objects.create(sis_staff_id=5))
    installation.stop("It was restored from a backup taken yesterday.")
    check_everywhere(admin_page, "/account/", picture="account-reminders")
    check_everywhere(admin_page, "/district/confirm/", picture="district-confirm")
    admin_page.get_by_role("link", name="Needs you").click()
    expect(admin_page.get_by_text("Only classes with open questions.")).to_be_visible()
