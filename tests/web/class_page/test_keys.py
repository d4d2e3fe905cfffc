"""The grid by keyboard: moving, typing, marks, pasting, filling, taking back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.path.conftest import Class
from tests.web.class_page.conftest import GridPage
from tests.web.conftest import ADMINISTRATOR, Visitors, eventually
from twinbook.district.models import User
from twinbook.gradebook import activities
from twinbook.gradebook.origin import person


def test_typing_moves_down_and_is_saved_cell_by_cell(grid: GridPage) -> None:
    first, second, *_, last = grid.in_order()
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    expect(grid.cell("Quiz", second)).to_be_focused()
    grid.type("7,5 L")
    grid.press("Tab")
    expect(grid.cell("Essay", second)).to_be_focused()
    grid.type("12")
    grid.press("Enter")
    third = grid.in_order()[2]
    expect(grid.cell("Quiz", third)).to_be_focused()
    grid.expect_saved()
    expect(grid.cell("Quiz", second)).to_have_text("7.5 L")
    quiz, essay = grid.school_class.named("Quiz"), grid.school_class.named("Essay")
    assert grid.school_class.value(quiz, first) == "8"
    assert grid.school_class.value(essay, second) == "12"
    grid.page.keyboard.press("Control+End")
    expect(grid.cell("Essay", last)).to_be_focused()
    grid.cell("Quiz", last).click()
    grid.type("3")
    grid.press("Enter")
    expect(grid.cell("Essay", first)).to_be_focused()
    expect(grid.page.locator("#toast")).to_have_text("Essay")
    grid.page.reload()
    grid.ready()
    expect(grid.cell("Quiz", last)).to_have_text("3")


def test_moving_follows_the_grid_pattern(grid: GridPage) -> None:
    first, second, *_, last = grid.in_order()
    stops = grid.page.locator(
        'twinbook-grid table [tabindex="0"], twinbook-grid table a:not([tabindex="-1"])'
    )
    grid.cell("Quiz", first).click()
    expect(stops).to_have_count(1)
    grid.press("ArrowRight", "ArrowDown")
    expect(grid.cell("Essay", second)).to_be_focused()
    grid.press("Home")
    expect(grid.cell("Quiz", second)).to_be_focused()
    grid.press("End")
    expect(grid.cell("Essay", second)).to_be_focused()
    grid.press("PageDown")
    expect(grid.cell("Essay", last)).to_be_focused()
    grid.press("Control+Home")
    expect(grid.cell("Quiz", first)).to_be_focused()
    grid.press("ArrowUp")
    expect(grid.page.get_by_role("button", name="Quiz")).to_be_focused()
    grid.press("ArrowUp", "ArrowDown", "ArrowLeft")
    expect(grid.page.locator(f'tr[data-student="{grid.school_class.student(first)}"] a')).to_be_focused()
    expect(stops).to_have_count(1)
    grid.press("ArrowRight", "Escape", "Tab")
    assert not grid.page.evaluate("document.querySelector('table').contains(document.activeElement)")
    grid.press("Shift+Tab")
    expect(grid.cell("Quiz", first)).to_be_focused()
    grid.press("Shift+Tab")
    assert not grid.page.evaluate("document.querySelector('table').contains(document.activeElement)")
    grid.cell("Essay", second).click()
    grid.press("?")
    expect(grid.page.locator("#shortcuts")).to_be_visible()
    grid.press("Escape")
    expect(grid.cell("Essay", second)).to_be_focused()


def test_esc_cancels_an_edit_and_f2_keeps_the_text(grid: GridPage) -> None:
    first = grid.in_order()[0]
    cell = grid.cell("Quiz", first)
    cell.click()
    grid.type("8")
    grid.press("Escape")
    expect(cell).to_have_text("")
    expect(cell).to_be_focused()
    grid.type("8")
    grid.press("Enter", "ArrowUp", "F2")
    grid.type("5")
    grid.press("ArrowLeft", "Backspace")
    grid.type("9")
    grid.press("Enter")
    expect(cell).to_have_text("95")
    expect(cell).to_have_attribute("data-over", "")
    grid.expect_saved()
    assert grid.school_class.value(grid.school_class.named("Quiz"), first) == "95"
    cell.click()
    expect(grid.page.locator("#grid-hint")).to_contain_text("Above the maximum of 10")


def test_marks_by_key_and_typed(grid: GridPage) -> None:
    first, second, third, fourth = grid.in_order()[:4]
    grid.cell("Quiz", first).click()
    grid.press("e", "ArrowDown", "m", "i", "ArrowDown", "i", "n", "ArrowDown")
    grid.type("9")
    grid.press("Enter")
    grid.cell("Quiz", fourth).click()
    grid.press("l")
    for sis, text in ((first, "EX"), (second, "MI"), (third, "IN"), (fourth, "9 L")):
        expect(grid.cell("Quiz", sis)).to_have_text(text)
    grid.press("l")
    expect(grid.cell("Quiz", fourth)).to_have_text("9")
    grid.expect_saved()
    quiz = grid.school_class.named("Quiz")
    assert [grid.school_class.value(quiz, sis) for sis in (first, second, third)] == [
        "excused",
        "missing",
        "incomplete",
    ]


def test_wrong_text_stays_is_not_sent_and_is_found_again(grid: GridPage) -> None:
    first, second, third = grid.in_order()[:3]
    quiz = grid.school_class.named("Quiz")
    grid.cell("Quiz", first).click()
    grid.type("abc")
    grid.press("Enter")
    grid.type("8")
    grid.press("Enter")
    grid.type("-1")
    grid.press("Enter")
    look = grid.page.locator("[data-look] button")
    expect(look).to_have_text("2 cells need a look")
    expect(grid.cell("Quiz", first)).to_have_attribute("aria-invalid", "true")
    grid.expect_saved()
    assert grid.school_class.value(quiz, second) == "8"
    grid.page.reload()
    grid.ready()
    expect(grid.cell("Quiz", first)).to_have_text("abc")
    expect(look).to_have_text("2 cells need a look")
    look.click()
    expect(grid.cell("Quiz", first)).to_be_focused()
    expect(grid.page.locator("#grid-hint")).to_contain_text("kept here and not sent")
    grid.press("F8")
    expect(grid.cell("Quiz", third)).to_be_focused()
    grid.press("Delete")
    expect(look).to_have_text("1 cell needs a look")
    grid.press("Shift+F8")
    grid.type("6")
    grid.press("Enter")
    expect(look).to_be_hidden()
    grid.expect_saved()
    assert grid.school_class.value(quiz, first) == "6"
    assert grid.school_class.value(quiz, third) == ""
    grid.cell("Essay", third).click()
    grid.type("half")
    grid.press("Enter")
    activities.delete(grid.school_class.id, grid.school_class.named("Essay").id, person(ADMINISTRATOR))
    grid.page.reload()
    grid.ready()
    expect(grid.page.locator("[data-homeless]")).to_contain_text("activity or student is gone: half")
    grid.cell("Quiz", first).click()
    grid.press("F9")
    grid.page.wait_for_url(f"**/history/?student={grid.school_class.student(first)}&activity={quiz.id}")


def test_a_block_is_pasted_in_one_request_and_taken_back_at_once(grid: GridPage) -> None:
    school_class = grid.school_class
    students = grid.in_order()
    first, second = students[:2]
    school_class.save(school_class.named("Essay"), first, "19")
    expect(grid.cell("Essay", first)).to_have_text("19")
    requests: list[str] = []
    grid.page.on("request", lambda one: one.method == "POST" and requests.append(one.url))
    grid.cell("Quiz", first).click()
    grid.paste("8\t\t3\n7\tEX\n")
    toast = grid.page.locator("#toast")
    expect(toast).to_contain_text("Pasted: 3 cells.")
    expect(toast).to_contain_text("Outside of the scores: 1 cell.")
    expect(grid.cell("Essay", first)).to_have_text("19")
    expect(grid.page.locator('td[aria-selected="true"]')).to_have_count(4)
    grid.expect_saved()
    assert len(requests) == 1
    assert grid.copied() == "8\t19\n7\tEX"
    grid.press("Control+z")
    expect(grid.cell("Quiz", second)).to_have_text("")
    expect(grid.cell("Essay", second)).to_have_text("")
    expect(toast).to_have_text("Taken back: 3 cells.")
    grid.press("Control+y")
    expect(grid.cell("Essay", second)).to_have_text("EX")
    grid.expect_saved()
    assert school_class.value(school_class.named("Quiz"), second) == "7"
    grid.page.get_by_role("button", name="Undo").click()
    grid.expect_saved()
    assert school_class.value(school_class.named("Quiz"), first) == ""
    assert school_class.value(school_class.named("Essay"), first) == "19"


def test_undo_leaves_alone_what_somebody_else_has_changed_since(grid: GridPage) -> None:
    school_class = grid.school_class
    first, second = grid.in_order()[:2]
    quiz = school_class.named("Quiz")
    grid.cell("Quiz", first).click()
    grid.paste("5\n6")
    grid.expect_saved()
    school_class.save(quiz, second, "9")
    expect(grid.cell("Quiz", second)).to_have_text("9")
    grid.press("Control+z")
    expect(grid.page.locator("#toast")).to_contain_text("Left alone, because changed since: 1 cell.")
    grid.expect_saved()
    assert (school_class.value(quiz, first), school_class.value(quiz, second)) == ("", "9")


def test_filling_down_a_range_and_the_blanks_of_an_activity(grid: GridPage) -> None:
    school_class = grid.school_class
    students = grid.in_order()
    grid.cell("Quiz", students[0]).click()
    grid.type("4")
    grid.press("Enter", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    expect(grid.cell("Quiz", students[2])).to_have_text("4")
    grid.press("Shift+ArrowUp")
    grid.type("6")
    grid.press("Control+Enter")
    expect(grid.cell("Quiz", students[1])).to_have_text("6")
    expect(grid.cell("Quiz", students[2])).to_have_text("4")
    grid.page.get_by_role("button", name="Quiz").click()
    dialog = grid.page.locator("#column")
    expect(dialog).to_contain_text(f"{len(students) - 3} blank")
    dialog.get_by_role("button", name="Fill the blanks").click()
    expect(dialog.locator("#fill-error")).to_have_text("A number, EX, MI or IN.")
    dialog.get_by_role("button", name="Mark the blanks missing").click()
    expect(dialog).to_be_hidden()
    expect(grid.cell("Quiz", students[-1])).to_have_text("MI")
    grid.expect_saved()
    quiz = school_class.named("Quiz")
    assert [school_class.value(quiz, sis) for sis in students[:3]] == ["6", "6", "4"]
    assert {school_class.value(quiz, sis) for sis in students[3:]} == {"missing"}


def test_a_phone_shows_one_activity_at_a_time(grid: GridPage) -> None:
    page, first = grid.page, grid.in_order()[0]
    page.set_viewport_size({"width": 360, "height": 740})
    expect(grid.cell("Quiz", first)).to_be_visible()
    expect(grid.cell("Essay", first)).to_be_hidden()
    page.get_by_role("combobox", name="Activity").select_option("Essay")
    expect(grid.cell("Quiz", first)).to_be_hidden()
    grid.cell("Essay", first).click()
    grid.type("17")
    grid.press("Enter", "ArrowLeft")
    expect(page.get_by_role("combobox", name="Activity")).to_have_value("1")
    expect(grid.cell("Quiz", grid.in_order()[1])).to_be_focused()
    grid.expect_saved()
    assert grid.school_class.value(grid.school_class.named("Essay"), first) == "17"


def test_without_scripts_every_score_is_read_and_typed(
    school_class: Class, visitors: Visitors, teacher: User
) -> None:
    quiz = school_class.activity("Quiz")
    sis = school_class.students()[0]
    school_class.save(quiz, sis, "8")
    page = visitors.signed_in(teacher, java_script_enabled=False)
    page.goto(f"/classes/{school_class.id}/")
    expect(page.locator(f'tr[data-student="{school_class.student(sis)}"] td').first).to_have_text("8")
    page.locator("thead").get_by_role("link", name="Quiz").click()
    page.locator(f"#c{school_class.student(sis)}").fill("9 L")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("1 score is saved")
    eventually(lambda: school_class.value(quiz, sis) == "9")
