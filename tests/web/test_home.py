"""A teacher's classes, an administrator's, and the runs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.path.conftest import Class, finished
from tests.web.conftest import ADMINISTRATOR, Visitors, check_everywhere
from twinbook.district.models import User
from twinbook.gradebook.models import SchoolClass, Student
from twinbook.sync import force
from twinbook.web.home import views


def test_a_teacher_sees_own_classes_and_their_state(teacher_page: Page, joined: Class) -> None:
    activity = joined.agreed("Quiz", {joined.students()[0]: "5"})
    joined.set(mode="paused")
    joined.aeries.types(joined.gradebook, 1, joined.students()[0], "3")
    joined.save(activity, joined.students()[0], "4")
    teacher_page.goto("/")
    card = teacher_page.locator(".card", has=teacher_page.locator(f'a[href="/classes/{joined.id}/"]'))
    expect(card.locator(".badge")).to_have_text(["Paused", "1 waiting"])
    joined.set(mode="sync")
    joined.look()
    teacher_page.reload()
    expect(card.locator(".badge")).to_have_text(["Synced", "1 conflict"])
    expect(card).to_contain_text("Last look at Aeries: just now")
    check_everywhere(teacher_page, "/", picture="home-teacher")


def test_an_administrator_finds_a_class(district: object, visitors: Visitors) -> None:
    page = visitors.signed_in(ADMINISTRATOR)
    for number in range(views.CLASSES_PER_PAGE):
        SchoolClass.objects.create(name=f"Chemistry {number}", school_code=994, section_number=7000 + number)
    page.goto("/")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    for asked, heading in (("7003", "Chemistry 3"), ("algebra macosta", "Algebra 1, period 3")):
        page.goto("/")
        page.get_by_label("Find a class").fill(asked)
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("heading", level=2)).to_have_text([heading])
    check_everywhere(page, "/", picture="home-admin")
    page.goto("/?q=nothing%00like%20this")
    expect(page.locator(".empty")).to_contain_text("No class matches")


def test_without_a_class_the_page_says_what_to_do(admin_page: Page) -> None:
    admin_page.goto("/")
    expect(admin_page.locator(".empty")).to_contain_text("They come from Aeries with the roster")
    check_everywhere(admin_page, picture="home-empty")


def test_a_run_tells_value_by_value_what_it_did(teacher_page: Page, joined: Class) -> None:
    sis = joined.students()[0]
    joined.agreed("Quiz", {sis: "5"})
    joined.aeries.types(joined.gradebook, 1, sis, "3")
    run = finished(force.begin(joined.id, "teacher@example.org", awake=False))
    teacher_page.goto(f"/classes/{joined.id}/runs/")
    teacher_page.get_by_role("link", name="Force sync").click()
    assert teacher_page.url.endswith(f"/runs/{run.id}/")
    row = teacher_page.get_by_role("row").filter(has_text="Quiz")
    expect(row.get_by_role("cell")).to_have_text(["Here", joined_name(joined, sis), "5", "3"])
    check_everywhere(teacher_page, picture="run-force")
    check_everywhere(teacher_page, f"/classes/{joined.id}/runs/", picture="class-runs")


def joined_name(joined: Class, sis: int) -> str:
    return Student.objects.get(sis_student_id=sis).name


def test_nobody_sees_pages_without_signing_in(visitors: Visitors, initialised: None) -> None:
    page = visitors.anonymous()
    page.goto("/runs/")
    assert page.url.endswith("/accounts/login/?next=/runs/")


def test_a_teacher_sees_no_district_page(visitors: Visitors, teacher: User) -> None:
    page = visitors.signed_in(teacher)
    visitors.expect_error(page, "403|404")
    for path in ("/district/", "/runs/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403
    answer = page.goto("/classes/999999/runs/")
    assert answer is not None and answer.status == 404
    check_everywhere(page, picture="not-found")
