"""The whole set-up with the mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.wizard.world import BELL_WORK, ESSAY, LAB, NOTES, QUIZ, WORKSHEET, Filled, pick, row
from twinbook.sync.models import RunKind


def test_from_not_synced_to_synced(teacher_page: Page, filled: Filled) -> None:
    page = teacher_page
    page.goto(filled.path())
    page.get_by_role("switch", name="Gradebook not synced").click()

    page.get_by_role("button", name="Read this gradebook").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    assert filled.finish().state == "done"
    page.get_by_role("link", name="Next: Categories").click()

    for title in page.locator("[data-row] h3").all_inner_texts()[1:]:
        pick(page, title, "Ignore")
    expect(page.locator("[data-status]")).to_contain_text("Saved.")
    page.get_by_role("button", name="Next: Activities in Aeries").click()

    expect(row(page, ESSAY).locator(".badge")).to_have_text("Probable")
    pick(page, ESSAY, "Match")
    row(page, ESSAY).get_by_text("Aeries’: 1 score changes here").click()
    pick(page, LAB, "Create here")
    pick(page, BELL_WORK, "Ignore")
    pick(page, QUIZ, "Ignore")
    expect(page.locator("[data-status]")).to_contain_text("Saved.")
    page.get_by_role("button", name="Next: Activities only here").click()

    pick(page, WORKSHEET, "Create in Aeries")
    pick(page, NOTES, "Ignore")
    expect(page.locator("[data-status]")).to_contain_text("Saved.")
    page.get_by_role("button", name="Next: Summary").click()

    expect(page.get_by_role("heading", name="What will change here")).to_be_visible()
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    assert filled.finish(RunKind.SETUP).state == "done"
    expect(page.get_by_role("heading", name="Your gradebook is now synced")).to_be_visible()

    assert filled.school_class.value(filled.essay, filled.school_class.students()[3]) == "11"
    assert WORKSHEET in filled.school_class.aeries.titles(filled.school_class.gradebook)
    assert LAB in filled.school_class.titles()
    page.goto(filled.path())
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
