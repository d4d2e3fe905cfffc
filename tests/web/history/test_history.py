"""Who changed what, when, on which side and why: of the class, a cell, an activity, a student, a run."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.district_and_sandbox import TEACHER, Class
from tests.web.conftest import check_everywhere
from twinbook.gradebook import history
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import SchoolClass
from twinbook.gradebook.origin import person
from twinbook.web.history.views import PER_PAGE


def _path(school_class: Class, query: str = "") -> str:
    return f"/classes/{school_class.id}/history/{query}"


def _row(page: Page, at: int = 0) -> str:
    return " ".join(page.locator("tbody tr").nth(at).inner_text().split())


def test_a_cell_tells_each_value_on_both_sides(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    sis = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {sis: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, sis, "6")
    run = joined.force()
    page.goto(_path(joined, f"?activity={quiz.id}&student={joined.student(sis)}"))
    expect(page.get_by_role("heading", level=2)).to_contain_text("Quiz on rivers")
    newest, sent, saved = (_row(page, at) for at in range(3))
    for text in ("Score", "Here", "8", "6", "changed in Aeries", f"run {run.id}"):
        assert text.lower() in newest.lower(), newest
    for text in ("In Aeries", "blank", "8"):
        assert text in sent, sent
    for text in ("Here", "blank", "8", TEACHER):
        assert text in saved, saved
    check_everywhere(page, picture="history")
    page.get_by_role("link", name=f"run {run.id}").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_filters_narrow_and_an_unknown_id_finds_nothing(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    first, second = joined.students()[:2]
    quiz = joined.assigned("Quiz on rivers")
    diary = joined.assigned("Weather diary")
    for activity in (quiz, diary):
        for sis in (first, second):
            joined.save(activity, sis, "5")
    page.goto(_path(joined))
    page.get_by_label("Activity").select_option(label="Weather diary")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "Quiz on rivers" not in page.locator("tbody").inner_text()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_label("Student").select_option(str(joined.student(first)))
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Side").select_option("aeries")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".empty")).to_contain_text("Nothing of this kind")
    check_everywhere(page, picture="history-empty")
    page.goto(_path(joined, "?activity=999999999"))
    expect(page.locator(".empty")).to_be_visible()


def test_what_a_run_changed_is_shown_alone(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    sis = joined.students()[0]
    joined.agreed("Quiz on rivers", {sis: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, sis, "6")
    run = joined.force()
    page.goto(_path(joined, f"?run={run.id}"))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text(f"Only what run {run.id} changed.")).to_be_visible()


def test_older_pages_go_on_where_the_newer_end(teacher_page: Page, school_class: Class) -> None:
    page = teacher_page
    entries = [Entry("category", None, f"Category {place}") for place in range(PER_PAGE + 3)]
    earlier = history.of_class(school_class.id).count()
    history.record(school_class.id, person(TEACHER), entries)
    page.goto(_path(school_class))
    expect(page.locator("tbody tr")).to_have_count(PER_PAGE)
    assert f"Category {PER_PAGE + 2}" in _row(page)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(3 + earlier)
    assert "Category 0" in _row(page, 2)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator("tbody tr")).to_have_count(PER_PAGE)


def test_nobody_sees_the_history_of_a_class_of_others(teacher_page: Page, school_class: Class) -> None:
    other = SchoolClass.objects.create(name="Another", school_code=994, section_number=99)
    answer = teacher_page.request.get(f"/classes/{other.id}/history/")
    assert answer.status == 404
