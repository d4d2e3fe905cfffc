"""The bad input of the issues, each on its screen: the sentence stands at its place, nothing typed is lost, the rest goes on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.path.conftest import CERTIFICATE, Aeries, Class
from tests.web.class_page.conftest import GridPage, grid
from tests.web.wizard.world import LAB, Filled, fill, row
from twinbook.gradebook.models import Activity
from twinbook.sync import setup

__all__ = ["grid"]

QUOTED = 'The "quick" <b>fox</b> & co'
ACTIVITY: list[tuple[dict[str, str], str, str]] = [
    ({"Points": "0"}, "Points", "cannot be worth 0 points"),
    ({"Points": "-3"}, "Points", "greater than or equal to 0"),
    ({"Points": "1.23456"}, "Points", "decimal"),
    ({"Title": "  "}, "Title", "required"),
]


def test_activities_that_cannot_be_stored(school_class: Class, teacher_page: Page) -> None:
    for typed, field, said in ACTIVITY:
        _refused_at_its_field(teacher_page, school_class.id, typed, field, said)
    assert not Activity.objects.exists()


def _refused_at_its_field(page: Page, class_id: int, typed: dict[str, str], field: str, said: str) -> None:
    page.goto(f"/classes/{class_id}/activities/new/")
    wanted = {
        "Title": QUOTED,
        "Points": "10",
        "Due on (optional)": "2020-10-02",
        "Description (optional)": "Bring a ruler",
        **typed,
    }
    for label, text in wanted.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save").click()
    wrong = page.get_by_label(field, exact=True)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(page.locator(".field", has=wrong)).to_contain_text(said)
    for label, text in wanted.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)


def test_quotes_and_angle_brackets_stay_as_typed_and_an_overlong_title_ends(
    school_class: Class, teacher_page: Page
) -> None:
    page = teacher_page
    page.goto(f"/classes/{school_class.id}/activities/new/")
    page.get_by_label("Title", exact=True).fill(QUOTED)
    page.get_by_label("Points", exact=True).fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text(QUOTED)
    assert Activity.objects.get().title == QUOTED
    page.goto(f"/classes/{school_class.id}/")
    expect(page.get_by_role("columnheader", name=QUOTED)).to_be_visible()
    page.goto(f"/classes/{school_class.id}/activities/new/")
    title = page.get_by_label("Title", exact=True)
    title.evaluate("field => field.removeAttribute('maxlength')")
    title.fill("x" * 300)
    page.get_by_label("Points", exact=True).fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field", has=title)).to_contain_text("300")
    expect(title).to_have_value("x" * 300)


def test_scores_that_are_none(grid: GridPage) -> None:
    """Negative, not a number, five decimals: each kept in its cell with its reason, the others saved."""
    quiz = grid.school_class.named("Quiz")
    people = grid.in_order()
    wrong = {
        "-1": "cannot be negative",
        "abc": "This is no score",
        "1.23456": "at most four decimals",
    }
    grid.cell("Quiz", people[0]).click()
    for text in (*wrong, "7"):
        grid.type(text)
        grid.press("Enter")
    for sis, (text, why) in zip(people, wrong.items(), strict=False):
        cell = grid.cell("Quiz", sis)
        expect(cell).to_have_text(text)
        expect(cell).to_have_attribute("aria-invalid", "true")
        cell.click()
        expect(grid.page.locator("#grid-hint")).to_contain_text(why)
    grid.expect_saved()
    assert grid.school_class.value(quiz, people[len(wrong)]) == "7"
    assert [grid.school_class.value(quiz, sis) for sis in people[: len(wrong)]] == [""] * len(wrong)


def test_a_student_who_is_not_in_the_class(school_class: Class, teacher_page: Page, visitors: Any) -> None:
    visitors.expect_error(teacher_page, "404")
    teacher_page.goto(f"/classes/{school_class.id}/students/999999/")
    expect(teacher_page.get_by_role("heading", level=1)).to_contain_text("not")


CONNECTION: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("http://127.0.0.1:9", CERTIFICATE, None, "no connection"),
    ("", "0" * 32, None, "does not accept the certificate"),
    ("", CERTIFICATE, {"kind": "html", "path": "", "times": 100}, "web page"),
    ("", CERTIFICATE, {"kind": "body", "path": "", "times": 100, "body": "{"}, "not JSON"),
]


@pytest.mark.parametrize(("address", "certificate", "fault", "said"), CONNECTION)
def test_a_connection_that_cannot_be(
    admin_page: Page, aeries: Aeries, address: str, certificate: str, fault: dict[str, Any] | None, said: str
) -> None:
    """Another address, another certificate, a page or half an answer where data belongs."""
    page = admin_page
    if fault is not None:
        aeries.fault(**fault)
    page.goto("/district/connection/")
    page.get_by_label("Address of Aeries").fill(address or aeries.url)
    page.get_by_label("Certificate").fill(certificate)
    page.get_by_role("button", name="Save and check").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(said)
    expect(alert.locator("p").nth(1)).not_to_be_empty()
    page.get_by_role("link", name="Change address or certificate").click()
    expect(page.get_by_label("Address of Aeries")).to_have_value(address or aeries.url)


def test_a_certificate_with_other_characters_stands_at_its_field(admin_page: Page, aeries: Aeries) -> None:
    page = admin_page
    page.goto("/district/connection/")
    page.get_by_label("Address of Aeries").fill(aeries.url)
    page.get_by_label("Certificate").fill("not a certificate")
    page.get_by_role("button", name="Save and check").click()
    field = page.locator(".field", has=page.get_by_label("Certificate"))
    expect(field).to_contain_text("letters and digits")
    expect(page.get_by_label("Address of Aeries")).to_have_value(aeries.url)


def test_gradebooks_that_do_not_fit_say_why_and_a_linked_one_warns(
    school_class: Class, teacher_page: Page
) -> None:
    page, aeries = teacher_page, school_class.aeries
    other = aeries.opens(aeries.truth(school_class.gradebook)["sections"][0], "Rubrics", [])
    aeries.control("PATCH", f"/gradebooks/{other}", {"settings": {"doing_rubric": True}})
    aeries.control("PATCH", f"/gradebooks/{school_class.gradebook}", {"linked_group": 7})
    page.goto(f"/classes/{school_class.id}/setup/gradebook/")
    expect(page.locator(".why-not").filter(has_text="This is a rubric gradebook")).to_be_visible()
    setup.begin(school_class.id, school_class.gradebook, "teacher@example.org")
    fill_in(school_class)
    page.goto(f"/classes/{school_class.id}/setup/gradebook/")
    expect(page.get_by_text("This gradebook is linked with others in Aeries.")).to_be_visible()


def fill_in(school_class: Class) -> None:
    filled = Filled(school_class, *[None] * 3, {})  # type: ignore[arg-type]
    assert filled.finish().state == "done"


def test_a_gradebook_of_another_year(school_class: Class, teacher_page: Page) -> None:
    from twinbook.district import connection

    connection.put({"database_year": 2033})
    teacher_page.goto(f"/classes/{school_class.id}/setup/gradebook/")
    alert = teacher_page.get_by_role("alert")
    expect(alert).to_contain_text("2020-2021, not for 2033-2034")
    expect(alert).to_contain_text("Set the database year")


def test_checks_name_students_dates_and_categories_and_the_rest_goes_on(
    school_class: Class, teacher_page: Page
) -> None:
    """A student who is not in the Aeries gradebook, a due date outside of its terms, a category without partner."""
    page, aeries, book = teacher_page, school_class.aeries, school_class.gradebook
    filled = fill(school_class)
    aeries.unseats(book, school_class.students()[0])
    aeries.edits(book, filled.numbers[LAB], date_due="2031-01-01")
    setup.begin(school_class.id, book, "teacher@example.org")
    assert filled.finish().state == "done"
    page.goto(filled.path("gradebook/"))
    expect(page.get_by_text("1 student is in this class but not in the Aeries gradebook.")).to_be_visible()
    expect(page.get_by_text("Some due dates lie outside the terms")).to_be_visible()
    page.goto(filled.path("ours/?show=all"))
    expect(row(page, "Private notes")).to_contain_text("has no partner in Aeries")
    page.goto(filled.path("categories/"))
    expect(page.get_by_role("heading", name="Which categories belong together?")).to_be_visible()


def test_an_aeries_gradebook_without_categories_blocks_with_what_to_do_there(
    school_class: Class, teacher_page: Page
) -> None:
    school_class.aeries.control("PATCH", f"/gradebooks/{school_class.gradebook}", {"categories": []})
    setup.begin(school_class.id, school_class.gradebook, "teacher@example.org")
    fill_in(school_class)
    teacher_page.goto(f"/classes/{school_class.id}/setup/gradebook/")
    check = teacher_page.locator("li, div").filter(has_text="has no categories yet").last
    expect(check).to_be_visible()
    expect(teacher_page.get_by_text("In Aeries open the gradebook's Categories page")).to_be_visible()
    teacher_page.goto(f"/classes/{school_class.id}/setup/summary/")
    expect(teacher_page.get_by_role("button", name="Confirm and Sync")).to_be_disabled()
