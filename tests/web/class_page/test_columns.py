"""What the menu of an activity does to the table: the order of the students, and activities out of sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web import axe
from tests.web.class_page.conftest import GridPage
from tests.web.conftest import Visitors


def open_menu(page: Page, title: str) -> None:
    page.get_by_role("columnheader", name=title).get_by_role("button").click()
    expect(page.locator("dialog#column")).to_be_visible()


def choose(page: Page, title: str, action: str) -> None:
    open_menu(page, title)
    page.locator("dialog#column").get_by_role("button", name=action).click()
    expect(page.locator("dialog#column")).to_be_hidden()


@pytest.fixture
def scored(grid: GridPage) -> GridPage:
    """Quiz: 7, excused, 9, and blanks; scores are saved."""
    first, second, third, *_ = grid.in_order()
    quiz = grid.school_class.named("Quiz")
    for sis, value in ((first, "7"), (third, "9")):
        grid.school_class.save(quiz, sis, value)
    grid.open()
    grid.cell("Quiz", second).click()
    grid.press("E")
    grid.expect_saved()
    return grid


def test_students_are_sorted_by_an_activity_and_typing_reaches_the_right_one(scored: GridPage) -> None:
    page = scored.page
    names = scored.in_order()
    first, second, third, *others = names
    scored.cell("Quiz", first).click()
    choose(page, "Quiz", "Highest first")
    assert scored.in_order() == [third, first, second, *others], "marks and blanks stand at the end, by name"
    head = page.get_by_role("columnheader", name="Quiz")
    expect(head).to_have_attribute("aria-sort", "descending")
    rows = page.locator("tr[data-student]").evaluate_all("rows => rows.map(row => row.ariaRowIndex)")
    assert rows == [str(number) for number in range(2, len(names) + 2)]
    scored.cell("Quiz", third).click()
    scored.press("8", "Enter", "6", "Enter")
    scored.expect_saved()
    quiz = scored.school_class.named("Quiz")
    assert (scored.school_class.value(quiz, third), scored.school_class.value(quiz, first)) == ("8", "6")
    assert scored.in_order()[:2] == [third, first], "a row never runs away under the hands"
    choose(page, "Quiz", "Lowest first")
    assert scored.in_order()[:3] == [first, third, second]
    open_menu(page, "Quiz")
    expect(page.get_by_role("button", name="Lowest first")).to_have_attribute("aria-pressed", "true")
    axe.check(page, "the menu of an activity")
    page.get_by_role("button", name="By name").click()
    assert scored.in_order() == names
    expect(page.locator("[aria-sort]")).to_have_count(0)


def test_the_focus_stays_with_its_student_and_there_is_one_tab_stop(scored: GridPage) -> None:
    third = scored.in_order()[2]
    scored.cell("Quiz", third).click()
    scored.page.get_by_role("columnheader", name="Quiz").get_by_role("button").focus()
    choose(scored.page, "Quiz", "Highest first")
    assert scored.page.locator("twinbook-grid table [tabindex='0']").count() == 1
    scored.press("ArrowDown")
    expect(scored.cell("Quiz", third)).to_be_focused()


def test_a_hidden_activity_is_reached_by_no_key_paste_or_fill_and_comes_back(scored: GridPage) -> None:
    page = scored.page
    school_class = scored.school_class
    school_class.activity("Lab", "5")
    scored.open()
    first, second, *_ = scored.in_order()
    choose(page, "Essay", "Hide this activity")
    expect(scored.cell("Essay", first)).to_be_hidden()
    button = page.get_by_role("button", name="Show 1 hidden activity")
    expect(button).to_be_visible()
    scored.cell("Quiz", first).click()
    scored.press("ArrowRight")
    expect(scored.cell("Lab", first)).to_be_focused()
    scored.press("ArrowLeft")
    expect(scored.cell("Quiz", first)).to_be_focused()
    scored.paste("3\t4\n5\t2")
    scored.press("Home", "Shift+End", "Delete")
    scored.press("Control+z")
    scored.expect_saved()
    quiz, essay, lab = (school_class.named(title) for title in ("Quiz", "Essay", "Lab"))
    values = [
        [school_class.value(activity, sis) for activity in (quiz, essay, lab)] for sis in (first, second)
    ]
    assert values == [["3", "", "4"], ["5", "", "2"]]
    scored.press("Shift+End")
    assert scored.copied() == "3\t4"
    scored.open()
    expect(scored.cell("Essay", first)).to_be_hidden()
    button.click()
    expect(scored.cell("Essay", first)).to_be_visible()
    expect(button).to_be_hidden()


def test_what_needs_a_look_is_found_in_a_hidden_activity(scored: GridPage) -> None:
    first = scored.in_order()[0]
    scored.cell("Essay", first).click()
    scored.type("soon")
    scored.press("Enter")
    choose(scored.page, "Essay", "Hide this activity")
    expect(scored.cell("Essay", first)).to_be_hidden()
    scored.page.get_by_role("button", name="1 cell needs a look").click()
    expect(scored.cell("Essay", first)).to_be_focused()
    scored.press("Delete")


def test_the_last_activity_in_sight_stays_and_a_phone_hides_none(
    scored: GridPage, visitors: Visitors
) -> None:
    page = scored.page
    first = scored.in_order()[0]
    choose(page, "Essay", "Hide this activity")
    choose(page, "Quiz", "Hide this activity")
    expect(scored.cell("Quiz", first)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_label("Activity", exact=True).last.select_option(label="Essay")
    expect(scored.cell("Essay", first)).to_be_visible()


def test_the_line_above_the_table_says_what_to_do_until_a_cell_is_chosen(grid: GridPage) -> None:
    hint = grid.page.locator("[data-where]")
    expect(hint).to_contain_text("Choose a cell and type.")
    grid.cell("Quiz", grid.in_order()[0]).click()
    expect(hint).to_contain_text("Quiz, of 10")
    grid.press("ArrowUp")
    expect(hint).to_contain_text("Enter opens")
