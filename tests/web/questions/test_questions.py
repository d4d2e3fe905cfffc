"""What needs a person: answered from the page one by one, several and all at once, and closing by itself."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Visitors, check_everywhere
from tests.web.questions.conftest import DIARY, QUIZ, Questioned
from twinbook.gradebook.models import SchoolClass
from twinbook.sync.models import Problem

CONFLICTS = "#form-conflict"
MARKS = "#form-mark_needs_typing"


def _line(page: Page, form: str, at: int = 0) -> Locator:
    return page.locator(f"{form} .line").nth(at)


def _messages(page: Page) -> Locator:
    return page.locator(".messages")


def _student(questioned: Questioned, line: Locator) -> int:
    """The StudentID of the student whom this line is about."""
    name = line.locator("h4").inner_text()
    row = Problem.objects.select_related("student").filter(closed_at=None)
    found = {one.student.name: one.student.sis_student_id for one in row if one.student}
    sis = found[name]
    assert sis is not None
    return sis


def test_a_conflict_is_resolved_from_the_page(teacher_page: Page, questioned: Questioned) -> None:
    page, school_class = teacher_page, questioned.school_class
    page.goto(questioned.path)
    line = _line(page, CONFLICTS)
    sis = _student(questioned, line)
    for text in ("9", "6", "8"):
        expect(line.locator("dd", has_text=text)).to_be_visible()
    line.get_by_role("button", name="Take Aeries’: 6").click()
    expect(_messages(page)).to_contain_text("1 is answered.")
    school_class.look()
    assert school_class.value(questioned.quiz, sis) == "6"
    expect(page.locator(f"{CONFLICTS} .line")).to_have_count(1)


def test_all_of_a_kind_are_answered_the_same_way(teacher_page: Page, questioned: Questioned) -> None:
    page, school_class = teacher_page, questioned.school_class
    page.goto(questioned.path)
    page.locator(CONFLICTS).get_by_role("button", name="Ours count").first.click()
    expect(_messages(page)).to_contain_text("2 are answered.")
    school_class.look()
    assert [questioned.there(QUIZ, sis) for sis in school_class.students()[:2]] == ["9", "9"]
    expect(page.locator(CONFLICTS)).to_have_count(0)
    expect(page.locator(MARKS)).to_be_visible()


def test_only_the_ticked_ones_are_answered(teacher_page: Page, questioned: Questioned) -> None:
    page = teacher_page
    page.goto(questioned.path)
    together = page.locator(CONFLICTS).get_by_role("group", name="Ticked ones")
    together.get_by_role("button", name="Ours count").click()
    expect(_messages(page)).to_contain_text("None is selected.")
    sis = _student(questioned, _line(page, CONFLICTS, 1))
    _line(page, CONFLICTS, 1).get_by_role("checkbox").check()
    together.get_by_role("button", name="Aeries’ count").click()
    expect(_messages(page)).to_contain_text("1 is answered.")
    questioned.school_class.look()
    assert questioned.school_class.value(questioned.quiz, sis) == "6"
    assert questioned.school_class.codes().count("conflict") == 1


def test_what_changed_meanwhile_is_not_answered_but_marked(
    teacher_page: Page, questioned: Questioned, visitors: Visitors
) -> None:
    page, school_class = teacher_page, questioned.school_class
    page.route("**/live/**", lambda route: route.abort())  # a page that has heard nothing
    visitors.expect_error(page, "ERR_FAILED")
    page.goto(questioned.path)
    sis = _student(questioned, _line(page, CONFLICTS))
    school_class.save(questioned.quiz, sis, "7")
    page.locator(CONFLICTS).get_by_role("button", name="Aeries’ count").first.click()
    expect(_messages(page)).to_contain_text("1 is answered.")
    expect(_messages(page)).to_contain_text("1 was not answered: its values have changed")
    expect(page.locator(".line.is-changed")).to_have_count(1)
    expect(page.locator(".line.is-changed dd", has_text="7")).to_be_visible()
    assert school_class.value(questioned.quiz, sis) == "7"
    _line(page, CONFLICTS).get_by_role("button", name="Keep ours: 7").click()
    school_class.look()
    assert questioned.there(QUIZ, sis) == "7"


def test_a_question_closes_by_itself_while_one_looks(teacher_page: Page, questioned: Questioned) -> None:
    page, school_class = teacher_page, questioned.school_class
    page.goto(questioned.path)
    line = _line(page, MARKS)
    expect(line.locator(".to-type code")).to_have_text("NA")
    sis = _student(questioned, line)
    _line(page, CONFLICTS).get_by_role("checkbox").check()
    _line(page, MARKS).get_by_role("button", name="Done in Aeries, check now").focus()
    questioned.types(DIARY, sis, "NA")
    school_class.force()
    expect(page.locator(f"{MARKS} .line")).to_have_count(1)
    expect(page.locator("#toast")).to_contain_text("3 questions are left.")
    expect(_line(page, CONFLICTS).get_by_role("checkbox")).to_be_checked()
    assert page.evaluate("document.activeElement.closest('.line') !== null")
    expect(page.locator("[data-problem-count]")).to_have_text("3")


def test_checking_again_says_that_it_is_being_checked(teacher_page: Page, questioned: Questioned) -> None:
    page = teacher_page
    page.goto(questioned.path)
    sis = _student(questioned, _line(page, MARKS))
    questioned.types(DIARY, sis, "NA")
    _line(page, MARKS).get_by_role("button", name="Done in Aeries, check now").click()
    expect(_line(page, MARKS).locator(".badge")).to_have_text("Being checked")
    questioned.school_class.look()
    expect(page.locator(f"{MARKS} .line")).to_have_count(1)


def test_it_works_with_the_keyboard(teacher_page: Page, questioned: Questioned) -> None:
    page = teacher_page
    page.goto(questioned.path)
    page.locator("#kind-conflict").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value?.endsWith(':lms')"):
            break
    page.keyboard.press("Enter")
    expect(_messages(page)).to_contain_text("1 is answered.")


def test_without_questions_the_page_says_so(
    teacher_page: Page, questioned: Questioned, visitors: Visitors
) -> None:
    check_everywhere(teacher_page, questioned.path, picture="needs-you")
    Problem.objects.update(closed_at="2020-10-01T00:00:00Z")
    check_everywhere(teacher_page, questioned.path, picture="needs-you-empty")
    expect(teacher_page.get_by_text("Nothing needs you.")).to_be_visible()


def test_a_question_of_another_class_is_not_answered(teacher_page: Page, questioned: Questioned) -> None:
    page = teacher_page
    other = SchoolClass.objects.create(name="Another", school_code=994, section_number=99)
    moved = Problem.objects.filter(code="conflict", closed_at=None).order_by("id").first()
    assert moved is not None
    page.goto(questioned.path)
    Problem.objects.filter(id=moved.id).update(school_class=other)
    page.locator(CONFLICTS).get_by_role("button", name="Ours count").first.click()
    expect(_messages(page)).to_contain_text("1 is answered.")
    moved.refresh_from_db()
    assert moved.closed_at is None
