"""The brake of the district: its numbers, and the one question of a stopped night."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.district_and_sandbox import Class, finished
from tests.web.conftest import ADMINISTRATOR, Visitors, check_everywhere
from twinbook.district import settings
from twinbook.sync import night


def test_the_numbers_are_settings(admin_page: Page) -> None:
    page = admin_page
    check_everywhere(page, "/district/brake/", picture="district-brake")
    whole = page.get_by_role("group", name="One class")
    whole.get_by_label("Values that change, at least").fill("12")
    whole.get_by_label("and more than this share").fill("101")
    page.get_by_role("button", name="Save").click()
    share = whole.get_by_label("and more than this share")
    if not page.url.endswith("/district/"):
        share.fill("25")
        page.get_by_role("button", name="Save").click()
    expect(page.locator(".messages")).to_contain_text("The numbers are saved")
    brake = settings.get().brake
    assert brake["class"] == {"cells": 12, "percent": 25}
    assert brake["item"]["cells"] == 5


def test_an_administrator_answers_a_stopped_night_once_for_all_its_classes(
    joined: Class, visitors: Visitors
) -> None:
    settings.patch({"brake": {"district": {"classes": 1}}})
    (work,) = joined.all_agreed(["Alpine lakes"], "8")
    number = joined.aeries.assignment(joined.gradebook, work.title)["assignment_number"]
    first = joined.students()[0]
    joined.aeries.types(joined.gradebook, number, first, "3")
    run = finished(night.begin(ADMINISTRATOR, awake=False))
    assert run.state == "held"
    page = visitors.signed_in(ADMINISTRATOR)
    check_everywhere(page, "/district/", picture="district-stopped")
    page.locator("#stopped-night").get_by_role("link", name="Look at it and decide").click()
    check_everywhere(page, picture="district-held")
    expect(page.get_by_text("1 of 4 values in 1 class would change at once")).to_be_visible()
    page.get_by_role("button", name="Approve: take them over").click()
    expect(page.get_by_text("Approved; it is being carried out class by class.")).to_be_visible()
    joined.look()
    assert joined.value(work, first) == "3"
    page.reload()
    expect(page.get_by_text("Nothing is stopped.")).to_be_visible()
