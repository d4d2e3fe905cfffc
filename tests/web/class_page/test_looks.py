"""Every page of the class in both colour schemes and three widths, and the force sync with its preview."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.path.conftest import Class
from tests.web.class_page.conftest import GridPage
from tests.web.conftest import Visitors, check_everywhere


@pytest.fixture
def busy(joined: Class, teacher_page: Page) -> GridPage:
    """A joined class whose cells stand in every way."""
    students = joined.students()
    joined.agreed("Quiz on rivers", dict.fromkeys(students, "5"))
    essay = joined.agreed("Essay", {students[0]: "12", students[1]: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Essay")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, students[0], "6")
    joined.save(essay, students[0], "9")
    joined.force()
    joined.activity("A draft with a long title that needs more than a line", "50", published=False)
    joined.save(essay, students[1], "7")
    return GridPage(teacher_page, joined)


def test_the_class_page_looks_right_everywhere(busy: GridPage) -> None:
    grid = busy.open()
    first = grid.in_order()[0]
    grid.cell("Quiz on rivers", first).click()
    grid.type("12")
    grid.press("Enter")
    grid.type("abc")
    grid.press("Enter", "ArrowUp")
    expect(grid.page.locator("[data-look]")).to_be_visible()
    grid.expect_stands("Essay", busy.school_class.students()[0], "conflict")
    grid.expect_saved()
    check_everywhere(grid.page, picture="class-page")
    grid.page.set_viewport_size({"width": 1400, "height": 900})
    grid.press("F2")
    check_everywhere(grid.page, picture="class-page-editing")
    grid.press("Escape", "?")
    check_everywhere(grid.page, picture="class-page-keys")
    grid.press("Escape")


def test_a_class_that_is_not_synced_leads_to_the_set_up(grid: GridPage, visitors: Visitors) -> None:
    visitors.expect_error(grid.page, "422")
    expect(grid.page.locator(".class-state")).to_contain_text("Gradebook not synced")
    check_everywhere(grid.page, picture="class-page-local")
    page = grid.page
    page.goto(f"/classes/{grid.school_class.id}/activities/new/")
    page.get_by_label("Points").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Title")).to_be_focused()
    check_everywhere(page, picture="activity-form")
    for path in ("settings/", "students/"):
        check_everywhere(page, f"/classes/{grid.school_class.id}/{path}", picture=f"class-{path.strip('/')}")


def test_the_plain_pages_look_right(busy: GridPage, visitors: Visitors) -> None:
    visitors.expect_error(busy.page, "422")
    page, school_class = busy.page, busy.school_class
    base = f"/classes/{school_class.id}"
    quiz = school_class.named("Quiz on rivers").id
    student = school_class.student(school_class.students()[0])
    for path in (
        "activities/",
        f"activities/{quiz}/delete/",
        "categories/",
        f"categories/{school_class.matched_category()}/",
        f"students/{student}/",
        "force/",
    ):
        page.goto(f"{base}/{path}")
        name = path.strip("/").replace("/", "-")
        check_everywhere(page, picture=f"class-{''.join(letter for letter in name if not letter.isdigit())}")
    page.goto(f"{base}/activities/{quiz}/")
    page.locator(f"#c{student}").fill("abc")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator(f"#c{student}")).to_have_value("abc")
    check_everywhere(page, picture="class-activity")


def test_force_sync_shows_both_sides_before_it_changes_them(
    synced: Class, teacher_page: Page, running_worker: None
) -> None:
    joined, students, quiz = synced, synced.students(), synced.named("Quiz")
    number = joined.aeries.assignment(joined.gradebook, "Quiz")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, students[0], "6")
    page = teacher_page
    page.goto(f"/classes/{joined.id}/")
    page.get_by_role("link", name="Force sync").click()
    page.get_by_role("button", name="Show what would change").click()
    here = page.locator("section", has=page.get_by_role("heading", name="What will change here"))
    expect(here.locator("tbody tr")).to_have_count(1)
    expect(here.locator("tbody tr")).to_contain_text("Quiz")
    assert joined.value(quiz, students[0]) == "5"
    check_everywhere(page, picture="force-preview")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.get_by_label("Student").fill("nobody of this name")
    page.get_by_role("button", name="Filter").click()
    expect(here.locator("tbody tr")).to_have_count(0)
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("heading", name="What changed here")).to_be_visible()
    assert joined.value(quiz, students[0]) == "6"
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("Nothing would change.")).to_be_visible()


def test_force_sync_says_why_it_cannot(school_class: Class, teacher_page: Page, visitors: Visitors) -> None:
    visitors.expect_error(teacher_page, "422")
    teacher_page.goto(f"/classes/{school_class.id}/force/")
    with teacher_page.expect_response(lambda one: one.request.method == "POST") as answered:
        teacher_page.get_by_role("button", name="Show what would change").click()
    assert answered.value.status == 422
    expect(teacher_page.get_by_role("alert")).to_contain_text("not joined with an Aeries gradebook")
