"""Answers are kept: over reloads, devices, pages of yesterday, readings, failures of Aeries, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMINISTRATOR, Visitors
from tests.web.wizard.world import BELL_WORK, ESSAY, LAB, NOTES, QUIZ, WORKSHEET, Filled, pick, row
from twinbook.district import connection as aeries_connection
from twinbook.district.models import User
from twinbook.gradebook import activities
from twinbook.gradebook.origin import person
from twinbook.sync.models import RunKind, SetupDraft

SAVED = "[data-status]"


def _saved(page: Page) -> None:
    expect(page.locator(SAVED)).to_contain_text("Saved.")


def test_a_reload_in_every_step_loses_nothing(teacher_page: Page, filled: Filled) -> None:
    page = teacher_page
    page.goto(filled.path("gradebook/"))
    page.get_by_role("button", name="Read this gradebook").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    filled.finish()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()

    page.goto(filled.path("categories/"))
    pick(page, "Quiz", "Ignore")
    _saved(page)
    page.reload()
    expect(row(page, "Quiz").locator('input[value="ignore"]')).to_be_checked()

    page.goto(filled.path("aeries/?show=all"))
    pick(page, ESSAY, "Match")
    row(page, ESSAY).get_by_text("Aeries’: 1 score changes here").click()
    expect(row(page, ESSAY).get_by_label("Aeries’: 1 score changes here")).to_be_checked()
    _saved(page)
    page.reload()
    expect(row(page, ESSAY).get_by_label("Aeries’: 1 score changes here")).to_be_checked()

    page.goto(filled.path("ours/?show=all"))
    pick(page, WORKSHEET, "Create in Aeries")
    _saved(page)
    page.reload()
    expect(row(page, WORKSHEET).locator('input[value="create"]')).to_be_checked()

    filled.answer_all()
    page.goto(filled.path("summary/"))
    page.reload()
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("link", name="Algebra 1, period 3")).to_be_visible()
    filled.finish(RunKind.SETUP)
    page.goto(filled.path("progress/"))
    expect(page.get_by_role("heading", name="Your gradebook is now synced")).to_be_visible()


def test_the_back_button_leads_from_step_to_step(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("categories/"))
    pick(page, "Quiz", "Ignore")
    _saved(page)
    page.get_by_role("button", name="Next: Activities in Aeries").click()
    expect(page.get_by_role("heading", name="What about each activity in Aeries?")).to_be_visible()
    page.go_back()
    expect(row(page, "Quiz").locator('input[value="ignore"]')).to_be_checked()


def test_a_second_person_goes_on_where_the_first_stopped(
    teacher_page: Page, read: Filled, visitors: Visitors
) -> None:
    teacher_page.goto(read.path("aeries/"))
    pick(teacher_page, LAB, "Create here")
    _saved(teacher_page)
    other = visitors.signed_in(ADMINISTRATOR)
    other.goto(read.path())
    expect(other.get_by_text("Every answer is kept.")).to_be_visible()
    other.get_by_role("link", name="Go on with the set-up").click()
    other.goto(read.path("aeries/?show=all"))
    expect(row(other, LAB).locator('input[value="create"]')).to_be_checked()
    pick(other, BELL_WORK, "Ignore")
    _saved(other)
    assert (read.answer(LAB), read.answer(BELL_WORK)) == ("create", "ignore")


def test_an_older_page_does_not_overwrite_what_somebody_else_answered(
    teacher_page: Page, read: Filled, visitors: Visitors
) -> None:
    older = visitors.signed_in(ADMINISTRATOR)
    older.goto(read.path("aeries/"))
    expect(row(older, LAB)).to_be_visible()
    teacher_page.goto(read.path("aeries/"))
    pick(teacher_page, LAB, "Create here")
    _saved(teacher_page)
    pick(older, LAB, "Ignore")
    expect(row(older, LAB).locator(".errors")).to_contain_text("changed meanwhile")
    assert read.answer(LAB) == "create"
    expect(row(older, LAB).locator('input[value="create"]')).to_be_checked()
    older.get_by_role("button", name="Next: Activities only here").click()
    expect(older.get_by_role("heading", name="What about the activities that are only here?")).to_be_visible()
    assert read.answer(LAB) == "create"


def test_what_changed_since_its_answer_is_asked_again(teacher_page: Page, read: Filled) -> None:
    page, aeries, book = teacher_page, read.school_class.aeries, read.school_class.gradebook
    page.goto(read.path("aeries/"))
    pick(page, LAB, "Create here")
    _saved(page)
    aeries.edits(book, read.numbers[LAB], points_possible="45")
    page.goto(read.path("gradebook/"))
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    read.finish()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    page.goto(read.path("aeries/"))
    expect(row(page, LAB).locator(".badge")).to_have_text("Asked again")
    expect(row(page, LAB)).to_contain_text("from 30 to 45")
    page.get_by_role("button", name="Ignore all the rest").click()
    assert read.answer(LAB) == "", "what changed is not answered in bulk"
    pick(page, LAB, "Create here")
    _saved(page)
    expect(row(page, LAB).locator(".badge")).to_have_count(0)
    assert read.answer(LAB) == "create"


def test_a_bulk_answer_can_be_taken_back(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("aeries/"))
    page.get_by_role("button", name="Accept the proposed partners (1)").click()
    expect(page.locator(".notice.good")).to_contain_text("1 proposal accepted.")
    assert read.answer(ESSAY) == "match"
    page.get_by_role("button", name="Create here all the rest (3)").click()
    assert [read.answer(title) for title in (LAB, BELL_WORK, QUIZ)] == ["create"] * 3
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Create here all the rest (3)")).to_be_visible()
    assert [read.answer(title) for title in (ESSAY, LAB, BELL_WORK, QUIZ)] == ["match", "", "", ""]


def test_a_partner_stands_in_one_place_only(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("aeries/?show=all"))
    pick(page, QUIZ, "Match")
    expect(row(page, QUIZ).locator(".errors")).to_have_text("Choose what it is matched with.")
    select = row(page, QUIZ).locator("select")
    select.focus()
    select.select_option(
        label=next(text for text in select.locator("option").all_inner_texts() if ESSAY in text)
    )
    _saved(page)
    assert read.answer(QUIZ) == "match"
    expect(row(page, ESSAY).locator("select")).to_be_hidden()
    pick(page, ESSAY, "Match")
    select = row(page, ESSAY).locator("select")
    select.focus()
    taken = select.locator("option", has_text=f"matched with “{QUIZ}”")
    expect(taken).to_be_disabled()


def test_who_thinks_again_finds_the_proposed_partner(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("aeries/"))
    pick(page, ESSAY, "Ignore")
    _saved(page)
    expect(row(page, ESSAY).locator("select")).to_be_hidden()
    pick(page, ESSAY, "Match")
    _saved(page)
    expect(row(page, ESSAY).locator("select")).to_be_visible()
    assert read.answer(ESSAY) == "match"


def test_a_match_given_from_the_other_side_is_the_same_match(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("ours/?show=all"))
    pick(page, WORKSHEET, "Match")
    select = row(page, WORKSHEET).locator("select")
    select.focus()
    select.select_option(
        label=next(text for text in select.locator("option").all_inner_texts() if QUIZ in text)
    )
    _saved(page)
    assert (read.answer(QUIZ), read.answer(WORKSHEET)) == ("match", "match")
    pick(page, WORKSHEET, "Ignore")
    _saved(page)
    assert (read.answer(QUIZ), read.answer(WORKSHEET)) == ("", "ignore")


def test_the_gradebook_vanishes_and_the_answers_stay(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("aeries/"))
    pick(page, LAB, "Create here")
    _saved(page)
    read.school_class.aeries.fault(kind="status", status=404, path="gradebooks/4500001", times=50)
    page.goto(read.path("gradebook/"))
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    assert read.finish().state == "failed"
    expect(page.get_by_role("alert")).to_contain_text("The Aeries gradebook 4500001 is no longer there.")
    expect(page.get_by_role("alert")).to_contain_text("Your answers are kept.")
    assert read.answer(LAB) == "create"
    read.school_class.aeries.heal()
    page.get_by_role("alert").get_by_role("button", name="Read again").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    assert read.finish().state == "done"
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    assert read.answer(LAB) == "create"


def test_the_first_reading_fails_and_says_why(teacher_page: Page, filled: Filled) -> None:
    page = teacher_page
    page.goto(filled.path("gradebook/"))
    page.get_by_role("button", name="Read this gradebook").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    filled.school_class.aeries.fault(kind="status", status=404, path="gradebooks/4500001", times=50)
    assert filled.finish().state == "failed"
    expect(page.get_by_role("alert")).to_contain_text("The Aeries gradebook 4500001 is no longer there.")
    expect(page.get_by_role("heading", name="Which Aeries gradebook belongs to this class?")).to_be_visible()


def test_the_certificate_stops_working_in_mid_set_up(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    aeries_connection.put({"certificate": "0" * 32})
    page.goto(read.path("gradebook/"))
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    assert read.finish().state == "failed"
    expect(page.get_by_role("alert")).to_contain_text("Aeries no longer accepts Twinbook’s certificate")
    expect(page.get_by_role("alert")).to_contain_text("An administrator must look at the connection")
    page.get_by_role("link", name="Next: Categories").click()
    expect(page.get_by_role("heading", name="Which categories belong together?")).to_be_visible()
    page.goto(read.path("gradebook/?other=1"))
    expect(page.get_by_role("alert").first).to_be_visible()


def test_aeries_does_not_answer_when_gradebooks_are_listed(teacher_page: Page, filled: Filled) -> None:
    page = teacher_page
    filled.school_class.aeries.fault(kind="status", status=503, path="", times=1000)
    page.goto(filled.path("gradebook/"))
    expect(page.get_by_role("alert")).to_contain_text("Aeries")
    filled.school_class.aeries.heal()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_text("Twinbook").first).to_be_visible()


def test_a_summary_that_is_out_of_date_says_what_is_different(
    teacher_page: Page, read: Filled, visitors: Visitors
) -> None:
    page = teacher_page
    read.answer_all()
    page.goto(read.path("summary/"))
    read.school_class.save(read.essay, read.school_class.students()[2], "15")
    visitors.expect_error(page, "409")
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("alert").first).to_contain_text("has changed since you read it")
    different = page.locator("section", has=page.get_by_role("heading", name="What is different now"))
    expect(different).to_contain_text("– → 15")
    expect(different).to_contain_text("– → 16")
    assert SetupDraft.objects.get().state == "ready"
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()


def test_a_blocking_reason_leads_to_its_step(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("summary/"))
    expect(page.get_by_role("button", name="Confirm and Sync")).to_be_disabled()
    page.get_by_role("link", name="Go to: Activities in Aeries").click()
    expect(row(page, LAB)).to_be_visible()
    read.answer_all()
    activities.update(read.id, read.worksheet.id, {"published": False}, person("teacher@example.org"))
    page.goto(read.path("summary/"))
    page.get_by_role("link", name="Go to: Activities only here").click()
    expect(row(page, WORKSHEET)).to_be_visible()


def test_the_summary_is_filtered_by_student_and_activity(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    read.answer_all()
    page.goto(read.path("summary/"))
    page.get_by_label("Activity").select_option(label=WORKSHEET)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".change")).to_have_count(1)
    expect(page.locator(".change")).to_contain_text(WORKSHEET)
    names = page.get_by_label("Student").locator("option").all_inner_texts()
    page.get_by_label("Activity").select_option(label="All activities")
    page.get_by_label("Student").select_option(label=names[1])
    page.get_by_role("button", name="Show", exact=True).click()
    for what in page.locator(".values tbody th").all_inner_texts():
        assert what == names[1]


@pytest.mark.parametrize("leave", ["reload", "next"])
def test_an_answer_survives_a_lost_network(
    teacher_page: Page, read: Filled, visitors: Visitors, leave: str
) -> None:
    page = teacher_page
    visitors.expect_error(page, "ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    page.goto(read.path("aeries/"))
    page.context.set_offline(True)
    pick(page, LAB, "Create here")
    expect(page.locator(SAVED)).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    if leave == "reload":
        _saved(page)
    else:
        page.get_by_role("button", name="Next: Activities only here").click()
        expect(
            page.get_by_role("heading", name="What about the activities that are only here?")
        ).to_be_visible()
    assert read.answer(LAB) == "create"


def test_all_of_it_works_without_scripts(filled: Filled, visitors: Visitors, teacher: User) -> None:
    page = visitors.signed_in(teacher, java_script_enabled=False)
    page.goto(filled.path())
    page.get_by_role("switch").click()
    page.get_by_role("link", name="Show the gradebooks").click()
    page.get_by_role("button", name="Read this gradebook").click()
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_visible()
    filled.finish()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Next: Categories").click()
    pick(page, "Quiz", "Ignore")
    page.get_by_role("button", name="Create here all the rest (4)").click()
    page.get_by_role("button", name="Next: Activities in Aeries").click()
    pick(page, ESSAY, "Match")
    pick(page, LAB, "Create here")
    page.get_by_role("button", name="Save", exact=True).click()
    assert (filled.answer(ESSAY), filled.answer(LAB)) == ("match", "create")
    row(page, QUIZ).get_by_role("link", name="Choose from all").or_(
        page.locator(".pairing a")
    ).first.is_visible()
    pick(page, QUIZ, "Match")
    visitors.expect_error(page, "422")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(row(page, QUIZ).locator(".errors")).to_have_text("Choose what it is matched with.")
    row(page, QUIZ).get_by_role("link", name="Choose from all").click()
    pick(page, QUIZ, "Match")
    row(page, QUIZ).locator("select").select_option(str(filled.worksheet.id))
    page.get_by_role("button", name="Save", exact=True).click()
    assert filled.answer(QUIZ) == "match"
    page.goto(filled.path("aeries/"))
    pick(page, BELL_WORK, "Ignore")
    page.get_by_role("button", name="Next: Activities only here").click()
    pick(page, NOTES, "Ignore")
    page.get_by_role("button", name="Next: Summary").click()
    page.get_by_role("button", name="Confirm and Sync").click()
    filled.finish(RunKind.SETUP)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Your gradebook is now synced")).to_be_visible()


def test_unlinking_stops_and_keeps_everything(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    read.answer_all()
    page.goto(read.path("summary/"))
    page.get_by_role("button", name="Confirm and Sync").click()
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    read.finish(RunKind.SETUP)
    expect(page.get_by_role("heading", name="Your gradebook is now synced")).to_be_visible()
    page.goto(read.path())
    page.get_by_role("switch", name="Your gradebook is now synced").click()
    page.get_by_role("link", name="Keep syncing").click()
    page.get_by_role("switch").click()
    page.get_by_role("button", name="Stop syncing").click()
    expect(page.get_by_role("status").first).to_contain_text("Both gradebooks keep everything")
    expect(page.get_by_role("switch", name="Gradebook not synced")).to_be_visible()
    assert LAB in read.school_class.titles()
    assert WORKSHEET in read.school_class.aeries.titles(read.school_class.gradebook)


def test_an_answer_given_before_the_script_was_there_is_saved(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.route("**/answers.js", lambda route: None)
    page.goto(read.path("aeries/"), wait_until="commit")
    pick(page, LAB, "Create here")
    page.unroute_all()
    page.evaluate("import('/static/wizard/answers.js')")
    _saved(page)
    assert read.answer(LAB) == "create"
