"""Students in motion on the pages: who moved, who was added by hand, who stands on one list only."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.district_and_sandbox import TEACHER, Class
from tests.path.combined import FIRST, combine, join_second, read_roster
from tests.web.conftest import check_everywhere
from twinbook.gradebook import scores, students
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite

NEWCOMER, NAME = 99000007, "Ida Becker"


def test_what_a_mover_brought_is_shown_and_taken_along(teacher_page: Page, joined: Class) -> None:
    combined = combine(joined)
    join_second(combined)
    mover = combined.of(joined.gradebook)[0]
    combined.agreed({mover: "8", combined.of(combined.second_gradebook)[0]: "9"})
    combined.moves(mover)
    joined.look()
    page = teacher_page
    page.goto(f"/classes/{joined.id}/needs-you/")
    line = page.locator("#form-student_moved .line")
    expect(line).to_contain_text("Quiz on rivers: 8")
    expect(line).to_contain_text("Quiz on rivers: blank")
    check_everywhere(page, picture="questions-mover")
    line.get_by_role("button", name="Take them along").click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    joined.look()
    assert combined.mark(combined.second_gradebook, mover) == "8"


def test_a_student_added_by_hand_is_merged_with_the_one_of_the_roster(
    teacher_page: Page, joined: Class
) -> None:
    by_hand = students.add_by_hand(joined.id, NAME, person(TEACHER)).student_id
    quiz = joined.assigned("Quiz on rivers")
    scores.save_scores(joined.id, quiz.id, [ScoreWrite(by_hand, parse_number("7"))], person(TEACHER))
    joined.aeries.enrols(FIRST, NEWCOMER)
    read_roster()
    page = teacher_page
    page.goto(f"/classes/{joined.id}/needs-you/")
    page.locator("#form-same_student .line").get_by_role("button", name="Merge them").click()
    expect(page.locator(".messages")).to_contain_text("1 is answered.")
    assert joined.value(quiz, NEWCOMER) == "7"
    joined.force()
    page.goto(f"/classes/{joined.id}/students/")
    expect(page.get_by_text("In this class, but not in the Aeries gradebook")).to_be_visible()
    check_everywhere(page, picture="students-lists")
