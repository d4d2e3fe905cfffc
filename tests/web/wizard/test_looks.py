"""Every screen of the set-up in both colour schemes at three widths: axe finds nothing, nothing is cut off."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.conftest import Visitors, check_everywhere
from tests.web.wizard.world import BELL_WORK, ESSAY, LAB, QUIZ, Filled, pick
from twinbook.sync import setup
from twinbook.sync.models import RunKind, SetupDraft


def test_before_anything_is_read(teacher_page: Page, filled: Filled) -> None:
    check_everywhere(teacher_page, filled.path(), picture="wizard-start")
    teacher_page.goto(filled.path("gradebook/"))
    expect(teacher_page.get_by_role("button", name="Read this gradebook")).to_be_visible()
    check_everywhere(teacher_page, picture="wizard-offers")
    teacher_page.get_by_role("button", name="Read this gradebook").click()
    expect(teacher_page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    check_everywhere(teacher_page, picture="wizard-reading")


def test_the_screens_that_ask(teacher_page: Page, read: Filled) -> None:
    for step in ("gradebook", "categories", "aeries", "ours"):
        check_everywhere(teacher_page, read.path(f"{step}/"), picture=f"wizard-{step}")
    teacher_page.goto(read.path("aeries/?show=all"))
    pick(teacher_page, LAB, "Create here")
    pick(teacher_page, QUIZ, "Match")
    pick(teacher_page, BELL_WORK, "Ignore")
    expect(teacher_page.locator("[data-status]")).to_contain_text("Saved.")
    check_everywhere(teacher_page, picture="wizard-aeries-all")
    check_everywhere(teacher_page, read.path(), picture="wizard-begun")


def test_the_summary_and_the_progress(teacher_page: Page, read: Filled) -> None:
    check_everywhere(teacher_page, read.path("summary/"), picture="wizard-blocked")
    read.answer_all()
    check_everywhere(teacher_page, read.path("summary/"), picture="wizard-summary")
    teacher_page.goto(read.path("ours/"))
    check_everywhere(teacher_page, picture="wizard-ours-answered")


def test_what_is_asked_again_and_what_failed(teacher_page: Page, read: Filled, visitors: Visitors) -> None:
    page, aeries = teacher_page, read.school_class.aeries
    read.answer_all(scores_from="aeries")
    aeries.edits(read.school_class.gradebook, read.numbers[LAB], points_possible="45")
    aeries.edits(read.school_class.gradebook, read.numbers[ESSAY], description="Essay on the tides")
    setup.refresh(read.id, "teacher@example.org")
    read.finish()
    check_everywhere(page, read.path("aeries/"), picture="wizard-asked-again")
    read.answer_all()
    check_everywhere(page, read.path("aeries/?show=match"), picture="wizard-matched")
    page.goto(read.path("summary/"))
    read.school_class.save(read.essay, read.school_class.students()[2], "15")
    visitors.expect_error(page, "409")
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("alert").first).to_be_focused()
    check_everywhere(page, picture="wizard-out-of-date")
    aeries.fault(kind="status", status=404, path="gradebooks/4500001", times=50)
    setup.refresh(read.id, "teacher@example.org")
    assert read.finish().state == "failed"
    check_everywhere(page, read.path("gradebook/"), picture="wizard-vanished")


def test_synced_and_unlinking(teacher_page: Page, read: Filled) -> None:
    read.answer_all()
    teacher_page.goto(read.path("summary/"))
    teacher_page.get_by_role("button", name="Confirm and Sync").click()
    expect(teacher_page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    check_everywhere(teacher_page, picture="wizard-progress")
    read.finish(RunKind.SETUP)
    expect(teacher_page.get_by_role("heading", name="Your gradebook is now synced")).to_be_visible()
    check_everywhere(teacher_page, picture="wizard-done")
    check_everywhere(teacher_page, read.path(), picture="wizard-synced")
    check_everywhere(teacher_page, read.path("unlink/"), picture="wizard-unlink")
    assert not SetupDraft.objects.exists()
