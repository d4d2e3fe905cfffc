"""The page of links: pairs and what stands alone, repaired one by one with a preview first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.district_and_sandbox import Class
from tests.web.conftest import check_everywhere
from twinbook.gradebook.models import Activity

TITLE = "Quiz on rivers"


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, {joined.students()[0]: "8"})


def test_a_pair_is_unlinked_and_matched_again_each_with_a_preview(
    teacher_page: Page, joined: Class, quiz: Activity, running_worker: None
) -> None:
    page, first = teacher_page, joined.students()[0]
    path = f"/classes/{joined.id}/links/"
    page.goto(f"/classes/{joined.id}/activities/")
    page.get_by_role("link", name="Links").click()
    page.get_by_role("button", name=f"Unlink… {TITLE}").click()
    expect(page.get_by_text("Both keep all their scores (1 are equal now).")).to_be_visible()
    check_everywhere(page, picture="links-unlink")
    page.get_by_role("button", name="Unlink", exact=True).click()
    expect(page.get_by_text("Done.")).to_be_visible()
    joined.save(quiz, first, "5")
    page.goto(path)
    here = page.get_by_role("region", name="Only here")
    here.get_by_text("was paired").click()
    check_everywhere(page, path, picture="links")
    page.goto(path)
    here.get_by_text("was paired").click()
    here.get_by_label("Scores that differ").select_option(label="ours count")
    here.get_by_role("button", name="Preview the match").click()
    change = page.get_by_role("row").filter(has_text=TITLE)
    expect(change.get_by_role("cell").last).to_have_text("5")
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    page.get_by_role("button", name="Match them").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "5"


def test_what_stands_only_in_aeries_is_created_here(
    teacher_page: Page, joined: Class, running_worker: None
) -> None:
    joined.set(new_in_aeries="ignore")
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    page = teacher_page
    page.goto(f"/classes/{joined.id}/links/")
    there = page.get_by_role("region", name="Only in Aeries")
    there.locator("summary", has_text=TITLE).click()
    there.get_by_role("button", name=f"Create here… {TITLE}").click()
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert joined.titles() == [TITLE]


def test_an_unsynced_class_says_where_to_begin(teacher_page: Page, school_class: Class) -> None:
    teacher_page.goto(f"/classes/{school_class.id}/links/")
    expect(teacher_page.get_by_role("link", name="Go to Setup")).to_be_visible()
