"""Questions whose answers decide about a whole activity: each button says what will happen, and it happens."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.district_and_sandbox import TEACHER, Class
from tests.web.conftest import Visitors, check_everywhere
from twinbook.gradebook import activities
from twinbook.gradebook.origin import person

QUIZ, COPY = "Quiz on rivers", "Quiz on rivers, second try"


def _page_of(school_class: Class) -> str:
    return f"/classes/{school_class.id}/needs-you/"


def test_what_was_deleted_here_says_what_to_delete_in_aeries_and_is_restored(
    teacher_page: Page, joined: Class, visitors: Visitors
) -> None:
    page, student = teacher_page, joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, QUIZ)["assignment_number"]
    activities.delete(joined.id, quiz.id, person(TEACHER))
    joined.look()
    page.goto(_page_of(joined))
    form = page.locator("#form-deleted_in_lms")
    expect(form).to_contain_text(f"Delete it in Aeries: assignment {number}, “{QUIZ}”.")
    expect(form.get_by_role("button", name="Leave it in Aeries only")).to_be_visible()
    check_everywhere(page, _page_of(joined), picture="needs-you-deleted")
    form.get_by_role("button", name="Restore it here").first.click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    joined.look()
    assert joined.titles() == [QUIZ]
    assert joined.codes() == []


def test_zeros_are_named_with_their_number_before_anybody_completes_grading(
    teacher_page: Page, joined: Class
) -> None:
    page = teacher_page
    listed = {row["student_id"] for row in joined.aeries.truth(joined.gradebook)["students"]}
    *scored, blank = [sis for sis in joined.students() if sis in listed]
    quiz = joined.agreed(QUIZ, dict.fromkeys(scored, "8"))
    joined.set(grading_completed="on_due_date")
    joined.move_clock("2020-10-02")
    joined.force()
    name = quiz.school_class.memberships.get(student__sis_student_id=blank).student.name
    page.goto(_page_of(joined))
    form = page.locator("#form-zeros_ahead")
    expect(form).to_contain_text(name)
    expect(form).to_contain_text("every blank there counts as zero")
    form.get_by_role("button", name="Complete grading: 1 blank becomes a zero").click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    joined.look()
    assert joined.aeries.assignment(joined.gradebook, QUIZ)["grading_completed"]


def test_a_copy_offers_what_can_be_done_with_it(teacher_page: Page, joined: Class) -> None:
    page, student = teacher_page, joined.students()[0]
    joined.agreed(QUIZ, {student: "8"})
    ours = joined.aeries.assignment(joined.gradebook, QUIZ)
    joined.aeries.adds(joined.gradebook, COPY, external_id=ours["external_id"])
    joined.aeries.adds(joined.gradebook, "Another's", external_id="tb1:11111111-2222-4333-8444-555555555555")
    joined.force()
    page.goto(_page_of(joined))
    lines = page.locator("#form-copy_suspected .line")
    mine, other = lines.filter(has_text=COPY), lines.filter(has_text="Another's")
    expect(mine.get_by_role("button", name="let it take the place of ours")).to_be_visible()
    expect(other.get_by_role("button", name="let it take the place of ours")).to_have_count(0)
    other.get_by_role("button", name="Leave it in Aeries only").click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    mine.get_by_role("button", name="bring this one here as new work").click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    joined.look()
    joined.force()
    assert joined.titles() == [QUIZ, COPY]
    assert joined.codes() == []


def test_the_rule_of_grading_completed_is_set_on_the_settings_page(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    page.goto(f"/classes/{joined.id}/settings/")
    expect(page.get_by_text("never where a blank would become a zero")).to_be_visible()
    page.get_by_label("on the due date").check()
    page.locator("#settings").get_by_role("button", name="Save").click()
    expect(page.get_by_label("on the due date")).to_be_checked()
    joined.link().school_class.sync.refresh_from_db()
    assert joined.link().school_class.sync.grading_completed == "on_due_date"
