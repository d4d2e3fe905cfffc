"""A mass change on its page: counts, the worst examples, and the two answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.district_and_sandbox import Class
from tests.web.conftest import check_everywhere
from twinbook.district import settings
from twinbook.gradebook.models import Activity

TITLE = "Alpine lakes"


def types(school_class: Class, sis: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, sis, mark)


@pytest.fixture
def cleared(joined: Class) -> Activity:
    """Every value of an activity, 8 on both sides, was cleared in Aeries."""
    (work,) = joined.all_agreed([TITLE], "8")
    for sis in joined.students():
        types(joined, sis, "")
    joined.force()
    return work


def opened(page: Page, school_class: Class) -> None:
    page.goto(f"/classes/{school_class.id}/needs-you/")
    page.get_by_role("link", name="Look at it and decide").click()
    expect(page.get_by_role("heading", name="Many changes at once")).to_be_visible()


def values(school_class: Class, work: Activity) -> list[str]:
    return [school_class.value(work, sis) for sis in school_class.students()]


def test_a_cleared_activity_is_put_back_into_aeries_from_its_page(
    teacher_page: Page, joined: Class, cleared: Activity
) -> None:
    page = teacher_page
    opened(page, joined)
    check_everywhere(page, picture="mass-change")
    expect(page.locator("dl.facts")).to_contain_text("After taking them over")
    expect(page.get_by_role("row")).to_have_count(1 + 4)
    page.get_by_role("button", name="Discard: put ours back into Aeries").click()
    expect(page.locator(".messages")).to_contain_text("put back into Aeries")
    joined.look()
    assert [joined.aeries.mark(joined.gradebook, TITLE, sis) for sis in joined.students()] == ["8"] * 4
    page.reload()
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()


def test_a_page_that_is_out_of_date_answers_nothing_and_then_the_plan_as_it_is(
    teacher_page: Page, joined: Class, cleared: Activity
) -> None:
    settings.patch({"brake": {"item": {"cells": 3}}})
    page = teacher_page
    opened(page, joined)
    joined.set(reuse_seconds=0)
    types(joined, joined.students()[0], "8")
    joined.force()
    page.get_by_role("button", name="Approve: take them over").click()
    expect(page.locator(".messages")).to_contain_text("no longer what you saw")
    assert values(joined, cleared) == ["8"] * 4
    expect(page.get_by_role("row")).to_have_count(1 + 3)
    page.get_by_role("button", name="Approve: take them over").click()
    expect(page.locator(".messages")).to_contain_text("Approved")
    joined.look()
    assert values(joined, cleared) == ["8", "", "", ""]
